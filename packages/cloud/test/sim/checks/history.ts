import type { AnyAck, AnyRequest } from '@p2pimg/wire';
import type { EffectLog } from '../directory/effect-log.ts';
import type { Draft } from '../people/draft.ts';
import type { Person } from '../people/society.ts';

/** One request, and what has become of it. `abandoned`: its client has forgotten it, or has given it up. */
export interface Asked {
  readonly draft: Draft;
  readonly request: AnyRequest;
  readonly person: Person;
  /** Virtual ms. */
  readonly at: number;
  state: 'open' | 'answered' | 'abandoned';
  answeredAt: number | undefined;
  /** The first final answer. */
  answer: AnyAck | undefined;
  /** Codes of the errors after which it was sent again. */
  readonly errors: string[];
}

/** Every request and every answer of a run, checked as they come. */
export class History {
  readonly asked: Map<string, Asked> = new Map();
  readonly #log: EffectLog;
  readonly #broken: (text: string) => void;

  /** @param broken told of every promise that is not kept */
  constructor(log: EffectLog, broken: (text: string) => void) {
    this.#log = log;
    this.#broken = broken;
  }

  ask(draft: Draft, request: AnyRequest, person: Person, at: number): void {
    const fresh = { state: 'open', answeredAt: undefined, answer: undefined, errors: [] } as const;
    this.asked.set(request.id, { draft, request, person, at, ...fresh, errors: [] });
  }

  /** The client's process is gone, and all that it has not written down. */
  forget(person: Person): void {
    for (const asked of this.asked.values()) {
      const kept = asked.request.id === person.unfinished?.request.id;
      if (asked.person === person && asked.state === 'open' && !kept) asked.state = 'abandoned';
    }
  }

  abandon(id: string): void {
    const asked = this.asked.get(id);
    if (asked?.state === 'open') asked.state = 'abandoned';
  }

  /**
   * An acknowledgement has arrived, the first or a later one.
   * @param pictures the servers whose stego picture has arrived; undefined when the client does not wait any more
   */
  answer(ack: AnyAck, at: number, pictures: ReadonlySet<string> | undefined): void {
    const asked = this.asked.get(ack.id);
    if (asked === undefined) {
      this.#broken(`an answer to ${ack.type} ${ack.id}, which nobody asked`);
      return;
    }
    if (ack.status === 'error') {
      asked.errors.push(ack.error.code);
      return;
    }
    if (ack.type === 'encode' && ack.status === 'success' && pictures?.has(ack.server) === false) {
      this.#broken(`${nameOf(asked)} is acknowledged without its picture`);
    }
    this.#checkEffect(asked, ack);
    this.#checkSame(asked, ack);
    if (asked.state !== 'open') return;
    asked.state = 'answered';
    asked.answeredAt = at;
    this.#settle(asked, ack);
  }

  /** Requests that are still waited for. */
  open(): readonly Asked[] {
    return [...this.asked.values()].filter(({ state }) => state === 'open');
  }

  #settle(asked: Asked, ack: AnyAck): void {
    if (ack.status === 'success') {
      const wrong = asked.draft.succeeded(ack.body);
      if (wrong !== undefined) this.#broken(`${nameOf(asked)}: ${wrong}`);
      return;
    }
    if (!asked.draft.refusals().includes(ack.error.code))
      this.#broken(`${nameOf(asked)} was refused: ${ack.error.code}`);
    asked.draft.refused();
  }

  /** What is said to be done is done, once. */
  #checkEffect(asked: Asked, ack: AnyAck): void {
    const { effect } = asked.draft;
    if (effect === undefined || ack.status !== 'success') return;
    const count = this.#log.countOf(effect);
    if (count !== 1) this.#broken(`${nameOf(asked)} is acknowledged and was done ${count} times`);
  }

  /** Whoever answers a request that changes something gives the same answer; whoever hides a picture, the same picture. */
  #checkSame(asked: Asked, ack: AnyAck): void {
    const hides = ack.type === 'encode' && ack.status === 'success';
    if (asked.draft.effect === undefined && !hides) return;
    asked.answer ??= ack;
    const [first, again] = [contentOf(asked.answer), contentOf(ack)];
    if (first === again || isWithdrawn(asked.draft, [asked.answer, ack])) return;
    this.#broken(`${nameOf(asked)} was answered ${first} and ${again}`);
  }
}

/** One answer was given, and another time refused since its ground had gone; they may arrive in either order. */
function isWithdrawn(draft: Draft, answers: readonly [AnyAck, AnyAck]): boolean {
  const given = answers.find(({ status }) => status === 'success');
  const refused = answers.find(({ status }) => status === 'refused');
  if (given?.status !== 'success' || refused?.status !== 'refused') return false;
  return draft.withdrawn(given.body).includes(refused.error.code);
}

/** The answer without who gave it, and without what is read afresh each time. */
function contentOf(ack: AnyAck): string {
  if (ack.status !== 'success') return `${ack.status} ${ack.error.code}`;
  if (ack.type !== 'sign_in') return JSON.stringify(ack.body);
  const { clientId, address } = ack.body;
  return JSON.stringify({ clientId, address });
}

function nameOf({ request }: Asked): string {
  return `${request.type} ${request.id}`;
}
