/** A plain Uint8Array of its own: mysql2 gives Buffers that keep the whole packet they came in. */
export function plainBytes(bytes: Uint8Array): Uint8Array {
  return isPlain(bytes) ? bytes : new Uint8Array(bytes);
}

/** Whether it is a Uint8Array, not a Buffer, and all of its memory. */
function isPlain(bytes: Uint8Array): boolean {
  return bytes.constructor === Uint8Array && bytes.byteLength === bytes.buffer.byteLength;
}
