import type { ServerId } from '@p2pimg/election';
import { MAX_NOTICES, type Notices, type RequestNotice } from '@p2pimg/wire';

/** One message, and who gets it. */
export interface NoticeBatch {
  readonly to: readonly ServerId[];
  readonly message: Notices;
}

/** Collects notices that leave together. Each peer gets them in the order in which they came about. */
export class NoticeBatches {
  #batches: { readonly to: readonly ServerId[]; readonly notices: RequestNotice[] }[] = [];

  get isEmpty(): boolean {
    return this.#batches.length === 0;
  }

  add(to: readonly ServerId[], notice: RequestNotice): void {
    const last = this.#batches.at(-1);
    if (last !== undefined && last.notices.length < MAX_NOTICES && sameNames(last.to, to)) last.notices.push(notice);
    else this.#batches.push({ to, notices: [notice] });
  }

  take(): readonly NoticeBatch[] {
    const batches = this.#batches;
    this.#batches = [];
    return batches.map(({ to, notices }) => ({ to, message: { type: 'notices', notices } }));
  }
}

function sameNames(a: readonly ServerId[], b: readonly ServerId[]): boolean {
  return a === b || (a.length === b.length && a.every((name, i) => name === b[i]));
}
