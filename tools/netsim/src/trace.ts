const WORDS: Uint32Array<ArrayBuffer> = new Uint32Array(2);
const TIME: Float64Array<ArrayBuffer> = new Float64Array(WORDS.buffer);

/** Fingerprint of a run: what happened, when, between whom, in order. The same seed gives the same hash. */
export class TraceHash {
  #a = 0x243f6a88;
  #b = 0x85a308d3;

  add(time: number, what: number, node: number, from: number): void {
    TIME[0] = time;
    let a = Math.imul(this.#a ^ WORDS[0]!, 0xcc9e2d51);
    let b = Math.imul(this.#b ^ WORDS[1]!, 0x1b873593);
    a = ((a << 15) | (a >>> 17)) ^ (what + (node << 8));
    b = ((b << 13) | (b >>> 19)) ^ (from + (what << 16));
    this.#a = (Math.imul(a, 5) + b) | 0;
    this.#b = (Math.imul(b, 9) ^ a) | 0;
  }

  /** 16 hexadecimal digits. */
  toString(): string {
    return [this.#a, this.#b].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
  }
}

/** Takes one readable line per thing that happened. */
export type TraceSink = (line: string) => void;

/** `   12.350 ms  a        text` */
export function traceLine(now: number, node: string, text: string): string {
  return `${now.toFixed(3).padStart(11)} ms  ${node.padEnd(8)} ${text}`;
}
