import { RemoteError, type RemotePerson } from '../../../src/index.ts';
import { type UndyingPerson, until } from './undying.ts';

/** Views that the tale gives in all: two, two more, one more, one less. */
export const GIVEN = 4;
/** Versions of the rights that it makes. */
export const CHANGES = 4;

/** What came of a tale. */
export interface Ending {
  /** Pictures shown to the viewer. */
  readonly shown: number;
  /** Views that the viewer's list and the owner's say are left. */
  readonly left: { readonly viewer: number | undefined; readonly owner: number };
}

/**
 * U4 to U8 about one picture: asked for and approved, seen, more asked for and approved, more asked for by somebody who is gone when it is
 * approved, one taken back, seen until the default picture. Whoever has died starts again, looks what is done, and repeats what is not.
 */
export class Tale {
  readonly #owner: UndyingPerson;
  readonly #viewer: UndyingPerson;
  readonly #imageId: string;
  #shown = 0;

  constructor(owner: UndyingPerson, viewer: UndyingPerson, imageId: string) {
    this.#owner = owner;
    this.#viewer = viewer;
    this.#imageId = imageId;
  }

  async tell(): Promise<Ending> {
    await this.#ask((viewer) => viewer.call('requestImage', this.#owner.id, this.#imageId, 2));
    await this.#approve(2);
    await this.#answered(2);
    await this.#view();
    await this.#view();

    await this.#ask((viewer) => viewer.call('requestMore', this.#imageId, 2));
    await this.#approve(4);
    await this.#answered(2);

    await this.#ask((viewer) => viewer.call('requestMore', this.#imageId, 1));
    await this.#until('the owner has been asked', async () => (await this.#request()) !== undefined);
    await this.#viewer.attempt((viewer) => viewer.call('shutdown'));
    await this.#approve(5);
    await this.#viewer.attempt((viewer) => viewer.call('signIn'));
    await this.#answered(3);

    const before = (await this.#remaining()) ?? 0;
    const take = { kind: 'take', views: 1 } as const;
    await this.#owns(4, (owner) => owner.call('changeRights', this.#imageId, this.#viewer.id, take));
    await this.#until('one view is taken back', async () => (await this.#remaining()) === before - 1);
    for (let i = 0; i < 2 * GIVEN; i++) if ((await this.#view()) === 'default') break;
    const isTold = async (): Promise<boolean> => ((await this.#right())?.used ?? 0) >= this.#shown;
    await this.#until('the owner knows of the last view that was shown', isTold);
    const left = { viewer: await this.#remaining(), owner: (await this.#right())?.remaining ?? GIVEN };
    return { shown: this.#shown, left };
  }

  /** Asks unless it is asked already: the question before is closed, and nobody answers this one before it is known to be made. */
  #ask(act: (viewer: RemotePerson) => Promise<unknown>): Promise<void> {
    return this.#repeat(
      'a request is made',
      () => this.#isAsked(),
      () => this.#viewer.attempt(act),
    );
  }

  async #isAsked(): Promise<boolean> {
    const open = await this.#viewer.know((viewer) => viewer.call('openRequests'));
    return open.some(({ imageId }) => imageId === this.#imageId);
  }

  /** The viewer has what was given, and its question is closed. One more is left when a look died before its view was released. */
  #answered(views: number): Promise<void> {
    return this.#until(
      `the viewer has ${views} views and no question`,
      async () => [views, views + 1].includes((await this.#remaining()) ?? 0) && !(await this.#isAsked()),
    );
  }

  /** Approves what is asked, unless the rights are given already. */
  #approve(allowed: number): Promise<void> {
    return this.#owns(allowed, async (owner) => {
      const request = await this.#request();
      if (request !== undefined) await owner.call('approve', request.id);
    });
  }

  /** Does what makes the viewer's rights so many in all, unless it is done. */
  #owns(allowed: number, act: (owner: RemotePerson) => Promise<unknown>): Promise<void> {
    const isDone = async (): Promise<boolean> => {
      const right = await this.#right();
      return right !== undefined && right.remaining + right.used === allowed;
    };
    return this.#repeat(`${allowed} views are given`, isDone, () => this.#owner.attempt(act));
  }

  async #view(): Promise<'picture' | 'default' | undefined> {
    await this.#viewer.wake();
    const outcome = await this.#viewer.attempt((viewer) => viewer.call('view', this.#imageId));
    if (outcome?.shown === 'picture') this.#shown += 1;
    return outcome?.shown;
  }

  #repeat(what: string, isDone: () => Promise<boolean>, act: () => Promise<unknown>): Promise<void> {
    return this.#until(what, async () => {
      if (await isDone()) return true;
      await act().catch((error: unknown) => {
        // It may be done already, or come too early: the next look tells.
        if (!(error instanceof RemoteError)) throw error;
      });
      return isDone();
    });
  }

  #until(what: string, isTrue: () => Promise<boolean>): Promise<void> {
    return until(`${what} (${this.#imageId})`, async () => {
      await Promise.all([this.#owner.wake(), this.#viewer.wake()]);
      return isTrue();
    });
  }

  async #request() {
    const all = await this.#owner.know((owner) => owner.call('requests'));
    return all.find(({ from, imageId }) => from === this.#viewer.id && imageId === this.#imageId);
  }

  async #right() {
    const all = await this.#owner.know((owner) => owner.call('sharedRights'));
    return all.find(({ viewerId, imageId }) => viewerId === this.#viewer.id && imageId === this.#imageId);
  }

  async #remaining(): Promise<number | undefined> {
    const all = await this.#viewer.know((viewer) => viewer.call('peerImages'));
    return all.find(({ imageId }) => imageId === this.#imageId)?.remaining;
  }
}
