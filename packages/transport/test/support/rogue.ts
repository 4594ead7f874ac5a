import {
  CONTROL_HEADER_BYTES,
  connectionIdAt,
  type Frame,
  FrameType,
  frameBytes,
  MESSAGE_VERSIONS,
  MIN_CONTROL_PAYLOAD_BYTES,
  PacketType,
  packetNumberAt,
  packetType,
  readFrames,
  TAG_BYTES,
  writeControlHeader,
  writeFrame,
} from '@p2pimg/wire';
import { Initiation } from '../../src/core/handshake/initiation.ts';
import { EpochKeys } from '../../src/core/keys/epoch-keys.ts';
import { controlNonce } from '../../src/core/keys/nonces.ts';
import { StaticKeyPair } from '../../src/core/noise/static-key-pair.ts';
import type { Path } from '../../src/core/path.ts';
import type { Session } from '../../src/core/session/session.ts';
import { nodeCryptoSuite as suite } from '../../src/node/crypto-suite.ts';
import type { Node, World } from './pair.ts';

/** Frames as one packet's plaintext, padded to the least size. */
export function plaintextOf(frames: readonly Frame[]): Uint8Array {
  const length = frames.reduce((sum, frame) => sum + frameBytes(frame), 0);
  const b = new Uint8Array(Math.max(MIN_CONTROL_PAYLOAD_BYTES, length));
  frames.reduce((at, frame) => writeFrame(b, at, frame), 0);
  return b;
}

/**
 * A peer that has a genuine session with a node and obeys no rule: it seals whatever frames the test wants, and hears
 * what the node answers.
 */
export class Rogue {
  readonly path: Path;
  /** All control frames that the node has sent to this peer, and its data packets as they are. */
  readonly heard: Frame[] = [];
  readonly data: Uint8Array[] = [];
  bytesHeard = 0;
  /** The node's side of the session. */
  readonly session: Session;
  readonly remoteId: number;
  readonly keys: EpochKeys;
  highest = -1;
  readonly #world: World;
  readonly #victim: Node;
  readonly #localId: number;
  readonly #slab = new Uint8Array(64 * 1024);
  #next = 0;

  constructor(world: World, victim: Node, host = '10.66.0.1') {
    this.#world = world;
    this.#localId = 1 + Math.floor(world.random() * 0xffff_fff0);
    this.#victim = victim;
    this.path = { socket: 0, host, port: 8081 };
    const random = (n: number): Uint8Array => Uint8Array.from({ length: n }, () => Math.floor(world.random() * 256));
    const initiation = Initiation.create({
      suite,
      localStatic: new StaticKeyPair(suite.keyPair(random(32))),
      ephemeral: suite.keyPair(random(32)),
      remoteStatic: victim.endpoint.publicKey,
      preSharedKey: undefined,
      connectionId: this.#localId,
      payload: {
        timestamp: 1,
        continues: 0,
        epoch: 0,
        receiveBuffer: 4 * 1024 * 1024,
        replaces: 0,
        versions: MESSAGE_VERSIONS,
      },
      cookie: undefined,
    })!;
    victim.endpoint.handleDatagram(initiation.packet, 0, initiation.packet.length, this.path, world.now);
    const transmit = victim.endpoint.pollTransmit(world.now, this.#slab, 1)!;
    const { payload, secrets } = initiation.read(this.#slab.slice(0, transmit.bytes))!;
    this.remoteId = payload.connectionId;
    const own = { send: secrets.initiatorToResponder, receive: secrets.responderToInitiator };
    this.keys = new EpochKeys(suite, 0, own, world.now);
    const before = victim.of('incoming').length;
    this.say([{ type: FrameType.ping }]);
    this.session = victim.of('incoming')[before]!.session;
  }

  /** A packet with these frames, sealed as it should be, or under other keys. */
  packet(frames: readonly Frame[], how: { keys?: EpochKeys; lane?: number; number?: number } = {}): Uint8Array {
    const { keys = this.keys, lane = 0, number = this.#next++ } = how;
    const plaintext = plaintextOf(frames);
    const b = new Uint8Array(CONTROL_HEADER_BYTES + plaintext.length + TAG_BYTES);
    writeControlHeader(b, 0, { epoch: 0, lane, connectionId: this.remoteId, packetNumber: number }, b.length);
    const aad = b.subarray(0, CONTROL_HEADER_BYTES);
    b.set(keys.send.control(lane).seal(controlNonce(number), aad, plaintext), CONTROL_HEADER_BYTES);
    return b;
  }

  /** Puts bytes before the node; returns what the node sent anywhere afterwards, in bytes. */
  put(packet: Uint8Array, path: Path = this.path): number {
    for (const event of this.#victim.endpoint.handleDatagram(packet, 0, packet.length, path, this.#world.now)) {
      this.#victim.events.push(event);
      this.#victim.onEvent(event);
    }
    return this.listen();
  }

  say(frames: readonly Frame[], path: Path = this.path): number {
    return this.put(this.packet(frames), path);
  }

  /** Lets time pass for the node, and hears what it sends; returns how many bytes that was. */
  wait(ms: number): number {
    const end = this.#world.now + ms;
    let bytes = this.listen();
    const { endpoint } = this.#victim;
    while (endpoint.nextTimeout() <= end) {
      this.#world.now = Math.max(this.#world.now, endpoint.nextTimeout());
      this.#take(endpoint.handleTimeout(this.#world.now));
      bytes += this.listen();
    }
    this.#world.now = end;
    return bytes;
  }

  /** Acknowledges every number that was heard. */
  acknowledge(): number {
    return this.say([{ type: FrameType.ack, delay: 0, ranges: [{ first: 0, last: this.highest }] }]);
  }

  listen(): number {
    let bytes = 0;
    for (;;) {
      const transmit = this.#victim.endpoint.pollTransmit(this.#world.now, this.#slab, 16);
      this.#take(this.#victim.endpoint.takeEvents());
      if (transmit === undefined) break;
      bytes += transmit.bytes;
      for (let at = 0; at < transmit.bytes; at += 1024) {
        this.#hear(this.#slab.slice(at, Math.min(transmit.bytes, at + 1024)));
      }
    }
    this.bytesHeard += bytes;
    return bytes;
  }

  #take(events: ReturnType<Node['endpoint']['takeEvents']>): void {
    for (const event of events) {
      this.#victim.events.push(event);
      this.#victim.onEvent(event);
    }
  }

  #hear(packet: Uint8Array): void {
    const type = packetType(packet, 0);
    if (type !== PacketType.control && type !== PacketType.data) return;
    if (connectionIdAt(packet, 0) !== this.#localId) return;
    const number = packetNumberAt(packet, 0);
    this.highest = Math.max(this.highest, number);
    if (type === PacketType.data) {
      this.data.push(packet);
      return;
    }
    const tagAt = packet.length - TAG_BYTES;
    const lane = (packet[2]! << 8) | packet[3]!;
    const aad = packet.subarray(0, CONTROL_HEADER_BYTES);
    const sealed = packet.subarray(CONTROL_HEADER_BYTES, tagAt);
    const plaintext = this.keys.receive.control(lane).open(controlNonce(number), aad, sealed, packet.subarray(tagAt));
    if (plaintext !== undefined) this.heard.push(...readFrames(plaintext));
  }
}
