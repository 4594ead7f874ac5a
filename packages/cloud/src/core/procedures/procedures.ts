import type { RateLimit } from '../rate-limit.ts';
import { encode, publish, unpublish } from './images.ts';
import { doneOnce } from './once.ts';
import { activeUsers, listImages, lookup } from './people.ts';
import type { Procedures } from './procedure.ts';
import { registerWith, rotateKeys } from './registration.ts';
import { acknowledge, changeView, granted, grants, leaveNotice, releasedBefore, releaseView } from './rights.ts';
import { renew, shutdown, signIn } from './sessions.ts';

/** What each type of request does. */
export function procedures(registrations: RateLimit): Procedures {
  return {
    register: registerWith(registrations),
    rotate_keys: rotateKeys,
    // Not once: its answer tells what waits, and that is for the keys of today, also when it comes again.
    sign_in: signIn,
    renew,
    shutdown: doneOnce('shutdown', shutdown),
    active_users: activeUsers,
    list_images: listImages,
    lookup,
    encode,
    publish: doneOnce('addResource', publish),
    unpublish: doneOnce('removeResource', unpublish),
    'change-view': doneOnce('publishGrant', changeView),
    granted,
    leave_notice: doneOnce('leaveNotice', leaveNotice),
    grants,
    acknowledge: doneOnce('acknowledge', acknowledge),
    release_view: doneOnce('releaseView', releaseView, releasedBefore),
  };
}
