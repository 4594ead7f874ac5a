import type { AnyPeerRequest, PeerAckBody, PeerMessage, PeerType } from '@p2pimg/wire';
import type { Context } from '../context.ts';
import { ClientError } from '../errors.ts';
import { type Flow, WaitTimeoutError } from '../flow/flows.ts';
import type { Contact } from '../records.ts';
import type { AddressBook } from './address-book.ts';
import { Refusal } from './refusal.ts';

/** Handles one type of message; what it returns, or the `Refusal` that it throws, is the acknowledgement. */
export type PeerHandler<T extends PeerType> = (
  from: Contact,
  request: Extract<AnyPeerRequest, { type: T }>,
  answer: (body: PeerAckBody) => void,
) => Flow<PeerAckBody | undefined>;

export type PeerHandlers = { readonly [T in PeerType]: PeerHandler<T> };

/** Messages that one peer may have in work at a time; more are refused for now. */
const MAX_IN_WORK = 16;
const MAX_COPIES = 2;

export interface InboxListeners {
  /** Told who is evidently online. */
  readonly onHeardOf: (clientId: number) => void;
  /** Told that a message came again while it is being handled: its sender has not got an answer. */
  readonly onCopy: (peer: string, id: string) => void;
}

/** What peers send: handled one by one for each peer, acknowledged only when it is stored. */
export class Inbox {
  readonly #context: Context;
  readonly #book: AddressBook;
  readonly #handlers: PeerHandlers;
  readonly #onHeardOf: (clientId: number) => void;
  readonly #inWork = new Map<string, number>();
  /** Copies of one message that are in work, by session key and message id: one is handled, one may wait for it. */
  readonly #copies = new Map<string, number>();
  readonly #onCopy: (peer: string, id: string) => void;

  constructor(context: Context, book: AddressBook, handlers: PeerHandlers, { onHeardOf, onCopy }: InboxListeners) {
    this.#context = context;
    this.#book = book;
    this.#handlers = handlers;
    this.#onHeardOf = onHeardOf;
    this.#onCopy = onCopy;
  }

  received(peer: string, { request }: Extract<PeerMessage, { kind: 'request' }>): void {
    const inWork = this.#inWork.get(peer) ?? 0;
    const { type, id } = request;
    const copies = this.#copies.get(`${peer} ${id}`) ?? 0;
    if (copies > 0) this.#onCopy(peer, id);
    if (inWork >= MAX_IN_WORK || copies >= MAX_COPIES) {
      const error = { code: 'busy', message: 'too many messages at once' };
      this.#context.emit({ kind: 'answerPeer', peer, ack: { type, id, status: 'error', error } });
      return;
    }
    this.#inWork.set(peer, inWork + 1);
    this.#copies.set(`${peer} ${id}`, copies + 1);
    this.#context.flows.spawn(this.#handle(peer, request));
  }

  *#handle(peer: string, request: AnyPeerRequest): Flow<void> {
    const { type, id } = request;
    const answer = (body: PeerAckBody): void =>
      this.#context.emit({ kind: 'answerPeer', peer, ack: { type, id, status: 'success', body } });
    try {
      const from = yield* this.#sender(peer);
      const handler = this.#handlers[type] as PeerHandler<PeerType>;
      const body = yield* this.#context.locks.hold(`message ${peer} ${id}`, () => handler(from, request, answer));
      if (body !== undefined) answer(body);
      this.#onHeardOf(from.clientId);
    } catch (error) {
      if (error instanceof Refusal) {
        const { code, message } = error;
        this.#context.emit({
          kind: 'answerPeer',
          peer,
          ack: { type, id, status: 'refused', error: { code, message } },
        });
        return;
      }
      if (!(error instanceof ClientError || error instanceof WaitTimeoutError)) throw error;
      if (error instanceof ClientError && error.code === 'rights_invalid') {
        const refusal = { code: 'rights_invalid', message: 'the rights are not valid' };
        this.#context.emit({ kind: 'answerPeer', peer, ack: { type, id, status: 'refused', error: refusal } });
        return;
      }
      this.#context.trouble(`a peer's ${type}`, error);
      const failure = { code: 'try_again', message: 'it could not be done now' };
      this.#context.emit({ kind: 'answerPeer', peer, ack: { type, id, status: 'error', error: failure } });
    } finally {
      countDown(this.#inWork, peer);
      countDown(this.#copies, `${peer} ${id}`);
    }
  }

  *#sender(peer: string): Flow<Contact> {
    const contact = yield* this.#book.identify(peer);
    if (contact === undefined) throw new Refusal('unknown_client', 'the directory does not know you');
    if (contact.blocked) throw new Refusal('blocked', 'this client does not want to hear from you');
    return contact;
  }
}

function countDown(counts: Map<string, number>, key: string): void {
  const count = (counts.get(key) ?? 1) - 1;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}
