import type { DirectoryCall } from '@p2pimg/directory';
import type { NodeId } from '@p2pimg/netsim';
import type { ClientMessage, CloudMessage, ServerMessage, WireAddress } from '@p2pimg/wire';
import type { OperationId, OperationResult } from '../../src/index.ts';

/** One session of a client with all servers; a new one begins with its first letter. Known by identity. */
export interface Connection {
  readonly client: NodeId;
  /** Rises with each session of the client. */
  readonly number: number;
  readonly key: Uint8Array;
  readonly address: WireAddress;
}

/** A picture, as far as the simulation looks inside. */
export interface SimPicture {
  readonly byteLength: number;
  readonly digest: string;
}

/** What a client sends to the handler of an `encode`. */
export interface SimUpload extends SimPicture {
  readonly contentKey: string;
}

/** What travels: the real messages between the real parties, and each transfer as one letter. */
export type Letter =
  | { readonly kind: 'peer'; readonly message: ServerMessage }
  | { readonly kind: 'client'; readonly connection: Connection; readonly message: ClientMessage }
  | { readonly kind: 'cloud'; readonly connection: Connection; readonly message: CloudMessage }
  | {
      readonly kind: 'upload';
      readonly connection: Connection;
      readonly id: string;
      readonly lane: number;
      readonly upload: SimUpload;
    }
  | {
      readonly kind: 'result';
      readonly connection: Connection;
      readonly id: string;
      readonly lane: number;
      readonly opId: OperationId;
      readonly picture: SimPicture;
    }
  /** The client's transport has all of the result. */
  | { readonly kind: 'taken'; readonly connection: Connection; readonly opId: OperationId }
  /** The real transport's, when there is one between. */
  | { readonly kind: 'datagram'; readonly bytes: Uint8Array }
  /** `asker` is the process that asks: an answer for an earlier process of the same server is nobody's. */
  | { readonly kind: 'call'; readonly asker: object; readonly opId: OperationId; readonly call: DirectoryCall }
  | { readonly kind: 'answer'; readonly asker: object; readonly opId: OperationId; readonly result: OperationResult };

/** For the readable trace. */
export function describeLetter(letter: Letter): string {
  switch (letter.kind) {
    case 'peer': {
      const { type, ...fields } = letter.message;
      return `${type} ${JSON.stringify(fields)}`;
    }
    case 'client': {
      const { message } = letter;
      if (message.kind === 'cancel') return `cancel ${message.id}`;
      const { type, id, tried, body } = message.request;
      return `${type} ${id} tried [${tried.join()}] ${JSON.stringify(body).slice(0, 120)}`;
    }
    case 'cloud': {
      const { message } = letter;
      if (message.kind === 'assigned') return `assigned ${message.assigned.id} lane ${message.assigned.lane ?? 'none'}`;
      const { type, id, status } = message.ack;
      const why = message.ack.status === 'success' ? '' : ` ${message.ack.error.code}`;
      return `${type}_ack ${id} ${status}${why}`;
    }
    case 'upload':
    case 'result':
      return `${letter.kind} ${letter.id} on lane ${letter.lane}`;
    case 'datagram':
      return `${letter.bytes.length} bytes`;
    case 'taken':
      return `taken ${letter.opId}`;
    case 'call':
      return `call ${letter.opId} ${letter.call.method}`;
    case 'answer':
      return `answer ${letter.opId} ${letter.result.ok ? 'ok' : letter.result.failure.code}`;
  }
}
