import type { AckBodies, WireAddress } from '@p2pimg/wire';
import type { Cloud } from '../cloud/cloud.ts';
import type { Context } from '../context.ts';
import { ClientError, CloudRefusedError, KeyChangedError } from '../errors.ts';
import type { Flow } from '../flow/flows.ts';
import { type Contact, put } from '../records.ts';

export interface Peer {
  readonly contact: Contact;
  /** Undefined when offline. */
  readonly address: WireAddress | undefined;
}

/** Who is who: keys are believed at first sight and remembered; other keys later are an alarm. */
export class AddressBook {
  readonly #context: Context;
  readonly #cloud: Cloud;
  /** Sessions keys that belong to nobody, as the directory said; kept so that one stranger costs one look-up. */
  readonly #strangers = new Set<string>();

  constructor(context: Context, cloud: Cloud) {
    this.#context = context;
    this.#cloud = cloud;
  }

  contact(clientId: number): Contact | undefined {
    return this.#context.model.get('contact', String(clientId));
  }

  /** Keys and present address. @throws KeyChangedError, ClientError `peer_unknown`, CloudUnreachableError */
  *resolve(clientId: number): Flow<Peer> {
    const answer = yield* this.#lookup({ clientId });
    const contact = yield* this.#meet(answer);
    return { contact, address: answer.online ? answer.address : undefined };
  }

  /** Keys as remembered, or as the directory gives them at first sight. @throws as {@link resolve} */
  *keysOf(clientId: number): Flow<Contact> {
    return this.contact(clientId) ?? (yield* this.resolve(clientId)).contact;
  }

  /** Whose session that is; undefined for somebody whom the directory does not know. @throws KeyChangedError, CloudUnreachableError */
  *identify(boxKey: string): Flow<Contact | undefined> {
    const known = this.#context.model.all('contact').find((contact) => contact.boxKey === boxKey);
    if (known !== undefined) return known;
    if (this.#strangers.has(boxKey)) return undefined;
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
      throw new ClientError('peer_unknown', 'the directory knows no such client', { cause: error });
    }
  }

  *#meet({ clientId, signKey, boxKey }: AckBodies['lookup']): Flow<Contact> {
    const known = this.contact(clientId);
    if (known !== undefined) {
      if (known.signKey === signKey && known.boxKey === boxKey) return known;
      this.#context.report({ kind: 'keyChanged', clientId });
      throw new KeyChangedError(clientId);
    }
    const contact: Contact = { clientId, signKey, boxKey, metAt: this.#context.now, blocked: false };
    yield* this.#context.commit(put('contact', String(clientId), contact));
    return contact;
  }
}
