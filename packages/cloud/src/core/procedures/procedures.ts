import type { RateLimit } from '../rate-limit.ts';
import { encode, publish, unpublish } from './images.ts';
import { activeUsers, listImages, lookup } from './people.ts';
import type { Procedures } from './procedure.ts';
import { registerWith, rotateKeys } from './registration.ts';
import { acknowledge, changeView, grants, leaveNotice, releaseView } from './rights.ts';
import { renew, shutdown, signIn } from './sessions.ts';

/** What each type of request does. */
export function procedures(registrations: RateLimit): Procedures {
  return {
    register: registerWith(registrations),
    rotate_keys: rotateKeys,
    sign_in: signIn,
    renew,
    shutdown,
    active_users: activeUsers,
    list_images: listImages,
    lookup,
    encode,
    publish,
    unpublish,
    'change-view': changeView,
    leave_notice: leaveNotice,
    grants,
    acknowledge,
    release_view: releaseView,
  };
}
