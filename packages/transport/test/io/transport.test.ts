import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import {
  InvalidLimitError,
  LaneRefusedError,
  MAX_DATAGRAM_MESSAGE_BYTES,
  MessageTooLargeError,
  openLink,
  type Session,
  SessionClosedError,
  TransferRefusedError,
  type TransportOptions,
} from '../../src/index.ts';
import { loadLibc } from '../../src/io/libc.ts';
import { newKeys, openPeer as openAnyPeer, type Peer } from '../support/loopback.ts';

const id = randomBytes(16);
const drivers = loadLibc() === undefined ? (['dgram'] as const) : (['dgram', 'offload'] as const);

for (const driver of drivers) {
  const openPeer = (t: ExecutionContext, options: Partial<TransportOptions> = {}): Promise<Peer> =>
    openAnyPeer(t, { driver, ...options });

  test(`T2 real sockets: messages both ways, each once (${driver})`, async (t) => {
    const server = await openPeer(t);
    const client = await openPeer(t);
    const session = client.transport.connect(server.target);
    const [peer] = await Promise.all([server.nextSession(), session.opened]);
    t.deepEqual(Buffer.from(peer.remoteKey), Buffer.from(client.keys.publicKey));
    const got: number[] = [];
    const all = new Promise<void>((resolve) => {
      peer.setHandlers({
        onMessage: (bytes) => {
          got.push(bytes.length);
          if (got.length === 4) resolve();
        },
      });
    });
    await Promise.all([1, 900, 5_000, 65_536].map((n) => session.sendMessage(randomBytes(n))));
    await all;
    t.deepEqual(
      got.sort((a, b) => a - b),
      [1, 900, 5_000, 65_536],
    );
    await t.throwsAsync(session.sendMessage(randomBytes(65_537)), { instanceOf: MessageTooLargeError });
    const told = [1, 5_000, 65_537].map((n) => new Promise<void>((settled) => session.tell(randomBytes(n), settled)));
    session.tell(randomBytes(2));
    await Promise.all(told);
    while (got.length < 7) await new Promise(setImmediate);
    t.deepEqual(
      got.slice(4).sort((a, b) => a - b),
      [1, 2, 5_000],
    );
    t.true(session.sendDatagram(randomBytes(MAX_DATAGRAM_MESSAGE_BYTES)));
    t.false(session.sendDatagram(randomBytes(MAX_DATAGRAM_MESSAGE_BYTES + 1)));
  });

  test(`T2 N5 a worker port that nobody here wants is refused, and none is opened for it (${driver})`, async (t) => {
    const server = await openPeer(t);
    const client = await openPeer(t);
    const session = client.transport.connect(server.target);
    const peer = await server.nextSession();
    peer.setHandlers({ onMessage: () => {} });
    await t.throwsAsync(session.openLane(), { instanceOf: LaneRefusedError });
    t.is(server.transport.stats().lanes, 0);
  });

  test(`T1 T2 S2 a request on a worker lane: 10 KB up, 40 KB down, ports freed (${driver})`, async (t) => {
    const server = await openPeer(t);
    const client = await openPeer(t);
    const upload = randomBytes(10_240);
    const result = randomBytes(40_000);
    const session = client.transport.connect(server.target);
    const peer = await server.nextSession();
    const uploaded = new Promise<Uint8Array>((resolve) => {
      peer.setHandlers({ onTransfer: (transfer) => resolve(transfer.accept()) });
    });
    const answered = new Promise<Uint8Array>((resolve) => {
      session.setHandlers({
        onLane: (lane) => void session.sendTransfer({ id, purpose: 'upload', bytes: upload, lane }),
        onTransfer: (transfer) => resolve(transfer.accept()),
      });
    });
    const lane = await peer.openLane();
    t.not(lane.localPort, server.transport.address.port);
    t.deepEqual(Buffer.from(await uploaded), upload);
    await peer.sendTransfer({ id, purpose: 'result', bytes: result, lane }).done;
    t.deepEqual(Buffer.from(await answered), result);
    lane.close();
    await lane.closed;
    t.is(server.transport.stats().lanes, 0);
  });

  test(`T1 a 20 MB transfer with progress (${driver})`, async (t) => {
    const server = await openPeer(t);
    const client = await openPeer(t);
    const bytes = randomBytes(20_000_000);
    const session = client.transport.connect(server.target);
    const peer = await server.nextSession();
    const whole = new Promise<Uint8Array>((resolve) => {
      peer.setHandlers({ onTransfer: (transfer) => resolve(transfer.accept()) });
    });
    let last = 0;
    const outgoing = session.sendTransfer({ id, purpose: 'image', bytes, onProgress: (n) => (last = n) });
    await outgoing.done;
    t.is(last, bytes.length);
    t.true(bytes.equals(await whole));
  });

  test(`T1 T2 over IPv6: a message and a transfer (${driver})`, async (t) => {
    const bind = { host: '::1', port: 0 };
    const server = await openPeer(t, { bind });
    const client = await openPeer(t, { bind });
    const session = client.transport.connect(server.target);
    const peer = await server.nextSession();
    const message = randomBytes(2_000);
    const upload = randomBytes(200_000);
    const heard = new Promise<Uint8Array>((resolve) => {
      peer.setHandlers({ onMessage: resolve });
    });
    await session.sendMessage(message);
    t.deepEqual(Buffer.from(await heard), message);
    const uploaded = new Promise<Uint8Array>((resolve) => {
      peer.setHandlers({ onTransfer: (transfer) => resolve(transfer.accept()) });
    });
    await session.sendTransfer({ id, purpose: 'upload', bytes: upload }).done;
    t.deepEqual(Buffer.from(await uploaded), upload);
    t.is(peer.remoteAddress.host, '::1');
  });

  test(`S5 refusals are explicit: a transfer nobody wants, a lane past the cap (${driver})`, async (t) => {
    const server = await openPeer(t, { limits: { maxLanesPerSession: 1 } });
    const client = await openPeer(t);
    const session = client.transport.connect(server.target);
    const peer = await server.nextSession();
    await t.throwsAsync(session.sendTransfer({ id, purpose: 'image', bytes: randomBytes(100_000) }).done, {
      instanceOf: TransferRefusedError,
    });
    session.setHandlers({ onLane: () => {} });
    await peer.openLane();
    await t.throwsAsync(peer.openLane(), { instanceOf: LaneRefusedError });
    await t.throwsAsync(session.openLane(), { instanceOf: LaneRefusedError });
  });

  test(`T2 a key that is not admitted is refused at once; a wrong key is never answered (${driver})`, async (t) => {
    const server = await openPeer(t, { admit: () => ({ admit: false }) });
    const client = await openPeer(t);
    const refused = await t.throwsAsync(client.transport.connect(server.target).opened, {
      instanceOf: SessionClosedError,
    });
    t.is(refused?.reason, 'refused');
    const hasty = await openPeer(t, { limits: { handshakeTimeoutMs: 300 } });
    const stranger = hasty.transport.connect({ ...server.target, publicKey: client.keys.publicKey });
    const lost = await t.throwsAsync(stranger.opened, { instanceOf: SessionClosedError });
    t.is(lost?.reason, 'handshake-timeout');
    t.true((server.transport.stats().dropped.mac ?? 0) > 0);
  });

  test(`T2 pre-shared keys: either of two is accepted, another one is not (${driver})`, async (t) => {
    const [older, newer, wrong] = [randomBytes(32), randomBytes(32), randomBytes(32)];
    const server = await openPeer(t, { admit: () => ({ admit: true, preSharedKeys: [newer, older] }) });
    const client = await openPeer(t);
    const hasty = await openPeer(t, { limits: { handshakeTimeoutMs: 900 } });
    for (const preSharedKey of [newer, older]) {
      const session = client.transport.connect({ ...server.target, preSharedKey });
      await session.opened;
      await session.sendMessage(id);
      session.close();
    }
    await t.throwsAsync(hasty.transport.connect({ ...server.target, preSharedKey: wrong }).opened);
    await t.throwsAsync(hasty.transport.connect(server.target).opened);
  });

  test(`S6 a link finds its peer again after the peer restarted, without waiting for the session to time out (${driver})`, async (t) => {
    const first = await openPeer(t);
    const client = await openPeer(t);
    const ups: Session[] = [];
    let onUp: () => void = () => {};
    const link = openLink(client.transport, {
      ...first.target,
      onUp: (session) => {
        ups.push(session);
        onUp();
      },
    });
    t.teardown(() => link.close());
    await first.nextSession();
    // Killed, not closed: nobody is told.
    first.transport.setSilent(true);
    await first.transport.close();
    const second = await openPeer(t, { keys: first.keys, bind: first.transport.address });
    const again = new Promise<void>((resolve) => {
      onUp = resolve;
    });
    const lost = ups[0]!.sendMessage(id);
    await Promise.all([again, second.nextSession(), t.throwsAsync(lost, { instanceOf: SessionClosedError })]);
    t.is(link.session, ups[1]);
    await link.session!.sendMessage(id);
  });

  test(`S6 E6 a link keeps its session, and what is under way on it, when its peer only stood still (${driver})`, async (t) => {
    const server = await openPeer(t);
    const client = await openPeer(t);
    const ups: Session[] = [];
    const downs: string[] = [];
    const up = Promise.withResolvers<void>();
    const link = openLink(client.transport, {
      ...server.target,
      onUp: (session) => {
        ups.push(session);
        up.resolve();
      },
      onDown: (reason) => downs.push(reason),
    });
    t.teardown(() => link.close());
    await up.promise;
    const peer = await server.nextSession();
    peer.setHandlers({ onTransfer: (transfer) => void transfer.accept() });
    server.transport.setSilent(true);
    const under = ups[0]!.sendTransfer({ id, purpose: 'result', bytes: randomBytes(500_000) });
    const unsettled = client.transport.stats().sessions + 1;
    // A handshake is under way beside the session.
    while (client.transport.stats().sessions < unsettled) await setTimeout(5);
    server.transport.setSilent(false);
    await under.done;
    // It has come to its end, one way or the other.
    while (client.transport.stats().sessions >= unsettled) await setTimeout(5);
    await ups[0]!.sendMessage(id);
    t.deepEqual(downs, []);
    t.is(link.session, ups[0]);
    t.is(ups.length, 1);
  });

  test(`E6 a silent transport neither hears nor speaks; afterwards it goes on (${driver})`, async (t) => {
    const server = await openPeer(t);
    const client = await openPeer(t);
    const session = client.transport.connect(server.target);
    await Promise.all([session.opened, server.nextSession()]);
    server.transport.setSilent(true);
    const { datagramsSent, datagramsReceived } = server.transport.stats();
    const sent = session.sendMessage(id);
    const before = client.transport.stats().datagramsSent;
    while (client.transport.stats().datagramsSent < before + 4) await new Promise(setImmediate);
    t.is(server.transport.stats().datagramsSent, datagramsSent);
    t.is(server.transport.stats().datagramsReceived, datagramsReceived);
    server.transport.setSilent(false);
    await t.notThrowsAsync(sent);
  });

  test(`T2 what is asked for while a transport closes reaches no closed socket (${driver})`, async (t) => {
    const server = await openPeer(t);
    const client = await openPeer(t);
    const [peer] = await Promise.all([server.nextSession(), client.transport.connect(server.target).opened]);
    const ended = new Promise((resolve) => peer.setHandlers({ onClose: resolve }));
    const closing = client.transport.close();
    const late = client.transport.connect(server.target);
    await t.throwsAsync(late.opened, { instanceOf: SessionClosedError });
    await closing;
    await t.throwsAsync(client.transport.connect(server.target).opened, { instanceOf: SessionClosedError });
    t.is(await ended, 'remote');
  });

  test(`T2 closing frees the port (${driver})`, async (t) => {
    const first = await openPeer(t);
    await first.transport.close();
    const second = await openPeer(t, { bind: first.transport.address });
    t.is(second.transport.address.port, first.transport.address.port);
    await t.throwsAsync(openPeer(t, { bind: second.transport.address }), { code: 'EADDRINUSE' });
  });

  test(`T2 limits that cannot be are refused, and the port is free again (${driver})`, async (t) => {
    const { transport } = await openPeer(t);
    await transport.close();
    const bind = transport.address;
    const limits = { maxMessageBytes: 0 };
    await t.throwsAsync(openPeer(t, { bind, limits }), { instanceOf: InvalidLimitError });
    const { address } = (await openPeer(t, { bind })).transport;
    t.is(address.port, bind.port);
  });

  for (const [own, others] of [
    ['127.0.0.1', ['::1', '::ffff:127.0.0.1', 'fe80::1%lo']],
    ['::1', ['127.0.0.1', 'fe80::1%lo']],
  ] as const) {
    test(`T2 from ${own} addresses of no use are peers that do not answer, and others are reached (${driver})`, async (t) => {
      const bind = { host: own, port: 0 };
      const server = await openPeer(t, { bind });
      const client = await openPeer(t, { bind });
      const { publicKey } = newKeys();
      const strangers = others.map((host) => client.transport.connect({ address: { host, port: 9 }, publicKey }));
      while (client.transport.stats().datagramsSent < others.length) await new Promise(setImmediate);
      await client.transport.connect(server.target).sendMessage(id);
      for (const stranger of strangers) {
        stranger.close();
        await t.throwsAsync(stranger.opened, { instanceOf: SessionClosedError, message: /local/ });
      }
    });
  }
}
