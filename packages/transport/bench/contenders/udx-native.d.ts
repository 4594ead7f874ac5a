/** What is used of `udx-native`, which has no types. */
declare module 'udx-native' {
  export interface UdxStream {
    connect(socket: UdxSocket, remoteId: number, port: number, host: string): void;
    write(bytes: Uint8Array): boolean;
    destroy(): void;
    on(event: 'data', listener: (chunk: Uint8Array) => void): void;
    on(event: 'close' | 'error', listener: () => void): void;
  }

  export interface UdxSocket {
    bind(port: number, host: string): void;
    address(): { port: number };
    setRecvBufferSize(bytes: number): void;
    setSendBufferSize(bytes: number): void;
    trySend(bytes: Uint8Array, port: number, host: string): void;
    on(event: 'message', listener: (bytes: Buffer, from: { host: string; port: number }) => void): void;
    close(): Promise<void>;
  }

  export default class UDX {
    createSocket(): UdxSocket;
    createStream(id: number): UdxStream;
  }
}
