import type { Actor, NodeId, Random } from '@p2pimg/netsim';
import { type AnyAck, type AnyRequest, type Assigned, UPLOAD_KEY_BYTES } from '@p2pimg/wire';
import type { History } from '../checks/history.ts';
import type { Connection, Letter } from '../letter.ts';
import { simSuite } from '../sim-suite.ts';
import type { Draft } from './draft.ts';
import { Exchange } from './exchange.ts';
import { type Person, randomHex, type Society } from './society.ts';
import { type Extra, nextWish } from './wishes.ts';

/** How people use the cloud. */
export interface Habits {
  /** Mean pause between two requests of one person, ms. */
  readonly pauseMs: number;
  /** Requests of one person that are open at the same time. */
  readonly open: number;
  /** Probabilities that a client cancels an attempt, and that it gives a request up. */
  readonly cancel: number;
  readonly giveUp: number;
  /** As weights among all wishes (which come to 31). */
  readonly extra: Extra;
}

export interface ClientSurroundings {
  readonly society: Society;
  readonly history: History;
  readonly habits: Habits;
  readonly serverIds: readonly string[];
  readonly wallNow: () => number;
  readonly virtualNow: () => number;
}

export type ClientEvent =
  | { readonly type: 'timeout' }
  | { readonly type: 'letter'; readonly from: NodeId; readonly letter: Letter }
  | { readonly type: 'refused'; readonly server: string }
  /** Another session with all servers begins. */
  | { readonly type: 'reconnect' };

export interface Sending {
  readonly to: NodeId;
  readonly letter: Letter;
}

/** A request lives for this long, on the wall clock. */
const LIFETIME_MS = 60_000;
/** Who drips holds on for so long: longer than a server lets it. */
const DRIPS_FOR_MS = 2_500;
const NEVER: number = Number.POSITIVE_INFINITY;

/** A person's client: makes requests, sends them until they are answered, moves the pictures. */
export class ClientActor implements Actor<ClientEvent, Sending> {
  readonly #s: ClientSurroundings;
  readonly #node: NodeId;
  readonly #person: Person;
  readonly #random: Random;
  readonly #exchanges = new Map<string, Exchange>();
  #connection: Connection;
  #wishAt: number;
  #out: Sending[] = [];

  constructor(s: ClientSurroundings, node: NodeId, person: Person, random: Random, now: number) {
    this.#s = s;
    this.#node = node;
    this.#person = person;
    this.#random = random;
    this.#connection = this.#connect();
    this.#wishAt = now + random.float() * s.habits.pauseMs;
    const { unfinished } = person;
    if (unfinished === undefined) return;
    const ends = { cancelAt: NEVER, forgetAt: NEVER };
    const { draft, request } = unfinished;
    this.#exchanges.set(request.id, new Exchange(draft, request, person.servers, now, ends));
  }

