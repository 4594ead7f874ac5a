import { crc32, deflateSync } from 'node:zlib';

/** A chunk with a right CRC, whatever is in it. */
export function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const whole = Buffer.alloc(body.length + 8);
  whole.writeUInt32BE(data.length, 0);
  body.copy(whole, 4);
  whole.writeUInt32BE(crc32(body), body.length + 4);
  return whole;
}

export function ihdr(width: number, height: number, depth: number, type: number, interlace = 0): Buffer {
  const data = Buffer.alloc(13);
  data.writeUInt32BE(width, 0);
  data.writeUInt32BE(height, 4);
  data.set([depth, type, 0, 0, interlace], 8);
  return chunk('IHDR', data);
}

export const signature: Buffer = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
export const iend: Buffer = chunk('IEND', Buffer.alloc(0));

export function png(...chunks: readonly Buffer[]): Buffer {
  return Buffer.concat([signature, ...chunks, iend]);
}

export function idat(raw: Uint8Array): Buffer {
  return chunk('IDAT', deflateSync(raw));
}

/** Start of each chunk of a sound PNG, with its length. */
export function chunksOf(file: Uint8Array): { type: string; at: number; length: number }[] {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.length);
  const chunks: { type: string; at: number; length: number }[] = [];
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    chunks.push({ type: bytes.toString('latin1', at + 4, at + 8), at, length });
    at += length + 12;
  }
  return chunks;
}

/** Makes all CRCs right again after a change that left lengths and types alone. */
export function repairCrcs(file: Uint8Array): void {
  for (const { at, length } of chunksOf(file)) {
    new DataView(file.buffer, file.byteOffset).setUint32(
      at + 8 + length,
      crc32(file.subarray(at + 4, at + 8 + length)),
    );
  }
}
