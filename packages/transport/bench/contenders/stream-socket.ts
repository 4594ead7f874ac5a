import { once } from 'node:events';
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
import { AnswerCounter, type Requester, RequestServer, requestHeader, streamContender } from './framing.ts';

const fixture = (name: string): Buffer => readFileSync(new URL(`../fixtures/${name}`, import.meta.url));

export async function serve(name: ContenderName, host: string): Promise<Server> {
  const requests = new RequestServer();
  const onSocket = (socket: Socket): void => {
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on(
      'data',
      requests.stream((answer) => socket.write(answer)),
    );
  };
  const server: NetServer =
    name === 'tls'
      ? createTlsServer(
          { key: fixture('localhost-key.pem'), cert: fixture('localhost-cert.pem'), minVersion: 'TLSv1.3' },
          onSocket,
        )
      : createTcpServer(onSocket);
  server.listen(0, host);
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { address: { host, port }, received: () => requests.received };
}

class Connection implements Requester {
  readonly #socket: Socket;
  readonly #answers = new AnswerCounter();

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#answers.push(chunk));
  }

  exchange(up: Uint8Array, down: number): Promise<void> {
    this.#socket.cork();
    this.#socket.write(requestHeader(up.length, down));
    this.#socket.write(up);
    this.#socket.uncork();
    return this.#answers.expect(down);
  }

  close(): void {
    this.#socket.destroy();
  }
}

async function open(name: ContenderName, { host, port }: ServerAddress): Promise<Requester> {
  if (name !== 'tls') {
    const socket = tcpConnect(port, host);
    await once(socket, 'connect');
    if (name !== 'tcp') setCongestionControl(socket, name.slice('tcp-'.length));
    return new Connection(socket);
  }
  const ca = fixture('localhost-cert.pem');
  const socket = tlsConnect({ port, host, ca, servername: 'localhost', minVersion: 'TLSv1.3' });
  await once(socket, 'secureConnect');
  return new Connection(socket);
}

export async function connect(name: ContenderName, server: ServerAddress): Promise<Contender> {
  return streamContender(name, {
    open: () => open(name, server),
    session: async () => (await open(name, server)).close(),
  });
}