  step(now: number, event: ClientEvent): readonly Sending[] {
    switch (event.type) {
      case 'letter':
        this.#receive(now, event.from, event.letter);
        break;
      case 'refused':
        for (const exchange of this.#exchanges.values()) exchange.serverLost(now, event.server);
        break;
      case 'reconnect':
        this.#reconnect(now);
        break;
    }
    if (now >= this.#wishAt) this.#wish(now);
    for (const exchange of this.#exchanges.values()) if (now >= exchange.wakeAt) this.#tend(now, exchange);
    const out = this.#out;
    this.#out = [];
    return out;
  }

  nextTimeout(): number | undefined {
    let next = this.#person.left > 0 ? this.#wishAt : NEVER;
    for (const { wakeAt } of this.#exchanges.values()) if (wakeAt < next) next = wakeAt;
    return next === NEVER ? undefined : next;
  }

  // ---- requests ----

  #wish(now: number): void {
    this.#wishAt = now + this.#random.exponential(this.#s.habits.pauseMs);
    if (this.#person.left === 0 || this.#exchanges.size >= this.#s.habits.open) return;
    if (this.#person.unfinished !== undefined) return;
    const { society, wallNow } = this.#s;
    const desk = { society, person: this.#person, random: this.#random, suite: simSuite(this.#random) };
    const requestId = randomHex(this.#random, 16);
    const draft = nextWish(
      { ...desk, requestId, wallNow: Math.floor(wallNow()) },
      this.#s.habits.extra,
      this.#exchanges.size === 0,
    );
    this.#person.left -= 1;
    this.#begin(now, requestId, draft);
  }

  #begin(now: number, id: string, draft: Draft): void {
    const { history, habits, wallNow, virtualNow } = this.#s;
    const { servers } = this.#person;
    const { type, body } = draft;
    const notAfter = Math.floor(wallNow()) + LIFETIME_MS;
    const request = { type, id, notAfter, servers, tried: [], body } as unknown as AnyRequest;
    history.ask(draft, request, this.#person, virtualNow());
    if (this.#person.drips && !draft.alone) history.abandon(id);
    if (draft.alone) this.#person.unfinished = { draft, request };
    const some = (probability: number): number =>
      this.#random.chance(probability) ? now + this.#random.between(1, 300) : NEVER;
    // What somebody does alone decides what comes next: it is never given up.
    const forgetAt = this.#person.drips ? now + DRIPS_FOR_MS : some(habits.giveUp);
    const ends = { cancelAt: some(habits.cancel), forgetAt: draft.alone ? NEVER : forgetAt };
    this.#exchanges.set(id, new Exchange(draft, request, servers, now, ends));
  }

  #tend(now: number, exchange: Exchange): void {
    const over = now >= exchange.forgetAt;
    if (over || now >= exchange.cancelAt) {
      exchange.cancelAt = NEVER;
      for (const server of this.#person.servers) this.#send(server, { kind: 'cancel', id: exchange.id });
    }
    if (over) {
      this.#exchanges.delete(exchange.id);
      this.#s.history.abandon(exchange.id);
      return;
    }
    const request = exchange.sending(now);
    if (request === undefined) return;
    for (const server of this.#person.servers) this.#send(server, { kind: 'request', request });
  }

  // ---- what comes back ----

  #receive(now: number, from: NodeId, letter: Letter): void {
    if (letter.kind !== 'cloud' && letter.kind !== 'result') throw new Error(`a client got ${letter.kind}`);
    if (letter.connection !== this.#connection) return;
    if (letter.kind === 'result') {
      const { connection, id, opId } = letter;
      this.#exchanges.get(id)?.results.add(this.#s.serverIds[from]!);
      this.#out.push({ to: from, letter: { kind: 'taken', connection, opId } });
      return;
    }
    const { message } = letter;
    if (message.kind === 'assigned') this.#assigned(from, message.assigned);
    else this.#answered(now, message.ack);
  }

  #assigned(from: NodeId, { id, server, lane }: Assigned): void {
    const exchange = this.#exchanges.get(id);
    if (exchange?.assigned(server, lane) !== true || lane === undefined) return;
    const { body, contentKey } = exchange.draft;
    if (this.#person.drips || contentKey === undefined || !('bytes' in body)) return;
    const upload = { byteLength: UPLOAD_KEY_BYTES + body.bytes, digest: body.digest, contentKey };
    this.#out.push({ to: from, letter: { kind: 'upload', connection: this.#connection, id, lane, upload } });
  }

  #answered(now: number, ack: AnyAck): void {
    const exchange = this.#exchanges.get(ack.id);
    this.#s.history.answer(ack, this.#s.virtualNow(), exchange?.results);
    if (exchange === undefined) return;
    if (ack.status === 'error') {
      exchange.failed(now, ack.server, ack.error.retryAfterMs);
      return;
    }
    this.#exchanges.delete(ack.id);
    if (exchange.draft.alone) this.#person.unfinished = undefined;
    if (ack.type === 'rotate_keys') this.#reconnect(now);
  }

  // ---- sessions ----

  #reconnect(now: number): void {
    this.#connection = this.#connect();
    for (const exchange of this.#exchanges.values()) exchange.reconnected(now);
  }

  #connect(): Connection {
    this.#person.connections += 1;
    const { connections: number, keys } = this.#person;
    const address = { host: `198.51.100.${this.#node}`, port: 4_000 + number };
    return { client: this.#node, number, key: keys.boxKey, address };
  }

  #send(server: string, message: Extract<Letter, { kind: 'client' }>['message']): void {
    const to = this.#s.serverIds.indexOf(server);
    this.#out.push({ to, letter: { kind: 'client', connection: this.#connection, message } });
  }
}
