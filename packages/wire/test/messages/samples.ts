/** One valid message of every type. */

import type {
  AckBodies,
  AnyAck,
  AnyPeerRequest,
  AnyRequest,
  PeerBodies,
  PeerType,
  RequestBodies,
  RequestType,
  ServerMessage,
  ServerMessageType,
} from '../../src/index.ts';

export const id: string = '00112233445566778899aabbccddeeff';
export const key: string = 'ab'.repeat(32);
const grant = 'AQID';
const imageId = 'client6-puppy';

const requestBodies: { readonly [T in RequestType]: RequestBodies[T] } = {
  register: { signKey: key, boxKey: key, recoveryKey: key, proof: 'cd'.repeat(64), token: 'let me in' },
  rotate_keys: { signKey: key, boxKey: key, statement: grant },
  sign_in: { counter: 1, host: '192.0.2.1', port: 4000, visibility: 'contacts' },
  renew: { counter: 2 },
  shutdown: { counter: 3 },
  active_users: { after: 5, limit: 100 },
  list_images: { clientId: 6, afterImageId: imageId, limit: 50 },
  lookup: { clientId: 6 },
  encode: { imageId, bytes: 10_000, digest: key, mime: 'image/jpeg', cover: 'sea' },
  publish: { images: [{ imageId, digest: key }] },
  unpublish: { imageId },
  'change-view': { imageId, viewerId: 7, grant },
  granted: { imageId, viewerId: 7 },
  leave_notice: { to: 7, noticeId: id, kind: 'image_rejected', imageId },
  grants: { limit: 10 },
  acknowledge: { grants: [{ grantId: id, version: 3 }], notices: [id] },
  release_view: { imageId, grant, used: 4, nonce: key, views: 1 },
};

const pending = {
  grants: [{ imageId, ownerId: 6, version: 2, used: 1, grant }],
  notices: [{ noticeId: id, from: 6, kind: 'increase_rejected' as const, imageId }],
  more: false,
};
const address = { host: '2001:db8::1', port: 8081 };

const ackBodies: { readonly [T in RequestType]: AckBodies[T] } = {
  register: { clientId: 6 },
  rotate_keys: { clientId: 6 },
  sign_in: { clientId: 6, leaseMs: 30_000, generation: id, address, pending },
  renew: { renewed: true, leaseMs: 30_000 },
  shutdown: { offline: true },
  active_users: {
    users: [{ clientId: 7, address, signKey: key, boxKey: key, images: [imageId], moreImages: false }],
    next: 7,
  },
  list_images: { images: [imageId], more: false },
  lookup: { clientId: 6, online: true, address, signKey: key, boxKey: key },
  encode: { imageId, digest: key, bytes: 40_000 },
  publish: {},
  unpublish: { imageId },
  'change-view': { version: 2 },
  granted: { newest: { grant, used: 1 } },
  leave_notice: {},
  grants: pending,
  acknowledge: {},
  release_view: { sequence: 1, version: 2, allowed: 5, used: 1, share: grant },
};

const peerBodies: { readonly [T in PeerType]: PeerBodies[T] } = {
  image_request: { imageId, views: 5 },
  image_rejection: { requestId: id, imageId },
  image_offer: { requestId: id, imageId, views: 5, bytes: 40_000, digest: key, mime: 'image/png', grant },
  offer_answer: { offerId: id, accepted: true },
  increase_views_request: { imageId, views: 10 },
  increase_approved: { requestId: id, imageId, grant },
  increase_rejected: { requestId: id, imageId },
  update_access_request: { imageId, view_delta: -4, grant },
  view_receipt: { imageId, receipt: grant },
};

export const requests: readonly AnyRequest[] = Object.entries(requestBodies).map(
  ([type, body]) =>
    ({ type, id, notAfter: 1_800_000_000_000, servers: ['s1', 's2'], tried: ['s1'], body }) as AnyRequest,
);

export const acks: readonly AnyAck[] = Object.entries(ackBodies).flatMap(([type, body]) => [
  { type, id, server: 's1', status: 'success', body } as AnyAck,
  { type, id, server: 's1', status: 'refused', error: { code: 'denied', message: 'no' } } as AnyAck,
  { type, id, server: 's1', status: 'error', error: { code: 'busy', message: 'later', retryAfterMs: 50 } } as AnyAck,
]);

export const peerRequests: readonly AnyPeerRequest[] = Object.entries(peerBodies).map(
  ([type, body]) => ({ type, id, body }) as AnyPeerRequest,
);

const serverMessages: { readonly [T in ServerMessageType]: Extract<ServerMessage, { type: T }> } = {
  notices: {
    type: 'notices',
    notices: [
      { type: 'stamp', id, handler: 's2', epoch: 4, attempt: 0 },
      { type: 'handling', id, attempt: 1 },
      { type: 'done', id, attempt: 1, outcome: 'answered' },
    ],
  },
  heartbeat: {
    type: 'heartbeat',
    sequence: 7,
    incarnation: 1_800_000_000_000,
    phase: 'member',
    group: { epoch: 4, leader: 's1', revision: 2 },
    priority: 100,
    outstanding: 3,
    serviceMs: 12.5,
    utilization: 0.25,
  },
  probe: { type: 'probe', nonce: 9, incarnation: 5, asker: 's1' },
  probe_ack: { type: 'probe_ack', nonce: 9, subject: 's2', incarnation: 6, asker: 's1' },
  probe_request: { type: 'probe_request', nonce: 9, subject: 's2', incarnation: 5 },
  coordinator: {
    type: 'coordinator',
    epoch: 4,
    leader: 's1',
    revision: 2,
    members: [{ id: 's1', incarnation: 6, priority: 0.5 }],
  },
};

export const notices: readonly ServerMessage[] = Object.values(serverMessages);
