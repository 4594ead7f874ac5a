import { generateKeyPairSync } from 'node:crypto';
import type { Contender, ContenderName, Server, ServerAddress } from '../contender.ts';
import { AnswerCounter, type Requester, RequestServer, requestHeader, streamContender } from './framing.ts';

/** What is used of quinn, through the native half of `@chainsafe/libp2p-quic`: its streams without libp2p above them. */
interface QuinnStream {
  read(maxBytes: number): Promise<Uint8Array | null>;
  write(bytes: Uint8Array): Promise<void>;
  finishWrite(): Promise<void>;
}
interface QuinnConnection {
  inboundStream(): Promise<QuinnStream>;
  outboundStream(): Promise<QuinnStream>;
  abort(): void;
}
interface QuinnServer {
  port(): number;
  inboundConnection(): Promise<QuinnConnection>;
}
interface QuinnClient {
  outboundConnection(host: string, port: number): Promise<QuinnConnection>;
  abort(): void;
}
interface Quinn {
  readonly QuinnConfig: new (options: object) => object;
  readonly Server: new (config: object, host: string, port: number) => QuinnServer;
  readonly Client: new (config: object, family: 0 | 1) => QuinnClient;
}

const CHUNK_BYTES: number = 64 << 10;
const IPV4 = 0;

async function load(): Promise<{ quinn: Quinn; config: object }> {
  const quinn: Quinn = await import(new URL('./napi.js', import.meta.resolve('@chainsafe/libp2p-quic')).href);
  const config = new quinn.QuinnConfig({
    privateKeyProto: newPrivateKey(),
    handshakeTimeout: 5_000,
    maxIdleTimeout: 30_000,
    keepAliveInterval: 5_000,
    maxConcurrentStreamLimit: 256,
    maxStreamData: 10_000_000,
    maxConnectionData: 15_000_000,
    receiveBufferSize: 4 << 20,
    sendBufferSize: 4 << 20,
  });
  return { quinn, config };
}

/** libp2p's protobuf of an Ed25519 key: type 1, then the seed and the public key. */
function newPrivateKey(): Buffer {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const seed = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32);
  const point = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  return Buffer.concat([Buffer.from('08011240', 'hex'), seed, point]);
}

/** Calls `onChunk` until the stream ends or breaks. */
async function readAll(stream: QuinnStream, onChunk: (chunk: Uint8Array) => void): Promise<void> {
  for (let chunk = await stream.read(CHUNK_BYTES); chunk !== null; chunk = await stream.read(CHUNK_BYTES))
    onChunk(chunk);
}

const ended = (): void => {};

export async function serve(_name: ContenderName, host: string): Promise<Server> {
  const { quinn, config } = await load();
  const server = new quinn.Server(config, host, 0);
  const requests = new RequestServer();
  const onStream = (stream: QuinnStream): void => {
    const onChunk = requests.stream((answer) => void stream.write(answer).catch(ended));
    readAll(stream, onChunk)
      .then(() => stream.finishWrite(), ended)
      .catch(ended);
  };
  const onConnection = async (connection: QuinnConnection): Promise<void> => {
    for (;;) onStream(await connection.inboundStream());
  };
  const accept = async (): Promise<void> => {
    for (;;) onConnection(await server.inboundConnection()).catch(ended);
  };
  void accept();
  return { address: { host, port: server.port() }, received: () => requests.received };
}

class Stream implements Requester {
  readonly #stream: QuinnStream;
  readonly #answers = new AnswerCounter();

  constructor(stream: QuinnStream) {
    this.#stream = stream;
    readAll(stream, (chunk) => this.#answers.push(chunk)).catch(ended);
  }

  async exchange(up: Uint8Array, down: number): Promise<void> {
    const answered = this.#answers.expect(down);
    const header = requestHeader(up.length, down);
    // Small requests in one write; large ones are not copied.
    if (up.length <= CHUNK_BYTES) await this.#stream.write(Buffer.concat([header, up]));
    else {
      await this.#stream.write(header);
      await this.#stream.write(up);
    }
    await answered;
  }

  close(): void {
    this.#stream.finishWrite().catch(ended);
  }
}

export async function connect(name: ContenderName, server: ServerAddress): Promise<Contender> {
  const { quinn, config } = await load();
  const client = new quinn.Client(config, IPV4);
  const dial = (): Promise<QuinnConnection> => client.outboundConnection(server.host, server.port);
  const connection = await dial();
  return streamContender(name, {
    open: async () => new Stream(await connection.outboundStream()),
    session: async () => (await dial()).abort(),
    close() {
      connection.abort();
      client.abort();
    },
  });
}
