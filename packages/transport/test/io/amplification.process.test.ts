import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { Random } from '@p2pimg/netsim';
import { MESSAGE_VERSIONS } from '@p2pimg/wire';
import test from 'ava';
import { Initiation } from '../../src/core/handshake/initiation.ts';
import { Mac1 } from '../../src/core/handshake/macs.ts';
import { nodeCryptoSuite as suite, type TransportStats } from '../../src/index.ts';
import { openPeer } from '../support/loopback.ts';

const LONG = process.env.P2PIMG_LONG === '1';
const DATAGRAMS = LONG ? 1_000_000 : 20_000;
const SOURCES = 200;
const PER_SOURCE = 50;
const AHEAD = 500;

interface Source {
  readonly socket: Socket;
  sent: number;
  heard: number;
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
    localStatic: suite.keyPair(randomBytes(32)),
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
  const socket = createSocket('udp4');
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

test(`N4 ${DATAGRAMS} datagrams from addresses across 127.0.0.0/8: nobody gets more bytes than were sent in its name`, async (t) => {
  t.timeout(600_000);
  const seed = 20_261_126;
  const random = new Random(seed);
  const server = await openPeer(t);
  const { address } = server.transport;
  const stats = (): TransportStats => server.transport.stats();
  let sent = 0;
  let bytesIn = 0;
  let worst = 0;
  while (sent < DATAGRAMS) {
    const sources = await Promise.all(Array.from({ length: SOURCES }, () => open(random)));
    for (let round = 0; round < PER_SOURCE; round++) {
      for (const source of sources) {
        const packet = anything(random, server.keys.publicKey);
        source.socket.send(packet, address.port, address.host);
        source.sent += packet.length;
        bytesIn += packet.length;
        // Not further ahead than the socket's buffer holds.
        if (++sent % AHEAD === 0) while (stats().bytesReceived < bytesIn) await turn();
      }
    }
    while (stats().bytesReceived < bytesIn) await turn();
    const heard = (): number => sources.reduce((sum, source) => sum + source.heard, 0);
    for (let i = 0; i < 20; i++) await turn();
    const before = stats().bytesSent;
    for (let i = 0; i < 20; i++) await turn();
    t.is(stats().bytesSent, before, 'nothing is sent later');
    t.true(heard() <= bytesIn);
    for (const source of sources) worst = Math.max(worst, source.heard / source.sent);
    await Promise.all(sources.map(({ socket }) => new Promise<void>((resolve) => socket.close(() => resolve()))));
  }
  const { bytesReceived, bytesSent, sessions } = stats();
  t.log(
    `seed ${seed}: ${sent} datagrams, ${bytesReceived} bytes in, ${bytesSent} out, at worst ${worst.toFixed(2)} to one address`,
  );
  t.is(bytesReceived, bytesIn);
  t.true(worst <= 1);
  t.true(bytesSent > 0 && bytesSent <= bytesReceived);
  t.true(sessions <= 512);
});
