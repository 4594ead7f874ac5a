import { FrameType, PATH_DATA_BYTES, type PathChallengeFrame, type PathResponseFrame } from '@p2pimg/wire';
import type { CryptoSuite, RandomBytes } from '../crypto-suite.ts';
import { type Path, samePath } from '../path.ts';

/** A challenge that is not answered by then may be repeated. */
const REPEAT_MS = 100;
/** Challenges and answers that wait to be sent; an attacker gets no more than this out of us in a turn. */
const MAX_WAITING = 4;

/** A frame for a path that is not, or not yet, the session's. Sent once. */
export interface PathProbe {
  readonly frame: PathChallengeFrame | PathResponseFrame;
  readonly path: Path;
}

/** Follows a peer whose address changes, after it has proven the new one (RFC 9000, section 9). */
export class PathValidation {
  readonly #random: RandomBytes;
  readonly #equal: CryptoSuite['equal'];
  #waiting: PathProbe[] = [];
  #challenge: { readonly path: Path; readonly data: Uint8Array; readonly at: number } | undefined;

  constructor(random: RandomBytes, equal: CryptoSuite['equal']) {
    this.#random = random;
    this.#equal = equal;
  }

  /** The newest sealed packet came from an address that is not the session's. */
  suspect(path: Path, now: number): void {
    const { at, path: asked } = this.#challenge ?? { at: Number.NEGATIVE_INFINITY, path };
    if (samePath(asked, path) && now - at < REPEAT_MS) return;
    const data = this.#random(PATH_DATA_BYTES);
    this.#challenge = { path, data, at: now };
    this.#queue({ frame: { type: FrameType.pathChallenge, data }, path });
  }

  /** One answer for each path and turn, the newest: challenges cost as many bytes as answers only when each has a packet of its own. */
  answer(frame: PathChallengeFrame, path: Path): void {
    const isOlder = (probe: PathProbe): boolean =>
      probe.frame.type === FrameType.pathResponse && samePath(probe.path, path);
    this.#waiting = this.#waiting.filter((probe) => !isOlder(probe));
    this.#queue({ frame: { type: FrameType.pathResponse, data: frame.data.slice() }, path });
  }

  /** The path that this answer proves, or undefined. */
  proven(frame: PathResponseFrame, path: Path): Path | undefined {
    const challenge = this.#challenge;
    if (challenge === undefined || !samePath(challenge.path, path)) return undefined;
    if (!this.#equal(challenge.data, frame.data)) return undefined;
    this.#challenge = undefined;
    return path;
  }

  next(): PathProbe | undefined {
    return this.#waiting.length === 0 ? undefined : this.#waiting.shift();
  }

  #queue(probe: PathProbe): void {
    if (this.#waiting.length < MAX_WAITING) this.#waiting.push(probe);
  }
}
