import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { Random } from '@p2pimg/netsim';
import { MESSAGE_VERSIONS } from '@p2pimg/wire';
import test from 'ava';
import { Initiation } from '../../src/core/handshake/initiation.ts';
import { Mac1 } from '../../src/core/handshake/macs.ts';
import { StaticKeyPair } from '../../src/core/noise/static-key-pair.ts';
import { nodeCryptoSuite as suite, type TransportStats } from '../../src/index.ts';
import { openPeer } from '../support/loopback.ts';

const LONG = process.env.P2PIMG_LONG === '1';
const DATAGRAMS = LONG ? 1_000_000 : 20_000;
const SOURCES = 200;
const PER_SOURCE = 50;
/** What Linux charges a receive buffer for a datagram of at most 1,024 bytes, with room to spare. */
const CHARGE_PER_DATAGRAM = 4_096;
/** Turns of the event loop, each of which reads what has come, after which nothing comes any more. */
const QUIET_TURNS = 20;

interface Source {
  readonly socket: Socket;
  sent: number;
  heard: number;
}

/** Datagrams that a socket like the server's holds on this machine. */
async function datagramsHeld(): Promise<number> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4 * 1024 * 1024 });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const held = Math.max(1, Math.floor(socket.getRecvBufferSize() / CHARGE_PER_DATAGRAM));
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return held;
}

const junk = (random: Random): Uint8Array => randomBytes(1 + random.below(1_024));

function typed(random: Random): Uint8Array {
  const packet = randomBytes(random.pick([33, 41, 52, 104, 168, 1_024]));
  packet[0] = 0x11 + random.below(5);
  if (random.chance(0.5)) packet.fill(0, 1, 4);
  return packet;
}

function plausible(random: Random, publicKey: Uint8Array): Uint8Array {
  const packet = randomBytes(168);
  packet.set([0x11, 0, 0, 0]);
  if (random.chance(0.8)) packet.fill(0, 152);
  new Mac1(suite, publicKey).write(packet, 136);
  return packet;
}

/** A handshake that the server has to answer. */
function genuine(publicKey: Uint8Array, continues: number): Uint8Array {
  return Initiation.create({
    suite,
    localStatic: new StaticKeyPair(suite.keyPair(randomBytes(32))),
    ephemeral: suite.keyPair(randomBytes(32)),
    remoteStatic: publicKey,
    preSharedKey: undefined,
    connectionId: 1,
    payload: { timestamp: 1, continues, epoch: 0, receiveBuffer: 1_000_000, replaces: 0, versions: MESSAGE_VERSIONS },
    cookie: undefined,
  })!.packet;
}

function anything(random: Random, publicKey: Uint8Array): Uint8Array {
  const draw = random.float();
  if (draw < 0.3) return junk(random);
  if (draw < 0.6) return typed(random);
  if (draw < 0.98) return plausible(random, publicKey);
  return genuine(publicKey, random.pick([0, 0, 7]));
}

async function open(random: Random): Promise<Source> {
  // An address is a literal: it is not looked up, and the packet is sent before `send` returns.
  const socket = createSocket({ type: 'udp4', lookup: (host, _options, found) => found(null, host, 4) });
  const host = `127.${random.below(256)}.${random.below(256)}.${1 + random.below(254)}`;
  await new Promise<void>((resolve) => socket.bind(0, host, resolve));
  const source = { socket, sent: 0, heard: 0 };
  socket.unref();
  socket.on('message', (message) => {
    source.heard += message.length;
  });
  return source;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Lets the event loop turn until all of `counts` have stood still for a while. A datagram may be lost, so none is waited for. */
async function quiet(...counts: readonly (() => number)[]): Promise<void> {
  let before = counts.map((count) => count());
  for (let turns = 0; turns < QUIET_TURNS; turns++) {
    await turn();
    const now = counts.map((count) => count());
    if (now.some((count, i) => count !== before[i])) turns = 0;
    before = now;
  }
}

test(`N4 ${DATAGRAMS} datagrams from addresses across 127.0.0.0/8: nobody gets more bytes than were sent in its name`, async (t) => {
  t.timeout(600_000);
  const seed = 20_261_126;
  const random = new Random(seed);
  const server = await openPeer(t);
  const { address } = server.transport;
  const stats = (): TransportStats => server.transport.stats();
  const received = (): number => stats().bytesReceived;
  const ahead = await datagramsHeld();
  let sent = 0;
  let bytesIn = 0;
  let worst = 0;
  /** The server has read all; or nothing more comes, because the kernel has dropped some of it. */
  const caughtUp = async (): Promise<void> => {
    for (let turns = 0, before = received(); received() < bytesIn && turns < QUIET_TURNS; turns++) {
      await turn();
      if (received() !== before) turns = 0;
      before = received();
    }
  };
  while (sent < DATAGRAMS) {
    const sources = await Promise.all(Array.from({ length: SOURCES }, () => open(random)));
    for (let round = 0; round < PER_SOURCE; round++) {
      for (const source of sources) {
        const packet = anything(random, server.keys.publicKey);
        source.socket.send(packet, address.port, address.host);
        source.sent += packet.length;
        bytesIn += packet.length;
        // Not further ahead than the socket's buffer holds.
        if (++sent % ahead === 0) await caughtUp();
      }
    }
    const heard = (): number => sources.reduce((sum, source) => sum + source.heard, 0);
    await quiet(received, heard);
    const before = stats().bytesSent;
    await quiet(heard);
    t.is(stats().bytesSent, before, 'nothing is sent later');
    for (const source of sources) worst = Math.max(worst, source.heard / source.sent);
    await Promise.all(sources.map(({ socket }) => new Promise<void>((resolve) => socket.close(() => resolve()))));
  }
  const { bytesReceived, bytesSent, sessions } = stats();
  t.log(
    `seed ${seed}: ${sent} datagrams, ${bytesIn - bytesReceived} bytes lost, ${bytesReceived} in, ${bytesSent} out, at worst ${worst.toFixed(2)} to one address`,
  );
  t.true(bytesReceived <= bytesIn && bytesReceived > bytesIn / 2, 'most of it was read');
  t.true(worst <= 1);
  t.true(bytesSent > 0 && bytesSent <= bytesReceived);
  t.true(sessions <= 512);
});
