/** Packets of the original's protocol, as far as its report tells: kind, transfer, number, payload. */

export const CHUNK_BYTES = 1_024;
/** Between two kilobytes of the way back. */
export const PACE_MS = 3;

export const REQUEST = 1;
export const WORKER = 2;
export const DATA = 3;
export const ACK = 4;
export const DONE = 5;
export const MISSING = 6;

const HEADER_BYTES = 9;

export interface Packet {
  readonly kind: number;
  readonly transfer: number;
  readonly number: number;
  readonly payload: Uint8Array;
}

export function writePacket(kind: number, transfer: number, number: number, payload = new Uint8Array()): Uint8Array {
  const packet = Buffer.alloc(HEADER_BYTES + payload.length);
  packet.writeUInt8(kind, 0);
  packet.writeUInt32BE(transfer, 1);
  packet.writeUInt32BE(number, 5);
  packet.set(payload, HEADER_BYTES);
  return packet;
}

export function readPacket(packet: Buffer): Packet {
  return {
    kind: packet.readUInt8(0),
    transfer: packet.readUInt32BE(1),
    number: packet.readUInt32BE(5),
    payload: packet.subarray(HEADER_BYTES),
  };
}

export function chunks(bytes: number): number {
  return Math.ceil(bytes / CHUNK_BYTES);
}

export function chunkOf(bytes: Uint8Array, number: number): Uint8Array {
  return bytes.subarray(number * CHUNK_BYTES, (number + 1) * CHUNK_BYTES);
}
