/** What the anchors that are byte streams share: a request is its length, the wanted answer's length (u32 each), and the bytes. */

import type { Contender, ContenderName } from '../contender.ts';

const HEADER_BYTES = 8;
/** The longest answer that a server gives. */
const ANSWER_BYTES: number = 1 << 20;

export function requestHeader(length: number, answer: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32BE(length, 0);
  header.writeUInt32BE(answer, 4);
  return header;
}

/** An answer of no bytes could not be seen. */
const answerLength = (wanted: number): number => Math.max(1, wanted);

/** The server of all streams: counts what arrives, and answers each request when it is whole. */
export class RequestServer {
  readonly #answer = Buffer.alloc(ANSWER_BYTES);
  #received = 0;

  get received(): number {
    return this.#received;
  }

  /** What takes the chunks of one more stream, of which `write` is the way back. */
  stream(write: (answer: Uint8Array) => void): (chunk: Uint8Array) => void {
    const reader = new RequestReader((length) => write(this.#answer.subarray(0, length)));
    return (chunk) => {
      this.#received += chunk.length;
      reader.push(chunk);
    };
  }
}

/** Says how many bytes to answer when a request of one stream is whole. */
class RequestReader {
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

/** Waits for the answers on one stream. */
export class AnswerCounter {
  #left = 0;
  #answered: () => void = () => {};

  expect(wanted: number): Promise<void> {
    this.#left = answerLength(wanted);
    return new Promise((resolve) => {
      this.#answered = resolve;
    });
  }

  push(chunk: Uint8Array): void {
    this.#left -= chunk.length;
    if (this.#left <= 0) this.#answered();
  }
}

export interface StreamWays {
  /** One more stream to the server. */
  readonly open: () => Promise<Requester>;
  /** One more authenticated session, opened and closed again; left out by who has no such thing. */
  readonly session?: () => Promise<void>;
  /** Ends what carries the streams. */
  readonly close?: () => void | Promise<void>;
}

/** A contender whose exchanges go over byte streams; long-lived ones are pooled, one per exchange in flight. */
export function streamContender(name: ContenderName, { open, session, close }: StreamWays): Contender {
  const idle: Requester[] = [];
  const all: Requester[] = [];
  const exchange = async (up: Uint8Array, down: number): Promise<void> => {
    let requester = idle.pop();
    if (requester === undefined) {
      requester = await open();
      all.push(requester);
    }
    await requester.exchange(up, down);
    idle.push(requester);
  };
  return {
    name,
    bulk: (bytes) => exchange(bytes, 0),
    exchange,
    async fresh(up, down) {
      const requester = await open();
      await requester.exchange(up, down);
      requester.close();
    },
    roundTrip: (message) => exchange(message, message.length),
    ...(session === undefined ? {} : { open: session }),
    async close() {
      for (const requester of all) requester.close();
      await close?.();
    },
  };
}
