import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { type Lane, nodeCryptoSuite, openTransport, type StaticKeys } from '@p2pimg/transport';
import { fromHex, MESSAGE_VERSIONS } from '@p2pimg/wire';
import test, { type ExecutionContext } from 'ava';
import type { SessionId } from '../../src/core/effects.ts';
import type { CloudEvent, OperationResult } from '../../src/core/events.ts';
import { ClientPort } from '../../src/node/client-port.ts';

const bind = { host: '127.0.0.1', port: 0 };
const requestId = '00112233445566778899aabbccddeeff';

function newKeys(): StaticKeys {
  const privateKey = randomBytes(32);
  return { privateKey, publicKey: nodeCryptoSuite.keyPair(privateKey).publicKey };
}

/** A server's port for clients and one client with a session, on loopback; what the port gives its core is kept. */
async function openPair(t: ExecutionContext, laneIdleMs: number) {
  const keys = newKeys();
  const results = new Map<number, PromiseWithResolvers<OperationResult>>();
  const resultOf = (opId: number): PromiseWithResolvers<OperationResult> => {
    const result = results.get(opId) ?? Promise.withResolvers<OperationResult>();
    results.set(opId, result);
    return result;
  };
  const arrived = Promise.withResolvers<SessionId>();
  const give = (event: CloudEvent): void => {
    if (event.type === 'sessionUp') arrived.resolve(event.session);
    if (event.type === 'completed') resultOf(event.opId).resolve(event.result);
  };
  const port = await ClientPort.open({
    keys,
    bind,
    limits: { laneIdleMs },
    versions: MESSAGE_VERSIONS,
    give,
    onMessage: () => {},
    onIncompatible: () => {},
  });
  const refuse = { admit: () => ({ admit: false as const }), onSession: () => {} };
  const transport = await openTransport({ keys: newKeys(), bind, ...refuse });
  t.teardown(() => Promise.all([port.close(), transport.close()]));
  const session = transport.connect({ address: port.address, publicKey: keys.publicKey });
  const clientLane = new Promise<Lane>((onLane) => session.setHandlers({ onLane }));
  const sessionId = await arrived.promise;
  port.openLane({ type: 'openLane', opId: 1, session: sessionId });
  const opened = await resultOf(1).promise;
  if (!opened.ok) throw new Error(opened.failure.message);
  const lane = opened.value as number;
  const ofClient = await clientLane;
  t.is(port.stats().lanes, 1);
  t.not(ofClient.remotePort, port.address.port);
  const result = (opId: number): Promise<OperationResult> => resultOf(opId).promise;
  return { port, transport, session, sessionId, lane, clientLane: ofClient, result };
}

async function isFree(port: number): Promise<boolean> {
  const socket = createSocket('udp4');
  const bound = new Promise<boolean>((resolve) => {
    socket.once('error', () => resolve(false));
    socket.bind(port, bind.host, () => resolve(true));
  });
  const free = await bound;
  await new Promise<void>((resolve) => socket.close(resolve));
  return free;
}

test('S4 T2 a worker port is freed on both sides when its work ends, and nothing is taken on it afterwards', async (t) => {
  const { port, session, sessionId, lane, clientLane, result } = await openPair(t, 60_000);
  const upload = randomBytes(20_000);
  port.expectUpload({ type: 'expectUpload', opId: 2, session: sessionId, lane, requestId, bytes: upload.length });
  await session.sendTransfer({ id: fromHex(requestId), purpose: 'upload', bytes: upload, lane: clientLane }).done;
  const uploaded = await result(2);
  t.deepEqual(uploaded.ok && Buffer.from(uploaded.value as Uint8Array), upload);

  const workerPort = clientLane.remotePort;
  t.false(await isFree(workerPort));
  port.closeLane({ type: 'closeLane', session: sessionId, lane });
  await clientLane.closed;
  t.is(port.stats().lanes, 0);
  while (!(await isFree(workerPort))) await new Promise(setImmediate);

  port.expectUpload({ type: 'expectUpload', opId: 3, session: sessionId, lane, requestId, bytes: upload.length });
  t.like(await result(3), { ok: false, failure: { kind: 'gone' } });
});

