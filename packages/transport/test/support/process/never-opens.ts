/** Sends to a peer, in a thread of its own, that acknowledges every packet and never says that it has opened a record. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { IncomingTransfer } from '../../../src/core/transfers/incoming-transfer.ts';
import { nodeCryptoSuite, openTransport, type StaticKeys, type Transport } from '../../../src/index.ts';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

const TRANSFERS = 64;
const TRANSFER_BYTES: number = 1024 * 1024;
/** All records that may be sealed at once, and three times what is sent again of them. */
const DATAGRAMS = 24_000;
/** 17 MiB of sealed records, and for what keeps track of them. */
const LIMIT_MEGABYTES: number = 1.048_576 * (17 + 6);

function newKeys(): StaticKeys {
  const privateKey = randomBytes(32);
  return { privateKey, publicKey: nodeCryptoSuite.keyPair(privateKey).publicKey };
}

async function neverOpen(): Promise<void> {
  const honest = IncomingTransfer.prototype.status;
  IncomingTransfer.prototype.status = function status(this: IncomingTransfer) {
    return { ...honest.call(this), opened: 0, openedBeyond: 0 };
  };
  const keys = newKeys();
  const transport = await openTransport({
    keys,
    bind: { host: '127.0.0.1', port: 0 },
    admit: () => ({ admit: true }),
    onSession: (session) => session.setHandlers({ onTransfer: (transfer) => void transfer.accept() }),
  });
  parentPort?.postMessage({ address: transport.address, publicKey: keys.publicKey });
}

/** Live objects and buffers of this thread. */
function live(): number {
  gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

async function send(transport: Transport, peer: Worker): Promise<void> {
  const [{ address, publicKey }] = await once(peer, 'message');
  const session = transport.connect({ address, publicKey });
  await session.opened;
  let ended = '';
  session.setHandlers({
    onClose(reason) {
      ended = reason;
    },
  });
  const bytes = new Uint8Array(TRANSFER_BYTES);
  const before = live();
  let most = 0;
  for (let i = 0; i < TRANSFERS; i++) {
    session.sendTransfer({ id: randomBytes(16), purpose: 'upload', bytes }).done.catch(() => {});
  }
  while (transport.stats().datagramsSent < DATAGRAMS && ended === '') {
    await sleep(20);
    most = Math.max(most, live() - before);
  }
  const megabytes = most / 1e6;
  console.log(ended === '' ? 'session lives' : ended);
  console.log(megabytes > 0 && megabytes <= LIMIT_MEGABYTES ? 'within the limits' : `${megabytes} MB`);
}

if (isMainThread) {
  const peer = new Worker(new URL(import.meta.url));
  const transport = await openTransport({
    keys: newKeys(),
    bind: { host: '127.0.0.1', port: 0 },
    admit: () => ({ admit: false }),
    onSession: () => {},
  });
  await send(transport, peer);
  await transport.close();
  await peer.terminate();
} else await neverOpen();
