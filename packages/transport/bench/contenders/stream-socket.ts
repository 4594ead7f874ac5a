import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createTcpServer, type Server, type Socket, connect as tcpConnect } from 'node:net';
import { createServer as createTlsServer, connect as tlsConnect } from 'node:tls';
import { type Contender, type ContenderName, HOST, type ServerAddress } from '../contender.ts';

const fixture = (name: string): Buffer => readFileSync(new URL(`../fixtures/${name}`, import.meta.url));
const HEADER_BYTES = 8;

/** A request is its length, the wanted answer's length, and the bytes. An answer is that many bytes. */
export async function serve(name: ContenderName): Promise<ServerAddress> {
  const answer = Buffer.alloc(1 << 20);
  const onSocket = (socket: Socket): void => {
    socket.setNoDelay(true);
    socket.on('error', () => {});
    const header = Buffer.alloc(HEADER_BYTES);
    let have = 0;
    let left = 0;
    socket.on('data', (chunk: Buffer) => {
      let at = 0;
      while (at < chunk.length) {
        if (have < HEADER_BYTES) {
          const n = Math.min(HEADER_BYTES - have, chunk.length - at);
          chunk.copy(header, have, at, at + n);
          have += n;
          at += n;
          if (have === HEADER_BYTES) left = header.readUInt32BE(0);
          continue;
        }
        const n = Math.min(left, chunk.length - at);
        left -= n;
        at += n;
        if (left > 0) continue;
        have = 0;
        socket.write(answer.subarray(0, Math.max(1, header.readUInt32BE(4))));
      }
    });
  };
  const server: Server =
    name === 'tls'
      ? createTlsServer(
          { key: fixture('localhost-key.pem'), cert: fixture('localhost-cert.pem'), minVersion: 'TLSv1.3' },
          onSocket,
        )
      : createTcpServer(onSocket);
  server.listen(0, HOST);
  await once(server, 'listening');
  const address = server.address();
  return { port: typeof address === 'object' && address !== null ? address.port : 0 };
}

class Connection {
  readonly #socket: Socket;
  #left = 0;
  #answered: () => void = () => {};

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => {
      this.#left -= chunk.length;
      if (this.#left <= 0) this.#answered();
    });
  }

  static async open(name: ContenderName, port: number): Promise<Connection> {
    if (name === 'tcp') {
      const socket = tcpConnect(port, HOST);
      await once(socket, 'connect');
      return new Connection(socket);
    }
    const ca = fixture('localhost-cert.pem');
    const socket = tlsConnect({ port, host: HOST, ca, servername: 'localhost', minVersion: 'TLSv1.3' });
    await once(socket, 'secureConnect');
    return new Connection(socket);
  }

  exchange(up: Uint8Array, down: number): Promise<void> {
    const header = Buffer.alloc(HEADER_BYTES);
    header.writeUInt32BE(up.length, 0);
    header.writeUInt32BE(down, 4);
    this.#left = Math.max(1, down);
    this.#socket.cork();
    this.#socket.write(header);
    this.#socket.write(up);
    this.#socket.uncork();
    return new Promise((resolve) => {
      this.#answered = resolve;
    });
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** Long-lived connections are pooled: one per exchange in flight. */
export async function connect(name: ContenderName, { port }: ServerAddress): Promise<Contender> {
  const idle: Connection[] = [await Connection.open(name, port)];
  const all: Connection[] = [...idle];
  const acquire = async (): Promise<Connection> => {
    const connection = idle.pop() ?? (await Connection.open(name, port));
    if (!all.includes(connection)) all.push(connection);
    return connection;
  };
  const exchange = async (up: Uint8Array, down: number): Promise<void> => {
    const connection = await acquire();
    await connection.exchange(up, down);
    idle.push(connection);
  };
  return {
    name,
    bulk: (bytes) => exchange(bytes, 0),
    exchange,
    async fresh(up, down) {
      const connection = await Connection.open(name, port);
      await connection.exchange(up, down);
      connection.close();
    },
    roundTrip: (message) => exchange(message, message.length),
    async open() {
      (await Connection.open(name, port)).close();
    },
    async close() {
      for (const connection of all) connection.close();
    },
  };
}