test('S4 S5 a worker port whose picture has arrived takes the next request of its client, and is freed when none comes', async (t) => {
  const { port, session, sessionId, lane, clientLane, result } = await openPair(t, 60_000);
  const pictures: Uint8Array[] = [];
  session.setHandlers({ onTransfer: (transfer) => void transfer.accept().then((bytes) => pictures.push(bytes)) });
  for (const opId of [10, 20, 30]) {
    const picture = randomBytes(5_000);
    port.sendTransfer({ type: 'sendTransfer', opId, session: sessionId, lane, requestId, bytes: picture });
    t.true((await result(opId)).ok);
    t.deepEqual(Buffer.from(pictures.at(-1) ?? []), picture);
    port.closeLane({ type: 'closeLane', session: sessionId, lane });
    t.is(port.stats().lanes, 1);
    // Nobody works on it: nothing is taken on it.
    port.expectUpload({ type: 'expectUpload', opId: opId + 1, session: sessionId, lane, requestId, bytes: 1 });
    t.like(await result(opId + 1), { ok: false, failure: { kind: 'gone' } });
    if (opId === 30) break;
    port.openLane({ type: 'openLane', opId: opId + 2, session: sessionId });
    t.deepEqual(await result(opId + 2), { ok: true, value: lane });
  }
  await clientLane.closed;
  t.is(port.stats().lanes, 0);
  while (!(await isFree(clientLane.remotePort))) await new Promise(setImmediate);
});

test('S4 N5 a worker port that opens when nobody waits for it any more is closed at once', async (t) => {
  const { port, session, sessionId } = await openPair(t, 60_000);
  const second = new Promise<Lane>((onLane) => session.setHandlers({ onLane }));
  port.openLane({ type: 'openLane', opId: 2, session: sessionId });
  port.abandon(2);
  await (await second).closed;
  t.is(port.stats().lanes, 1);
});

test('S4 N5 a worker port on which nothing happens is freed, and who waits for an upload there is told', async (t) => {
  const { port, sessionId, lane, clientLane, result } = await openPair(t, 300);
  port.expectUpload({ type: 'expectUpload', opId: 2, session: sessionId, lane, requestId, bytes: 20_000 });
  t.like(await result(2), { ok: false, failure: { kind: 'gone', message: 'the worker port was closed' } });
  t.is(port.stats().lanes, 0);
  await clientLane.closed;
  while (!(await isFree(clientLane.remotePort))) await new Promise(setImmediate);
});

test('S5 N5 a client that takes no answers makes the server hold so many and no more', async (t) => {
  const { port, transport, session, sessionId } = await openPair(t, 60_000);
  const failure = { status: 'error', error: { code: 'busy', message: 'not now' } } as const;
  const answer = (number: number): void => {
    const ack = { type: 'lookup', id: number.toString(16).padStart(32, '0'), server: 's1', ...failure } as const;
    port.sendClient({ type: 'sendClient', session: sessionId, message: { kind: 'ack', ack } });
  };
  const last = (1 << 20).toString(16).padStart(32, '0');
  let taken = 0;
  const everything = new Promise<void>((resolve) => {
    session.setHandlers({
      onMessage: (bytes) => {
        if (new TextDecoder().decode(bytes).includes(last)) resolve();
        else taken += 1;
      },
    });
  });
  transport.setSilent(true);
  for (let number = 0; number < 5_000; number++) answer(number);
  transport.setSilent(false);
  while (taken < 4_096) await new Promise(setImmediate);
  const repeat = setInterval(() => answer(1 << 20), 20);
  await everything;
  clearInterval(repeat);
  t.is(taken, 4_096);
});
