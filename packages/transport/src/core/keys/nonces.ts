/** Nonces of AES-256-GCM, 12 bytes. Unique under one key because packet, transfer and record numbers are. */

const control = new Uint8Array(12);

/** 6 zero bytes, then the packet number. The next call writes to the same array: there are two calls for each message. */
export function controlNonce(packetNumber: number): Uint8Array {
  const nonce = control;
  const high = Math.floor(packetNumber / 0x1_0000_0000);
  const low = packetNumber % 0x1_0000_0000;
  nonce[6] = high >>> 8;
  nonce[7] = high;
  writeWord(nonce, 8, low);
  return nonce;
}

/** Transfer number, record number, 4 zero bytes. */
export function recordNonce(transfer: number, record: number): Uint8Array {
  const nonce = new Uint8Array(12);
  writeWord(nonce, 0, transfer);
  writeWord(nonce, 4, record);
  return nonce;
}

/** Connection id, lane, transfer, record, offset, length and FIN of a record: 27 bytes. The direction is in the key. */
export function recordAad(
  connectionId: number,
  lane: number,
  transfer: number,
  record: number,
  extent: { readonly offset: number; readonly length: number; readonly fin: boolean },
): Uint8Array {
  const aad = new Uint8Array(27);
  writeWord(aad, 0, connectionId);
  aad[4] = lane >>> 8;
  aad[5] = lane;
  writeWord(aad, 6, transfer);
  writeWord(aad, 10, record);
  writeWord(aad, 14, Math.floor(extent.offset / 0x1_0000_0000));
  writeWord(aad, 18, extent.offset % 0x1_0000_0000);
  writeWord(aad, 22, extent.length);
  aad[26] = extent.fin ? 1 : 0;
  return aad;
}

function writeWord(b: Uint8Array, at: number, value: number): void {
  b[at] = value >>> 24;
  b[at + 1] = value >>> 16;
  b[at + 2] = value >>> 8;
  b[at + 3] = value;
}
