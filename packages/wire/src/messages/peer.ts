/** Messages between clients. Each is acknowledged by `<type>_ack` with a status. */

import { z } from 'zod';
import { MAX_STEGO_BYTES } from '../limits.ts';
import * as f from './fields.ts';

export interface PeerBodies {
  /** A viewer asks for an image. */
  readonly image_request: { readonly imageId: string; readonly views: number };
  /** The owner refuses the request with that id. */
  readonly image_rejection: { readonly requestId: string; readonly imageId: string };
  /**
   * The owner offers the picture: as the answer to `requestId`, or unasked when it is left out. Once accepted, the picture with its
   * rights band travels as `image` transfers on a lane that the viewer opens: one for each part of it, from `from` of the acknowledgement on
   * (see docs/protocol.md).
   */
  readonly image_offer: {
    readonly requestId?: string | undefined;
    readonly imageId: string;
    readonly views: number;
    readonly bytes: number;
    /** SHA-256 of the level-1 stego picture. */
    readonly digest: string;
    readonly mime: string;
    readonly grant: string;
  };
  /** The viewer takes (or does not take) an offer that it had put before its user; a taken one is sent again by the owner. */
  readonly offer_answer: { readonly offerId: string; readonly accepted: boolean };
  /** A viewer asks for more views on an image that it holds. */
  readonly increase_views_request: { readonly imageId: string; readonly views: number };
  readonly increase_approved: { readonly requestId: string; readonly imageId: string; readonly grant: string };
  readonly increase_rejected: { readonly requestId: string; readonly imageId: string };
  /** The owner changes the rights on its own account. `view_delta` tells the change for display; the grant is what counts. */
  readonly update_access_request: { readonly imageId: string; readonly view_delta: number; readonly grant: string };
  /** The viewer's signed receipt: so many views used under that version, the last at that time. */
  readonly view_receipt: { readonly imageId: string; readonly receipt: string };
}

export type PeerType = keyof PeerBodies;

/** Where a peer's message was put: `queued` waits for a person, `applied` took effect, `duplicate` was known. */
export type PeerDisposition = 'queued' | 'applied' | 'accepted' | 'duplicate';

export interface PeerAckBody {
  readonly disposition: PeerDisposition;
  /** With `accepted`: the lane that the viewer has opened for the picture. */
  readonly lane?: number | undefined;
  /** With `accepted`: the bytes of that very picture, rights band included, that the viewer has already; 0 when it is left out. */
  readonly from?: number | undefined;
}

type Schemas<Bodies> = { readonly [T in keyof Bodies]: z.ZodType<Bodies[T]> };

export const peerBodySchemas: Schemas<PeerBodies> = {
  image_request: z.strictObject({ imageId: f.imageIdField, views: f.views }),
  image_rejection: z.strictObject({ requestId: f.requestId, imageId: f.imageIdField }),
  image_offer: z.strictObject({
    requestId: f.requestId.optional(),
    imageId: f.imageIdField,
    views: z.int().min(0).max(0xffff_ffff),
    bytes: z.int().min(1).max(MAX_STEGO_BYTES),
    digest: f.digest32,
    mime: f.mime,
    grant: f.grantBlob,
  }),
  offer_answer: z.strictObject({ offerId: f.requestId, accepted: z.boolean() }),
  increase_views_request: z.strictObject({ imageId: f.imageIdField, views: f.views }),
  increase_approved: z.strictObject({ requestId: f.requestId, imageId: f.imageIdField, grant: f.grantBlob }),
  increase_rejected: z.strictObject({ requestId: f.requestId, imageId: f.imageIdField }),
  update_access_request: z.strictObject({
    imageId: f.imageIdField,
    view_delta: z.int().min(-0xffff_ffff).max(0xffff_ffff),
    grant: f.grantBlob,
  }),
  view_receipt: z.strictObject({ imageId: f.imageIdField, receipt: f.blob(512) }),
};

export const peerAckBodySchema: z.ZodType<PeerAckBody> = z.strictObject({
  disposition: z.enum(['queued', 'applied', 'accepted', 'duplicate']),
  lane: f.u32.optional(),
  from: f.u32.optional(),
});
