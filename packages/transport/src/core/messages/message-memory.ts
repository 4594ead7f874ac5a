/** Memory that short messages share: an `ArrayBuffer` for each would cost more than all else that is done for it. */
const SHARED_BYTES: number = 8 * 1024;
/** What is longer has its own: nobody who keeps one message is to hold on to much of others. */
const LONGEST_SHARED = 1_024;
/** Messages begin where numbers of any size may stand. */
const ALIGNMENT = 8;

let shared = new Uint8Array(SHARED_BYTES);
let used = 0;

/** A copy of what was received, to be kept by the program. Copies of up to 1,024 bytes lie side by side in one buffer. */
export function messageOf(received: Uint8Array): Uint8Array {
  const { length } = received;
  if (length > LONGEST_SHARED) return new Uint8Array(received);
  // Also when the program has given the buffer away to another thread: it has no length then.
  if (used + length > shared.length) {
    shared = new Uint8Array(SHARED_BYTES);
    used = 0;
  }
  const start = used;
  used = Math.ceil((start + length) / ALIGNMENT) * ALIGNMENT;
  shared.set(received, start);
  return shared.subarray(start, start + length);
}
