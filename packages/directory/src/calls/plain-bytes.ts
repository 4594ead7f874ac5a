/** A Uint8Array of its own: mysql2 gives Buffers that keep the whole packet they came in. */
export function plainBytes(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}
