/** The ways in which a process with open sockets can end: `node endings.ts leave|throw|finish|worker|crowd`. */
import { once } from 'node:events';
import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { openTransport, type Session, type Transport } from '../../../src/index.ts';
import { newKeys } from '../loopback.ts';

async function open(onSession: (session: Session) => void): Promise<{ transport: Transport; publicKey: Uint8Array }> {
  const keys = newKeys();
  const transport = await openTransport({
    keys,
    bind: { host: '127.0.0.1', port: 0 },
    admit: () => ({ admit: true }),
    onSession,
    driver: 'offload',
  });
  return { transport, publicKey: keys.publicKey };
}

/** Two transports that have exchanged a message; the second goes on answering whatever it gets. */
async function talk(onEcho: (session: Session) => void): Promise<readonly Transport[]> {
  const server = await open((session) =>
    session.setHandlers({ onMessage: (bytes) => void session.sendMessage(bytes).catch(() => {}) }),
  );
  const client = await open(() => {});
  const session = client.transport.connect({ address: server.transport.address, publicKey: server.publicKey });
  await new Promise<void>((resolve) => {
    session.setHandlers({
      onMessage: () => {
        resolve();
        onEcho(session);
      },
    });
    session.sendMessage(Buffer.of(1)).catch(() => {});
  });
  return [server.transport, client.transport];
}

const again = (session: Session): void => void session.sendMessage(Buffer.of(1)).catch(() => {});

async function finish(): Promise<void> {
  const transports = await talk(again);
  // Closed in every phase of the loop, while packets come in; then nothing keeps the process.
  await turnOfLoop();
  await Promise.all(transports.map((transport) => transport.close()));
  console.log('closed');
}

async function throwing(): Promise<void> {
  process.on('uncaughtException', (error) => {
    console.log(`surfaced: ${error.message}`);
    process.exit(3);
  });
  await talk(() => {
    throw new Error('a handler of the program');
  });
}

async function worker(): Promise<void> {
  for (const end of ['exit', 'terminate']) {
    const thread = new Worker(fileURLToPath(import.meta.url), { argv: [end] });
    await once(thread, 'message');
    if (end === 'terminate') await thread.terminate();
    else await once(thread, 'exit');
  }
  console.log('workers gone');
}

async function inWorker(end: string): Promise<void> {
  await talk(again);
  parentPort!.postMessage('talking');
  if (end === 'exit') process.exit(0);
}

/** Until no descriptor is left. */
async function crowd(): Promise<void> {
  const transports = await talk(again);
  const more: Transport[] = [];
  try {
    for (;;) more.push((await open(() => {})).transport);
  } catch (error) {
    console.log(`${(error as NodeJS.ErrnoException).code} after ${more.length > 0 ? 'some' : 'none'}`);
  }
  await Promise.all(more.map((transport) => transport.close()));
  more.splice(0, more.length, (await open(() => {})).transport);
  await Promise.all([...transports, ...more].map((transport) => transport.close()));
  console.log('closed');
}

const [, , mode = ''] = process.argv;
if (!isMainThread) await inWorker(mode);
else if (mode === 'finish') await finish();
else if (mode === 'throw') await throwing();
else if (mode === 'worker') await worker();
else if (mode === 'crowd') await crowd();
else {
  await talk(again);
  await turnOfLoop();
  console.log('leaving');
  process.exit(5);
}
