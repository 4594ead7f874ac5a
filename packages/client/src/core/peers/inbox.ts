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

/** What peers send: handled one by one for each peer, acknowledged only when it is stored. */
export class Inbox {
  readonly #context: Context;
  readonly #book: AddressBook;
  readonly #handlers: PeerHandlers;
  readonly #onHeardOf: (clientId: number) => void;
  readonly #inWork = new Map<string, number>();

  /** @param onHeardOf told who is evidently online */
  constructor(context: Context, book: AddressBook, handlers: PeerHandlers, onHeardOf: (clientId: number) => void) {
    this.#context = context;
    this.#book = book;
    this.#handlers = handlers;
    this.#onHeardOf = onHeardOf;
  }

  received(peer: string, { request }: Extract<PeerMessage, { kind: 'request' }>): void {
    const inWork = this.#inWork.get(peer) ?? 0;
    const { type, id } = request;
    if (inWork >= MAX_IN_WORK) {
      const error = { code: 'busy', message: 'too many messages at once' };
      this.#context.emit({ kind: 'answerPeer', peer, ack: { type, id, status: 'error', error } });
      return;
    }
    this.#inWork.set(peer, inWork + 1);
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
      const inWork = (this.#inWork.get(peer) ?? 1) - 1;
      if (inWork === 0) this.#inWork.delete(peer);
      else this.#inWork.set(peer, inWork);
    }
  }

  *#sender(peer: string): Flow<Contact> {
    const contact = yield* this.#book.identify(peer);
    if (contact === undefined) throw new Refusal('unknown_client', 'the directory does not know you');
    if (contact.blocked) throw new Refusal('blocked', 'this client does not want to hear from you');
    return contact;
  }
}
