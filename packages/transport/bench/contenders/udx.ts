import UDX, { type UdxSocket, type UdxStream } from 'udx-native';
import type { Contender, ContenderName, Server, ServerAddress } from '../contender.ts';
import { AnswerCounter, type Requester, RequestServer, requestHeader, streamContender } from './framing.ts';

const BUFFER_BYTES: number = 4 << 20;
/** An opening that got lost is asked for again. */
const REPEAT_MS = 200;

function newSocket(udx: UDX, host: string): UdxSocket {
  const socket = udx.createSocket();
  socket.bind(0, host);
  socket.setRecvBufferSize(BUFFER_BYTES);
  socket.setSendBufferSize(BUFFER_BYTES);
  return socket;
}

function idBytes(id: number): Buffer {
  const b = Buffer.alloc(4);
  b.writeUInt32BE(id);
  return b;
}

/** Streams have no opening of their own: a datagram with the stream's id asks for it, the same one answers. */
export async function serve(_name: ContenderName, host: string): Promise<Server> {
  const udx = new UDX();
  const socket = newSocket(udx, host);
  const requests = new RequestServer();
  const known = new Set<number>();
  socket.on('message', (bytes, from) => {
    const id = bytes.readUInt32BE(0);
    if (!known.has(id)) {
      known.add(id);
      const stream = udx.createStream(id);
      stream.on(
        'data',
        requests.stream((answer) => stream.write(answer)),
      );
      stream.on('error', () => {});
      stream.connect(socket, id, from.port, from.host);
    }
    socket.trySend(idBytes(id), from.port, from.host);
  });
  return { address: { host, port: socket.address().port }, received: () => requests.received };
}

class Stream implements Requester {
  readonly #stream: UdxStream;
  readonly #answers = new AnswerCounter();

  constructor(stream: UdxStream) {
    this.#stream = stream;
    stream.on('error', () => {});
    stream.on('data', (chunk) => this.#answers.push(chunk));
  }

  exchange(up: Uint8Array, down: number): Promise<void> {
    this.#stream.write(requestHeader(up.length, down));
    this.#stream.write(up);
    return this.#answers.expect(down);
  }

  close(): void {
    this.#stream.destroy();
  }
}

export async function connect(name: ContenderName, server: ServerAddress): Promise<Contender> {
  const udx = new UDX();
  const socket = newSocket(udx, '0.0.0.0');
  const opening = new Map<number, () => void>();
  let next = 1;
  socket.on('message', (bytes) => {
    const id = bytes.readUInt32BE(0);
    opening.get(id)?.();
    opening.delete(id);
  });
  const open = async (): Promise<Requester> => {
    const id = next++;
    const ask = (): void => socket.trySend(idBytes(id), server.port, server.host);
    const repeat = setInterval(ask, REPEAT_MS);
    await new Promise<void>((resolve) => {
      opening.set(id, resolve);
      ask();
    });
    clearInterval(repeat);
    const stream = udx.createStream(id);
    stream.connect(socket, id, server.port, server.host);
    return new Stream(stream);
  };
  return streamContender(name, { open, close: () => socket.close() });
}
