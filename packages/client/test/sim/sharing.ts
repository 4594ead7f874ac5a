import type { CallArgs } from '../../src/core/calls.ts';
import type { SharingMode } from '../../src/core/sharing/mode.ts';
import { type SimClient, World } from './world.ts';

/** What the owner of every tale shares. */
export const IMAGE = 'client1-puppy';

export interface Beginning {
  readonly world: World;
  /** Client 1. */
  readonly owner: SimClient;
  /** Client 2. */
  readonly viewer: SimClient;
}

export interface BeginningOptions {
  /** Of the simulation; default 1. */
  readonly seed?: number;
  /** Default 3. */
  readonly views?: number;
  /** Who counts; the cloud when it is left out. */
  readonly mode?: SharingMode;
}

/** A client that is registered and signed in. */
export function signedIn(world: World, visibility?: SimClient['visibility']): SimClient {
  const client = world.add(visibility);
  world.ask(client, 'register', {});
  world.ask(client, 'signIn', {});
  return client;
}

/** Hides a picture; returns its id. */
export function encoded(world: World, owner: SimClient, name = 'puppy'): string {
  return world.ask(owner, 'encode', pictureOf(owner, name)).imageId;
}

/** What is given to `encode`. */
export function pictureOf(owner: SimClient, name = 'puppy'): CallArgs<'encode'> {
  const bytes = owner.jobs.hold({ picture: name });
  return { name, bytes, size: 5, digest: `digest of ${name}`, mime: 'image/jpeg' };
}

/** The owner offers `client1-puppy` to the viewer. */
export function offering({ seed, views = 3, mode }: BeginningOptions = {}): Beginning {
  const world = new World(seed);
  const [owner, viewer] = [signedIn(world), signedIn(world)];
  encoded(world, owner);
  world.ask(owner, 'share', { imageId: IMAGE, viewerId: 2, views, ...(mode === undefined ? {} : { mode }) });
  return { world, owner, viewer };
}

/** Does something; the client is killed before its n-th effect from now. Returns whether it had so many. */
export function killedBefore(world: World, client: SimClient, n: number, act: () => void): boolean {
  let effects = 0;
  world.onEffect = (of) => (of === client && ++effects === n ? 'crash' : 'go');
  try {
    act();
  } catch {
    // Killed in the middle.
  }
  world.onEffect = () => 'go';
  return effects >= n;
}

/** The viewer holds `client1-puppy`, with those views. */
export function sharing(options: BeginningOptions = {}): Beginning {
  const beginning = offering(options);
  const { world, viewer } = beginning;
  world.ask(viewer, 'answerOffer', { id: viewer.core!.model.all('offer')[0]!.id, accepted: true });
  world.runUntil(() => viewer.core!.model.get('held', IMAGE) !== undefined);
  return beginning;
}
