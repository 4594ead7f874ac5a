import type { EndpointLimits } from '../limits.ts';
import type { Session } from '../session/session.ts';
import { addressBlock } from './address-block.ts';

/** Unproven sessions past which proof is wanted first: of one address, and of everybody. */
const CALM_UNPROVEN_PER_ADDRESS = 8;
const CALM_UNPROVEN = 512;
/**
 * No address may hold more than this share of the room that is left (dynamic thresholds: Choudhury and Hahne, 1998), but
 * always a few: with k greedy addresses 1 / (1 + k / 8) of the table stays free for newcomers.
 */
const SHARE_OF_FREE = 1 / 8;
const ALWAYS_ALLOWED = 8;

/** Sessions of one address, in these two states. */
interface Block {
  proven: number;
  unproven: number;
}

interface Entry {
  readonly block: string;
  proven: boolean;
}

/**
 * Incoming sessions by the address that they were opened from, for as long as they live; where a session moves to later
 * does not matter. Those without a cookie and without a first packet may come from a forged address: they do not count
 * against the quota of its owner, and past a few of them only a cookie opens another one.
 */
export class AddressQuota {
  readonly #limits: EndpointLimits;
  readonly #sessions = new Map<Session, Entry>();
  readonly #blocks = new Map<string, Block>();
  #unproven = 0;

  constructor(limits: EndpointLimits) {
    this.#limits = limits;
  }

  /** Whether the address has to prove itself by a cookie before it costs anything. */
  wantsProof(host: string): boolean {
    if (this.#unproven >= Math.min(CALM_UNPROVEN, this.#limits.maxSessions / 2)) return true;
    return (this.#blocks.get(addressBlock(host))?.unproven ?? 0) >= CALM_UNPROVEN_PER_ADDRESS;
  }

  /** Whether one more session may be opened from the address; `total` sessions are there in all. */
  hasRoom(host: string, total: number): boolean {
    const { maxSessions, maxSessionsPerAddress } = this.#limits;
    const free = maxSessions - total;
    if (free <= 0) return false;
    const allowed = Math.min(maxSessionsPerAddress, Math.max(ALWAYS_ALLOWED, Math.floor(free * SHARE_OF_FREE)));
    return (this.#blocks.get(addressBlock(host))?.proven ?? 0) < allowed;
  }

  /** `proven`: it came with a cookie. */
  opened(session: Session, host: string, proven: boolean): void {
    const name = addressBlock(host);
    const block = this.#blocks.get(name) ?? { proven: 0, unproven: 0 };
    this.#blocks.set(name, block);
    this.#sessions.set(session, { block: name, proven });
    this.#count(block, proven, 1);
  }

  /** Its first packet was opened. */
  proven(session: Session): void {
    const entry = this.#sessions.get(session);
    const block = entry && this.#blocks.get(entry.block);
    if (entry === undefined || block === undefined || entry.proven) return;
    entry.proven = true;
    this.#count(block, false, -1);
    this.#count(block, true, 1);
  }

  forget(session: Session): void {
    const entry = this.#sessions.get(session);
    const block = entry && this.#blocks.get(entry.block);
    if (entry === undefined || block === undefined) return;
    this.#sessions.delete(session);
    this.#count(block, entry.proven, -1);
    if (block.proven + block.unproven === 0) this.#blocks.delete(entry.block);
  }

  #count(block: Block, proven: boolean, by: 1 | -1): void {
    if (proven) {
      block.proven += by;
      return;
    }
    block.unproven += by;
    this.#unproven += by;
  }
}
