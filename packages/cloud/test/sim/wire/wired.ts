import type { Actor, ActorAdapter, ActorIo, NodeId } from '@p2pimg/netsim';
import type { Letter } from '../letter.ts';
import type { LetterCodec } from './letters.ts';
import { Links } from './links.ts';

const DATAGRAM_BYTES = 1_024;
const SEGMENTS = 16;

type Outer<Event> =
  | { readonly kind: 'own'; readonly event: Event }
  | { readonly kind: 'letter'; readonly from: NodeId; readonly letter: Letter }
  | { readonly kind: 'timeout' };
/** Undefined: what the transport has to send. */
type Deed<Effect> = { readonly effect: Effect } | undefined;

export interface Wiring {
  readonly codec: LetterCodec;
  /** Nodes that speak over the transport; the directory does not. */
  readonly speakers: readonly NodeId[];
  /** Whom that node calls. */
  readonly calledBy: (node: NodeId) => readonly NodeId[];
  readonly wallNow: () => number;
}

/** Puts the real transport, with its handshakes and its sealing, between a process and the simulated network. */
export function overTransport<Event, Effect>(
  adapter: ActorAdapter<Event, Effect, Letter>,
  { codec, speakers, calledBy, wallNow }: Wiring,
): ActorAdapter<Outer<Event>, Deed<Effect>, Letter> {
  const slab = new Uint8Array(SEGMENTS * DATAGRAM_BYTES);
  let links: Links;

  function flush(io: ActorIo<Outer<Event>, Letter>): void {
    for (;;) {
      const transmit = links.endpoint.pollTransmit(io.now, slab, SEGMENTS);
      if (transmit === undefined) return;
      for (let at = 0; at < transmit.bytes; at += DATAGRAM_BYTES) {
        const bytes = slab.slice(at, Math.min(transmit.bytes, at + DATAGRAM_BYTES));
        io.send(Number(transmit.path.host), { kind: 'datagram', bytes });
      }
    }
  }

  function inner(io: ActorIo<Outer<Event>, Letter>): ActorIo<Event, Letter> {
    const send = (to: NodeId, letter: Letter, reliable: boolean): void => {
      if (speakers.includes(to)) links.send(to, codec.encode(letter as never), reliable);
      else if (reliable) io.sendReliably(to, letter);
      else io.send(to, letter);
    };
    return {
      node: io.node,
      disk: io.disk,
      now: io.now,
      send: (to, letter) => send(to, letter, false),
      sendReliably: (to, letter) => send(to, letter, true),
      after: (delayMs, event) => io.after(delayMs, { kind: 'own', event }),
      complete: (event) => io.complete({ kind: 'own', event }),
      note: (text) => io.note(text),
    };
  }

  const own = (event: Event | undefined): Outer<Event> | undefined =>
    event === undefined ? undefined : { kind: 'own', event };

  return {
    create: (birth) => {
      links = new Links(birth, speakers, calledBy(birth.node), wallNow());
      return new Wired(adapter, adapter.create(birth), links, codec);
    },
    ...(adapter.start !== undefined && { start: { kind: 'own', event: adapter.start } as const }),
    timeout: { kind: 'timeout' },
    message: (from, letter) => ({ kind: 'letter', from, letter }),
    ...(adapter.refused && { refused: (peer: NodeId) => own(adapter.refused?.(peer)) }),
    signal: (signal) => own(adapter.signal?.(signal)),
    perform: (deed, io) => {
      if (deed === undefined) flush(io);
      else adapter.perform(deed.effect, inner(io));
    },
  };
}

class Wired<Event, Effect> implements Actor<Outer<Event>, Deed<Effect>> {
  readonly #adapter: ActorAdapter<Event, Effect, Letter>;
  readonly actor: Actor<Event, Effect>;
  readonly #links: Links;
  readonly #codec: LetterCodec;

  constructor(
    adapter: ActorAdapter<Event, Effect, Letter>,
    actor: Actor<Event, Effect>,
    links: Links,
    codec: LetterCodec,
  ) {
    this.#adapter = adapter;
    this.actor = actor;
    this.#links = links;
    this.#codec = codec;
  }

  step(now: number, event: Outer<Event>): readonly Deed<Effect>[] {
    const effects: Effect[] = [];
    const give = (own: Event): void => void effects.push(...this.actor.step(now, own));
    const deliver = (messages: readonly (readonly [NodeId, Uint8Array])[]): void => {
      for (const [from, bytes] of messages) give(this.#adapter.message(from, this.#codec.decode(bytes)));
    };
    if (event.kind === 'own') give(event.event);
    else if (event.kind === 'timeout') {
      deliver(this.#links.timeout(now));
      const due = this.actor.nextTimeout();
      if (due !== undefined && due <= now) give(this.#adapter.timeout);
    } else if (event.letter.kind === 'datagram') {
      deliver(this.#links.receive(now, event.from, event.letter.bytes));
    } else give(this.#adapter.message(event.from, event.letter));
    return [...effects.map((effect) => ({ effect })), undefined];
  }

  nextTimeout(): number | undefined {
    const next = Math.min(this.actor.nextTimeout() ?? Number.POSITIVE_INFINITY, this.#links.nextTimeout());
    return next === Number.POSITIVE_INFINITY ? undefined : next;
  }
}

/** The process behind the transport, if there is one. */
export function unwired<T>(actor: unknown): T | undefined {
  return (actor instanceof Wired ? actor.actor : actor) as T | undefined;
}
