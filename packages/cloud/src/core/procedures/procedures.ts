import type { Refusal } from '../errors.ts';
import type { RateLimit } from '../rate-limit.ts';
import { encode, publish, unpublish } from './images.ts';
import { Once } from './once.ts';
import { activeUsers, listImages, lookup } from './people.ts';
import type { Context, Procedure, Procedures } from './procedure.ts';
import { registerWith, rotateKeys } from './registration.ts';
import { acknowledge, changeView, granted, grants, leaveNotice, releasedBefore, releaseView } from './rights.ts';
import { renew, shutdown, signIn } from './sessions.ts';

/**
 * What each type of request does.
 * @param registrations from one address; refusals of people who are not registered count as well
 */
export function procedures(registrations: RateLimit): Procedures {
  const once = new Once(registrations);
  return {
    // What it refuses is read off the request itself and the settings: nothing that another server would read otherwise.
    register: registerWith(registrations),
    rotate_keys: once.answered('rotateKeys', rotateKeys),
    // Its answer tells what waits, and that is for the keys of today, also when it comes again.
    sign_in: once.answered('signIn', signIn, refusedNow),
    renew,
    shutdown: once.answered('shutdown', shutdown),
    active_users: activeUsers,
    list_images: listImages,
    lookup,
    encode,
    publish: once.answered('addResources', publish),
    unpublish: once.answered('removeResource', unpublish),
    'change-view': once.answered('publishGrant', changeView),
    granted,
    leave_notice: once.answered('leaveNotice', leaveNotice),
    grants,
    acknowledge: once.answered('acknowledge', acknowledge),
    release_view: once.answered('releaseView', releaseView, releasedBefore),
  };
}

// biome-ignore lint/correctness/useYield: a procedure that needs nothing
function* refusedNow(_value: object, _context: Context, _request: object, refusal: Refusal): Procedure<never> {
  throw refusal;
}
