import {
  concatBytes,
  decodeClientMessage,
  decodeCloudMessage,
  decodeServerMessage,
  encodeAck,
  encodeAssigned,
  encodeCancel,
  encodeRequest,
  encodeServerMessage,
  utf8Decode,
  utf8Encode,
} from '@p2pimg/wire';
import type { Connection, Letter } from '../letter.ts';

const KINDS = ['peer', 'client', 'cloud', 'upload', 'result', 'taken'] as const;
type Travelling = Extract<Letter, { kind: (typeof KINDS)[number] }>;

const HEAD_BYTES = 5;

/**
 * Letters as bytes: the kind, the number of the connection (connections are known by identity), and the real message; what
 * stands for a picture is as long as one.
 */
export class LetterCodec {
  readonly #connections: Connection[] = [];

  encode(letter: Travelling): Uint8Array {
    const head = new DataView(new ArrayBuffer(HEAD_BYTES));
    head.setUint8(0, KINDS.indexOf(letter.kind));
    if (letter.kind !== 'peer') head.setUint32(1, this.#numberOf(letter.connection));
    return concatBytes(new Uint8Array(head.buffer), bodyOf(letter));
  }

  decode(bytes: Uint8Array): Travelling {
    const head = new DataView(bytes.buffer, bytes.byteOffset, HEAD_BYTES);
    const kind = KINDS[head.getUint8(0)];
    const body = bytes.subarray(HEAD_BYTES);
    if (kind === 'peer') return { kind, message: decodeServerMessage(body) };
    const connection = this.#connections[head.getUint32(1)];
    if (connection === undefined) throw new Error('a letter of an unknown connection');
    if (kind === 'client') return { kind, connection, message: decodeClientMessage(body) };
    if (kind === 'cloud') return { kind, connection, message: decodeCloudMessage(body) };
    return { ...JSON.parse(utf8Decode(body).trimEnd()), kind, connection };
  }

  #numberOf(connection: Connection): number {
    const known = this.#connections.indexOf(connection);
    return known >= 0 ? known : this.#connections.push(connection) - 1;
  }
}

function bodyOf(letter: Travelling): Uint8Array {
  switch (letter.kind) {
    case 'peer':
      return encodeServerMessage(letter.message);
    case 'client':
      return letter.message.kind === 'request'
        ? encodeRequest(letter.message.request)
        : encodeCancel({ type: 'cancel', id: letter.message.id });
    case 'cloud':
      return letter.message.kind === 'ack' ? encodeAck(letter.message.ack) : encodeAssigned(letter.message.assigned);
    default: {
      const { connection: _, ...fields } = letter;
      const length = letter.kind === 'upload' ? letter.upload.byteLength : 0;
      return utf8Encode(JSON.stringify(fields).padEnd(length));
    }
  }
}
