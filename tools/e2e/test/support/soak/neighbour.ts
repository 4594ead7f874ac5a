import type { RightsChange } from '@p2pimg/client';
import type { Random } from '@p2pimg/netsim';
import { type Person, randomPicture } from '../../../src/index.ts';
import type { Books } from './books.ts';

const MOST_VIEWS = 6;
const MOST_PUBLISHED = 60;
const PICTURE_BYTES = [500, 30_000] as const;

/** Somebody who does everything that one can do, in an order that a seed draws. One thing at a time. */
export class Neighbour {
  readonly person: Person;
  readonly #random: Random;
  readonly #books: Books;
  readonly #mayOfferTo: () => readonly number[];
  #names = 0;

  /** @param mayOfferTo people who answer offers */
  constructor(person: Person, random: Random, books: Books, mayOfferTo: () => readonly number[]) {
    this.person = person;
    this.#random = random;
    this.#books = books;
    this.#mayOfferTo = mayOfferTo;
  }

  /** Does one thing. */
  async act(): Promise<void> {
    const [kind, action] = this.#draw();
    await this.#books.note(kind, action);
  }

  /** Answers everybody who waits; at the end of a soak, so that nothing is left open. */
  async answerAll(): Promise<void> {
    for (const { id } of this.person.client.requests())
      await this.#books.note('reject', () => this.person.client.reject(id));
    for (const { id } of this.person.client.offers())
      await this.#books.note('decline', () => this.person.client.decline(id));
  }

  #draw(): readonly [string, () => Promise<unknown>] {
    const { client } = this.person;
    const draws: readonly (readonly [number, string, () => Promise<unknown>])[] = [
      [14, 'encode', () => this.#encode()],
      [8, 'list', () => client.activeUsers()],
      [14, 'ask', () => this.#ask()],
      [24, 'view', () => this.#view()],
      [10, 'ask for more', () => this.#askForMore()],
      [18, 'answer', () => this.#answer()],
      [8, 'change', () => this.#change()],
      [4, 'share', () => this.#share()],
      [2, 'withdraw', () => this.#withdraw()],
      [4, 'sign in again', () => client.signIn()],
      [2, 'leave politely', () => this.#leave(true)],
      [2, 'leave', () => this.#leave(false)],
    ];
    let at = this.#random.below(draws.reduce((sum, [weight]) => sum + weight, 0));
    for (const [weight, kind, action] of draws) {
      at -= weight;
      if (at < 0) return [kind, action];
    }
    throw new Error('weights do not add up');
  }

  async #encode(): Promise<void> {
    const published = this.person.client.ownImages().filter(({ state }) => state === 'published');
    if (published.length >= MOST_PUBLISHED) await this.person.client.unpublish(this.#random.pick(published).imageId);
    this.#names += 1;
    const bytes = Math.round(this.#random.between(...PICTURE_BYTES));
    await this.person.client.encode(randomPicture(this.#random, bytes), { name: `picture ${this.#names}` });
  }

  async #ask(): Promise<void> {
    const { client } = this.person;
    const held = new Set(client.peerImages().map(({ imageId }) => imageId));
    const users = (await client.activeUsers()).filter(({ images }) => images.length > 0);
    if (users.length === 0) return;
    const { clientId, images } = this.#random.pick(users);
    const wanted = images.filter((imageId) => !held.has(imageId));
    if (wanted.length > 0) await client.requestImage(clientId, this.#random.pick(wanted), this.#views());
  }

  async #view(): Promise<void> {
    const held = this.person.client.peerImages();
    if (held.length === 0) return;
    const { imageId } = this.#random.pick(held);
    const { shown } = await this.person.client.view(imageId);
    if (shown === 'picture') this.#books.seen(this.person.id, imageId);
  }

  async #askForMore(): Promise<void> {
    const held = this.person.client.peerImages();
    if (held.length > 0) await this.person.client.requestMore(this.#random.pick(held).imageId, this.#views());
  }

  async #answer(): Promise<void> {
    const { client } = this.person;
    for (const { id, from, imageId } of client.requests()) {
      if (this.#random.chance(0.2)) {
        await client.reject(id);
        continue;
      }
      const views = this.#views();
      this.#books.giving(from, imageId, views);
      await client.approve(id, { views });
    }
    for (const { id } of client.offers()) {
      if (this.#random.chance(0.7)) await client.accept(id);
      else await client.decline(id);
    }
  }

  async #change(): Promise<void> {
    const shared = this.person.client.sharedRights();
    if (shared.length === 0) return;
    const { imageId, viewerId } = this.#random.pick(shared);
    const views = this.#views();
    const change = this.#random.pick<RightsChange>([
      { kind: 'add', views },
      { kind: 'take', views },
      { kind: 'set', views },
      { kind: 'revoke' },
    ]);
    if (change.kind === 'add' || change.kind === 'set') this.#books.giving(viewerId, imageId, views);
    await this.person.client.changeRights(imageId, viewerId, change);
  }

  async #share(): Promise<void> {
    const own = this.person.client.ownImages().filter(({ state }) => state === 'published');
    const others = this.#mayOfferTo().filter((id) => id !== this.person.id);
    if (own.length === 0 || others.length === 0) return;
    const { imageId } = this.#random.pick(own);
    const viewerId = this.#random.pick(others);
    const views = this.#views();
    this.#books.giving(viewerId, imageId, views);
    await this.person.client.share(imageId, viewerId, views);
  }

  async #withdraw(): Promise<void> {
    const own = this.person.client.ownImages().filter(({ state }) => state === 'published');
    if (own.length > 1) await this.person.client.unpublish(this.#random.pick(own).imageId);
  }

  async #leave(politely: boolean): Promise<void> {
    if (politely) await this.person.client.shutdown();
    await this.person.leave();
    await this.person.comeBack();
    await this.person.client.signIn();
  }

  #views(): number {
    return 1 + this.#random.below(MOST_VIEWS);
  }
}
