import type { AckBodies, WireAddress } from '@p2pimg/wire';
import type { Cloud } from '../cloud/cloud.ts';
import type { Context } from '../context.ts';
import { ClientError, CloudRefusedError, KeyChangedError } from '../errors.ts';
import type { Flow } from '../flow/flows.ts';
import { type Contact, put } from '../records.ts';

/** Peers whose last address is remembered, the newest. */
const MAX_HEARD_FROM = 1_000;

export interface Peer {
  readonly contact: Contact;
  /** Where the directory says, or where it was last heard; undefined when offline, as far as is known. */
  readonly address: WireAddress | undefined;
}

/**
 * Who is who: keys are believed at first sight and remembered; other keys later are an alarm. Remembered keys are looked up again
 * before they are believed in a new process, and from time to time: whoever has stolen keys that were replaced is not heard any more.
 */
export class AddressBook {
  readonly #context: Context;
  readonly #cloud: Cloud;
  /** Sessions keys that belong to nobody, as the directory said; kept so that one stranger costs one look-up. */
  readonly #strangers = new Set<string>();
  /** Until when the remembered keys of a client need no look-up, by its number. */
  readonly #confirmed = new Map<number, number>();
  /** Until when an alarm about a session key is not repeated, and the key is refused without a look-up. */
  readonly #alarmed = new Map<string, number>();
  /** Where peers have spoken from, by session key: the way to those who show themselves to nobody, or not to us. */
  readonly #heardFrom = new Map<string, WireAddress>();

  constructor(context: Context, cloud: Cloud) {
    this.#context = context;
    this.#cloud = cloud;
  }

  contact(clientId: number): Contact | undefined {
    return this.#context.model.get('contact', String(clientId));
  }

  /** Keys and present address. @throws KeyChangedError, ClientError `peer_unknown` or `cloud_refused`, CloudUnreachableError */
  *resolve(clientId: number): Flow<Peer> {
    const answer = yield* this.#lookup({ clientId });
    const contact = yield* this.#meet(answer);
    return { contact, address: (answer.online ? answer.address : undefined) ?? this.#heardFrom.get(contact.boxKey) };
  }

  /** A session with that key was just heard. */
  heardFrom(boxKey: string, address: WireAddress): void {
    this.#heardFrom.delete(boxKey);
    if (this.#heardFrom.size >= MAX_HEARD_FROM) this.#heardFrom.delete(this.#heardFrom.keys().next().value as string);
    this.#heardFrom.set(boxKey, address);
  }

  /** Nobody answers there any more. */
  lostSightOf(boxKey: string): void {
    this.#heardFrom.delete(boxKey);
  }

  /** Keys as remembered, or as the directory gives them at first sight. @throws as {@link resolve} */
  *keysOf(clientId: number): Flow<Contact> {
    return this.contact(clientId) ?? (yield* this.resolve(clientId)).contact;
  }

  /** Whose session that is; undefined for somebody whom the directory does not know. @throws KeyChangedError, CloudUnreachableError */
  *identify(boxKey: string): Flow<Contact | undefined> {
    const known = this.#context.model.all('contact').find((contact) => contact.boxKey === boxKey);
    if (known !== undefined) return yield* this.#confirm(known);
    if (this.#strangers.has(boxKey)) return undefined;
    this.#refuseAlarming(boxKey);
    try {
      return yield* this.#meet(yield* this.#lookup({ boxKey }));
    } catch (error) {
      if (!(error instanceof ClientError) || error.code !== 'peer_unknown') throw error;
      if (this.#strangers.size >= 1_000) this.#strangers.clear();
      this.#strangers.add(boxKey);
      return undefined;
    }
  }

  /** Takes the keys that the directory gives now, as a person has decided. */
  *trust(clientId: number): Flow<void> {
    const { signKey, boxKey } = yield* this.#lookup({ clientId });
    const { now } = this.#context;
    const blocked = this.contact(clientId)?.blocked ?? false;
    yield* this.#context.commit(put('contact', String(clientId), { clientId, signKey, boxKey, metAt: now, blocked }));
    this.#confirmed.set(clientId, now + this.#context.settings.keysFreshMs);
    this.#alarmed.delete(boxKey);
  }

  *setBlocked(clientId: number, blocked: boolean): Flow<void> {
    const contact = yield* this.keysOf(clientId);
    yield* this.#context.commit(put('contact', String(clientId), { ...contact, blocked }));
  }

  *#lookup(who: { readonly clientId: number } | { readonly boxKey: string }): Flow<AckBodies['lookup']> {
    try {
      return yield* this.#cloud.ask('lookup', who);
    } catch (error) {
      if (!(error instanceof CloudRefusedError)) throw error;
      if (error.reason === 'unknown_client')
        throw new ClientError('peer_unknown', 'the directory knows no such client', { cause: error });
      // A wrong clock, say: it tells nothing of that client, and is no final word on what waits for it.
      throw new ClientError('cloud_refused', error.message, { cause: error });
    }
  }

  /** A contact whose keys are still those that the directory gives. @throws KeyChangedError, CloudUnreachableError */
  *#confirm(known: Contact): Flow<Contact> {
    if ((this.#confirmed.get(known.clientId) ?? 0) > this.#context.now) return known;
    this.#refuseAlarming(known.boxKey);
    try {
      return yield* this.#meet(yield* this.#lookup({ clientId: known.clientId }));
    } catch (error) {
      if (error instanceof KeyChangedError) this.#alarm(known.boxKey);
      throw error;
    }
  }

  *#meet({ clientId, signKey, boxKey }: AckBodies['lookup']): Flow<Contact> {
    const { now, settings } = this.#context;
    const known = this.contact(clientId);
    if (known !== undefined && (known.signKey !== signKey || known.boxKey !== boxKey)) {
      this.#confirmed.delete(clientId);
      if (!this.#isAlarming(boxKey)) this.#context.report({ kind: 'keyChanged', clientId });
      this.#alarm(boxKey);
      throw new KeyChangedError(clientId);
    }
    const contact: Contact = known ?? { clientId, signKey, boxKey, metAt: now, blocked: false };
    if (known === undefined) yield* this.#context.commit(put('contact', String(clientId), contact));
    this.#confirmed.set(clientId, this.#context.now + settings.keysFreshMs);
    return contact;
  }

  #alarm(boxKey: string): void {
    if (this.#alarmed.size >= 1_000) this.#alarmed.clear();
    this.#alarmed.set(boxKey, this.#context.now + this.#context.settings.keysFreshMs);
  }

  #isAlarming(boxKey: string): boolean {
    return (this.#alarmed.get(boxKey) ?? 0) > this.#context.now;
  }

  /** @throws ClientError `key_changed` */
  #refuseAlarming(boxKey: string): void {
    if (this.#isAlarming(boxKey))
      throw new ClientError('key_changed', 'that session has keys that a person has to compare first');
  }
}
