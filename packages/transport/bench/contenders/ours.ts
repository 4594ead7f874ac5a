import { randomBytes } from 'node:crypto';
import { nodeCryptoSuite, openTransport, type Session, type StaticKeys, type Transport } from '../../src/index.ts';
import { dgramDriver } from '../../src/io/dgram-driver.ts';
import type { TransportOptions } from '../../src/io/interface.ts';
import { openTransportWith } from '../../src/io/transport.ts';
import type { Contender, ContenderName, Server, ServerAddress } from '../contender.ts';
import { plainSuite } from './plain-suite.ts';

const LIMITS = {
  maxLanesPerSession: 256,
  maxLanes: 256,
  maxTransfersPerSession: 256,
  maxSessions: 10_000,
  maxReassemblyBytesPerSession: 512 << 20,
};
const ID_BYTES = 16;
const ANY = '0.0.0.0';
/** The client has left in the middle of something: a bench may. */
const ended = (): void => {};

function newKeys(): StaticKeys {
  const privateKey = randomBytes(32);
  return { privateKey, publicKey: nodeCryptoSuite.keyPair(privateKey).publicKey };
}

function open(name: ContenderName, options: TransportOptions): Promise<Transport> {
  if (name === 'ours-plain') return openTransportWith(options, dgramDriver, plainSuite);
  return openTransport({ ...options, driver: name === 'ours-dgram' ? 'dgram' : 'auto' });
}

/** The answer's length and a number: what comes back is found by the latter. */
const ANSWER_AT = 0;
const NUMBER_AT = 4;
const wordOf = (id: Uint8Array, at: number): number => new DataView(id.buffer, id.byteOffset).getUint32(at);

/** Uploads come with the wanted answer's length in their id; a message asks for a worker lane first. */
export async function serve(name: ContenderName, host: string): Promise<Server> {
  const keys = newKeys();
  const answer = new Uint8Array(1 << 20);
  let received = 0;
  const transport = await open(name, {
    keys,
    bind: { host, port: 0 },
    limits: LIMITS,
    admit: () => ({ admit: true }),
    onSession: (session) =>
      session.setHandlers({
        onMessage: (message) => {
          if (message.length !== ID_BYTES) void session.sendMessage(message).catch(ended);
          else session.openLane().catch(ended);
        },
        onTransfer: (transfer) => {
          const { id, lane } = transfer;
          const down = wordOf(id, ANSWER_AT);
          const send = async (): Promise<void> => {
            let before = 0;
            await transfer.accept((bytes) => {
              received += bytes - before;
              before = bytes;
            });
            const bytes = answer.subarray(0, down);
            await session.sendTransfer({ id, purpose: 'result', bytes, ...(lane === undefined ? {} : { lane }) }).done;
            lane?.close();
          };
          send().catch(ended);
        },
      }),
  });
  const address = { host, port: transport.address.port, publicKey: [...keys.publicKey] };
  return { address, received: () => received };
}

const newClient = (name: ContenderName): Promise<Transport> =>
  open(name, {
    keys: newKeys(),
    bind: { host: ANY, port: 0 },
    limits: LIMITS,
    admit: () => ({ admit: false }),
    onSession: () => {},
  });

export async function connect(name: ContenderName, server: ServerAddress): Promise<Contender> {
  const transport = await newClient(name);
  const strangers: Transport[] = [];
  const target = {
    address: { host: server.host, port: server.port },
    publicKey: Uint8Array.from(server.publicKey ?? []),
  };
  const session: Session = transport.connect(target);
  const answered = new Map<number, () => void>();
  let asked = 0;
  const uploads: { readonly id: Uint8Array; readonly bytes: Uint8Array }[] = [];
  let echoed: () => void = () => {};
  session.setHandlers({
    onMessage: () => echoed(),
    onLane: (lane) => {
      const upload = uploads.shift();
      if (upload !== undefined) session.sendTransfer({ ...upload, purpose: 'upload', lane });
    },
    onTransfer: (transfer) =>
      void transfer.accept().then(() => {
        const number = wordOf(transfer.id, NUMBER_AT);
        answered.get(number)?.();
        answered.delete(number);
      }, ended),
  });
  await session.opened;
  const newId = (down: number): Uint8Array => {
    const id = new Uint8Array(ID_BYTES);
    const words = new DataView(id.buffer);
    words.setUint32(ANSWER_AT, down);
    words.setUint32(NUMBER_AT, ++asked);
    return id;
  };
  const answerTo = (id: Uint8Array): Promise<void> =>
    new Promise((resolve) => answered.set(wordOf(id, NUMBER_AT), resolve));
  const bulk: Contender['bulk'] = (bytes) => session.sendTransfer({ id: newId(0), purpose: 'upload', bytes }).done;
  const close = async (): Promise<void> => {
    await Promise.all([transport, ...strangers].map((one) => one.close()));
  };
  if (name === 'ours-plain') return { name, bulk, close };
  return {
    name,
    bulk,
    exchange(bytes, down) {
      const id = newId(down);
      session.sendTransfer({ id, purpose: 'upload', bytes });
      return answerTo(id);
    },
    fresh(bytes, down) {
      const id = newId(down);
      uploads.push({ id, bytes });
      void session.sendMessage(id);
      return answerTo(id);
    },
    roundTrip(bytes) {
      session.sendMessage(bytes).catch(ended);
      return new Promise((resolve) => {
        echoed = resolve;
      });
    },
    async open() {
      // A key of its own for each that is under way: the server keeps one session per key.
      const other = strangers.pop() ?? (await newClient(name));
      const session = other.connect(target);
      await session.opened;
      session.close();
      strangers.push(other);
    },
    packets() {
      const { datagramsSent, retransmitted, spurious } = transport.stats();
      return { sent: datagramsSent, repeated: retransmitted, spurious };
    },
    close,
  };
}
