/** The server that is flooded; told to by `flood.ts`. */
import { randomBytes } from 'node:crypto';
import { nodeCryptoSuite, openTransport, type TransportOptions } from '../../src/index.ts';

const { driver } = JSON.parse(process.argv[2]!) as { driver?: TransportOptions['driver'] };
const privateKey = randomBytes(32);
const { publicKey } = nodeCryptoSuite.keyPair(privateKey);
const transport = await openTransport({
  keys: { privateKey, publicKey },
  bind: { host: '127.0.0.1', port: 0 },
  admit: () => ({ admit: true }),
  onSession: (session) => session.setHandlers({ onMessage: () => {} }),
  ...(driver === undefined ? {} : { driver }),
});
process.on('message', () => {
  const { datagramsReceived, dropped } = transport.stats();
  process.send?.({ received: datagramsReceived, rate: dropped.rate ?? 0 });
});
process.on('disconnect', () => process.exit(0));
process.send?.({ address: transport.address, publicKey: Buffer.from(publicKey).toString('hex') });
