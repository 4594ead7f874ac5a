// Two programs on loopback: a session, a message, and a transfer on a worker port of its own.
// Run: node --conditions=@p2pimg/source examples/transport.ts

import { randomBytes } from 'node:crypto';
import { generateServerKeys, nodeSuite } from '@p2pimg/identity';
import { type IncomingTransfer, type Lane, openTransport, type Session, type Transport } from '@p2pimg/transport';

const bind = { host: '127.0.0.1', port: 0 };
const serverKeys = generateServerKeys(nodeSuite).box;
const clientKeys = generateServerKeys(nodeSuite).box;

// The server opens a worker port for whoever says hello, and takes what comes.
const received = Promise.withResolvers<Uint8Array>();
const server: Transport = await openTransport({
  keys: serverKeys,
  bind,
  admit: () => ({ admit: true }),
  onSession: (session: Session) => {
    session.setHandlers({
      onMessage: (bytes) => {
        console.log(`server: got "${Buffer.from(bytes)}"`);
        void session.openLane();
      },
      onTransfer: (transfer: IncomingTransfer) => void transfer.accept().then(received.resolve, received.reject),
    });
  },
});

const client = await openTransport({
  keys: clientKeys,
  bind,
  admit: () => ({ admit: false }),
  onSession: () => {},
});
const session = client.connect({ address: server.address, publicKey: serverKeys.publicKey });
const offered = Promise.withResolvers<Lane>();
session.setHandlers({ onLane: offered.resolve });
await session.opened;
await session.sendMessage(Buffer.from('hello'));

const lane = await offered.promise;
const bytes = randomBytes(1_000_000);
await session.sendTransfer({ id: randomBytes(16), purpose: 'upload', bytes, lane }).done;
lane.close();
console.log(`server: got ${(await received.promise).length} bytes, the same: ${bytes.equals(await received.promise)}`);

await client.close();
await server.close();
