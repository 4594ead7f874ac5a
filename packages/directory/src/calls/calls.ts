/** Every method by its name: how a call that travelled as data finds its function. */

import type { DirectoryMethod } from '../interface.ts';
import type { Engine } from '../sql/engine.ts';
import { refuse } from './claim.ts';
import { grant, publishGrant } from './grants.ts';
import { info } from './info.ts';
import { acknowledge, leaveNotice, pending } from './notices.ts';
import { listOnline } from './online.ts';
import { clientById, clientByKey, register, rotateKeys } from './registration.ts';
import { releaseView } from './releases.ts';
import { addResources, listImages, removeResource, resource } from './resources.ts';
import { renewLease, shutdown, signIn } from './sessions.ts';
import { readToken, takeToken } from './token.ts';
import type { Answer, Call } from './types.ts';

type Calls = { readonly [M in DirectoryMethod]: (engine: Engine, call: Call<M>) => Answer<M> };

export const calls: Calls = {
  register,
  rotateKeys,
  signIn,
  shutdown,
  addResources,
  removeResource,
  publishGrant,
  leaveNotice,
  acknowledge,
  releaseView,
  refuse,
  renewLease,
  takeToken,
  readToken,
  clientByKey,
  clientById,
  listOnline,
  listImages,
  resource,
  pending,
  grant,
  info,
};

export const directoryMethods: readonly DirectoryMethod[] = Object.keys(calls) as DirectoryMethod[];

const reads: ReadonlySet<string> = new Set<DirectoryMethod>([
  'readToken',
  'clientByKey',
  'clientById',
  'listOnline',
  'listImages',
  'resource',
  'pending',
  'grant',
  'info',
]);

/** Whether a method only ever uses `engine.read`. */
export function isRead(method: string): boolean {
  return reads.has(method);
}
