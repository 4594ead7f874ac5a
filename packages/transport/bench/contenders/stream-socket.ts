import { once as event } from 'node:events';
import { readFileSync } from 'node:fs';
import {
  createServer as createTcpServer,
  type Server as NetServer,
  type Socket,
  connect as tcpConnect,
} from 'node:net';
import { createServer as createTlsServer, connect as tlsConnect } from 'node:tls';
import type { Contender, ContenderName, Server, ServerAddress } from '../contender.ts';
import { setCongestionControl } from '../link/congestion-control.ts';
import {
  ANSWER_BYTES,
  answerLength,
  once,
  type Requester,
  RequesterPool,
  RequestReader,
  requestHeader,
} from './framing.ts';

const fixture = (name: string): Buffer => readFileSync(new URL(`../fixtures/${name}`, import.meta.url));

export async function serve(name: ContenderName, host: string): Promise<Server> {
  const answer = Buffer.alloc(ANSWER_BYTES);
  let received = 0;
  const onSocket = (socket: Socket): void => {
    socket.setNoDelay(true);
    socket.on('error', () => {});
    const reader = new RequestReader((length) => socket.write(answer.subarray(0, length)));
    socket.on('data', (chunk: Buffer) => {
      received += chunk.length;
      reader.push(chunk);
    });
  };
  const server: NetServer =
    name === 'tls'
      ? createTlsServer(
          { key: fixture('localhost-key.pem'), cert: fixture('localhost-cert.pem'), minVersion: 'TLSv1.3' },
          onSocket,
        )
      : createTcpServer(onSocket);
  server.listen(0, host);
  await event(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { address: { host, port }, received: () => received };
}

class Connection implements Requester {
  readonly #socket: Socket;
  #left = 0;
  #answered: () => void = () => {};

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => {
      this.#left -= chunk.length;
      if (this.#left <= 0) this.#answered();
    });
  }

  exchange(up: Uint8Array, down: number): Promise<void> {
    this.#left = answerLength(down);
    this.#socket.cork();
    this.#socket.write(requestHeader(up.length, down));
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

async function open(name: ContenderName, { host, port }: ServerAddress): Promise<Requester> {
  if (name !== 'tls') {
    const socket = tcpConnect(port, host);
    await event(socket, 'connect');
    if (name !== 'tcp') setCongestionControl(socket, name.slice('tcp-'.length));
    return new Connection(socket);
  }
  const ca = fixture('localhost-cert.pem');
  const socket = tlsConnect({ port, host, ca, servername: 'localhost', minVersion: 'TLSv1.3' });
  await event(socket, 'secureConnect');
  return new Connection(socket);
}

export async function connect(name: ContenderName, server: ServerAddress): Promise<Contender> {
  const another = (): Promise<Requester> => open(name, server);
  const pool = new RequesterPool(another);
  return {
    name,
    bulk: (bytes) => pool.exchange(bytes, 0),
    exchange: (up, down) => pool.exchange(up, down),
    fresh: (up, down) => once(another, up, down),
    roundTrip: (message) => pool.exchange(message, message.length),
    async open() {
      (await another()).close();
    },
    async close() {
      pool.close();
    },
  };
}
