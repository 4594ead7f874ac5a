import type { Random } from '@p2pimg/netsim';
import { openRemotePerson, type PersonOptions, type RemotePerson } from '../../../src/index.ts';
import type { Books } from './books.ts';

const LONGEST_LIFE_MS = 40;

/** Somebody whose client is killed while it does things, again and again. */
export class Mortal {
  readonly #options: PersonOptions;
  readonly #random: Random;
  readonly #books: Books;
  /** Pictures that one may ask for, with their owners. */
  readonly #offered: () => readonly { readonly ownerId: number; readonly imageId: string }[];
  #remote: RemotePerson;
  #deaths = 0;
  readonly id: number;

  private constructor(parts: MortalParts, remote: RemotePerson, id: number) {
    this.#options = parts.options;
    this.#random = parts.random;
    this.#books = parts.books;
    this.#offered = parts.offered;
    this.#remote = remote;
    this.id = id;
  }

  static async open(parts: MortalParts): Promise<Mortal> {
    const remote = await openRemotePerson(parts.options);
    const { clientId } = await remote.call('register');
    await remote.call('signIn');
    return new Mortal(parts, remote, clientId);
  }

  get deaths(): number {
    return this.#deaths;
  }

  /** Does one thing; dies of some. */
  async act(): Promise<void> {
    const acting = this.#books.note('mortal', () => this.#do());
    if (!this.#random.chance(0.15)) return acting;
    await new Promise((resolve) => setTimeout(resolve, this.#random.below(LONGEST_LIFE_MS)));
    await this.#remote.kill();
    await acting;
    this.#deaths += 1;
    this.#remote = await openRemotePerson(this.#options);
    await this.#books.note('mortal comes back', () => this.#remote.call('signIn'));
  }

  /** What it holds. */
  async remaining(): Promise<ReadonlyMap<string, number>> {
    return new Map((await this.#remote.call('peerImages')).map(({ imageId, remaining }) => [imageId, remaining]));
  }

  close(): Promise<void> {
    return this.#remote.kill();
  }

  async #do(): Promise<void> {
    const remote = this.#remote;
    try {
      const held = await remote.call('peerImages');
      const offered = this.#offered();
      if (held.length < 3 || this.#random.chance(0.3)) {
        if (offered.length === 0) return;
        const { ownerId, imageId } = this.#random.pick(offered);
        await remote.call('requestImage', ownerId, imageId, 5);
      } else if (this.#random.chance(0.25)) {
        await remote.call('requestMore', this.#random.pick(held).imageId, 3);
      } else {
        const { imageId } = this.#random.pick(held);
        const { shown } = await remote.call('view', imageId);
        if (shown === 'picture') this.#books.seen(this.id, imageId);
      }
    } catch (error) {
      if (!(error instanceof Error && error.name === 'ProcessEnded')) throw error; // it died of this
    }
  }
}

export interface MortalParts {
  readonly options: PersonOptions;
  readonly random: Random;
  readonly books: Books;
  readonly offered: () => readonly { readonly ownerId: number; readonly imageId: string }[];
}
