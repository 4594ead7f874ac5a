/** What the anchors that are byte streams speak: a request is its length, the wanted answer's length (u32 each), and the bytes. */

export const HEADER_BYTES = 8;
/** The longest answer that a server gives. */
export const ANSWER_BYTES: number = 1 << 20;

export function requestHeader(length: number, answer: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32BE(length, 0);
  header.writeUInt32BE(answer, 4);
  return header;
}

/** An answer of no bytes could not be seen. */
export const answerLength = (wanted: number): number => Math.max(1, wanted);

/** The server's side of one stream: says how many bytes to answer when a request is whole. */
export class RequestReader {
  readonly #onRequest: (answer: number) => void;
  readonly #header = Buffer.alloc(HEADER_BYTES);
  #have = 0;
  #left = 0;

  constructor(onRequest: (answer: number) => void) {
    this.#onRequest = onRequest;
  }

  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#have < HEADER_BYTES) {
        const n = Math.min(HEADER_BYTES - this.#have, chunk.length - at);
        this.#header.set(chunk.subarray(at, at + n), this.#have);
        this.#have += n;
        at += n;
        if (this.#have === HEADER_BYTES) this.#left = this.#header.readUInt32BE(0);
        continue;
      }
      const n = Math.min(this.#left, chunk.length - at);
      this.#left -= n;
      at += n;
      if (this.#left > 0) continue;
      this.#have = 0;
      this.#onRequest(answerLength(this.#header.readUInt32BE(4)));
    }
  }
}

/** The client's side of one stream: one request at a time. */
export interface Requester {
  exchange(up: Uint8Array, down: number): Promise<void>;
  close(): void;
}

/** Long-lived streams are pooled: one per exchange in flight. */
export class RequesterPool {
  readonly #open: () => Promise<Requester>;
  readonly #idle: Requester[] = [];
  readonly #all: Requester[] = [];

  constructor(open: () => Promise<Requester>) {
    this.#open = open;
  }

  async exchange(up: Uint8Array, down: number): Promise<void> {
    const requester = this.#idle.pop() ?? (await this.#make());
    await requester.exchange(up, down);
    this.#idle.push(requester);
  }

  async #make(): Promise<Requester> {
    const requester = await this.#open();
    this.#all.push(requester);
    return requester;
  }

  close(): void {
    for (const requester of this.#all) requester.close();
  }
}

/** One exchange on a stream of its own. */
export async function once(open: () => Promise<Requester>, up: Uint8Array, down: number): Promise<void> {
  const requester = await open();
  await requester.exchange(up, down);
  requester.close();
}
