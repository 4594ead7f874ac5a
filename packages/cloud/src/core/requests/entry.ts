import type { ServerId } from '@p2pimg/election';
import type { AnyRequest } from '@p2pimg/wire';
import type { Client } from '../clients.ts';
import { Deadline } from '../deadlines.ts';

/**
 * Where a request stands, as far as this server knows:
 * - `open`: nobody handles it; this server acts at its deadline, or when a stamp names it.
 * - `here`: this server handles it.
 * - `elsewhere`: `handler` does; at the deadline this server stops believing that.
 * - `answered`: `handler` has answered. A client that comes again is answered again.
 * - `cancelled`: the client ended the attempt and has not come back.
 */
export type Phase = 'open' | 'here' | 'elsewhere' | 'answered' | 'cancelled';

/** Most requests fail nowhere: one list for all of them. */
const NOBODY: readonly ServerId[] = [];

/** What a server remembers of one request. Handlers and attempts are learned from peers too, so the request may be missing. */
export class Entry {
  readonly id: string;
  phase: Phase = 'open';
  /** Not kept once it is answered: a client that comes again brings it. */
  request: AnyRequest | undefined = undefined;
  /** Of the request, once it has come; stays. */
  type: AnyRequest['type'] | undefined = undefined;
  /** Who asked, with the latest session. */
  client: Client | undefined = undefined;
  /** Who has it, had it last, or was named by the leader. */
  handler: ServerId | undefined = undefined;
  /** Counts servers that took it up, or should have; the first is 0. */
  attempt = 0;
  /** Of the latest stamp. */
  epoch = 0;
  /** Servers that passed, fell silent or died over this request, or that the client tried in vain; each once, the latest last. */
  failed: readonly ServerId[] = NOBODY;
  /** Since when it is open here, without a stamp. */
  openedAt: number | undefined = undefined;
  /** Since when it waits for the named handler to begin. */
  stampedAt: number | undefined = undefined;
  /** When the last answer was given, as far as this server knows. */
  answeredAt: number = Number.NEGATIVE_INFINITY;
  /** The server for which this request counts as outstanding. */
  counted: ServerId | undefined = undefined;
  /** When this server acts on it, or gives up on the server that has it. */
  readonly actAt: Deadline<Entry> = new Deadline<Entry>(this);
  /** When it may be forgotten. */
  readonly expiry: Deadline<Entry> = new Deadline<Entry>(this);

  /** Its place among those that are not answered, which the table keeps; -1: it is not there. */
  place = -1;

  constructor(id: string) {
    this.id = id;
  }

  /** Remembers that the server has failed it; one that is known already stays where it is. */
  noteFailed(server: ServerId): void {
    if (!this.failed.includes(server)) this.failed = [...this.failed, server];
  }

  /** The same, and it is the latest one. */
  noteFailedNow(server: ServerId): void {
    this.failed = [...this.failed.filter((other) => other !== server), server];
  }
}

/** Whether a server may still have to do something for it. */
export function isUnanswered({ phase }: Entry): boolean {
  return phase === 'open' || phase === 'here' || phase === 'elsewhere';
}
