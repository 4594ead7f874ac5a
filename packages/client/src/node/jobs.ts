/** The core's jobs, with real keys, pictures and files. */

import type { ClusterKey, PublicKeys } from '@p2pimg/identity';
import { proveRegistration, publicKeysOf, signPairFrom, signRotation, nodeSuite as suite } from '@p2pimg/identity';
import { decodeGrant, encodeBand, issueGrant, type RightsBand, verifyGrant, verifyReceipt } from '@p2pimg/rights';
import { appendRights, extract } from '@p2pimg/stego';
import { equalBytes, fromBase64Url, fromHex, toBase64Url, toHex } from '@p2pimg/wire';
import type { Job, JobInput, JobName, JobOutput, PeerKeys } from '../core/jobs.ts';
import type { Handles } from './handles.ts';
import { HeldPictures, type HeldSurroundings } from './held-pictures.ts';
import type { KeyRing } from './key-ring.ts';
import { pictureKind } from './picture-kind.ts';
import type { PictureThread } from './picture-thread.ts';

export interface JobSurroundings extends HeldSurroundings {
  readonly keyRing: KeyRing;
  /** Opens all sessions anew, with the keys of now. */
  readonly reconnect: () => Promise<void>;
  readonly cloudId: string;
  readonly clusterKey: ClusterKey;
  readonly handles: Handles;
  readonly pictures: PictureThread;
}

type Runners = { readonly [N in JobName]: (input: JobInput<N>) => Promise<JobOutput<N>> };

export class Jobs {
  readonly #at: JobSurroundings;
  readonly #held: HeldPictures;

  constructor(surroundings: JobSurroundings) {
    this.#at = surroundings;
    this.#held = new HeldPictures(surroundings);
  }

  run(job: Job): Promise<unknown> {
    const runner = this.#runners[job.name] as (input: Job['input']) => Promise<unknown>;
    return runner(job.input);
  }

  readonly #runners: Runners = {
    proveRegistration: async ({ requestId }) => {
      const { cloudId, keys } = this.#at;
      const { signKey, boxKey } = publicKeysOf(keys());
      const { recoveryKey, sign } = keys();
      const registration = { cloudId, requestId, signKey, boxKey, recoveryKey };
      const proof = toHex(proveRegistration(suite, sign.privateKey, registration));
      return { signKey: toHex(signKey), boxKey: toHex(boxKey), recoveryKey: recoveryKey && toHex(recoveryKey), proof };
    },
    stageKeys: (input) => this.#stageKeys(input),
    useKeys: async () => {
      if (this.#at.keyRing.useNext()) await this.#at.reconnect();
      return undefined;
    },
    promoteKeys: async () => {
      await this.#at.keyRing.promote();
      return undefined;
    },
    dropKeys: async () => {
      if (await this.#at.keyRing.drop()) await this.#at.reconnect();
      return undefined;
    },
    keepEncoded: async ({ stego, digest, contentKey, original }) => {
      const { handles, pictures } = this.#at;
      const picture = alone(handles.take(stego));
      const bytes = picture.length;
      return { blob: await pictures.keep({ stego: picture, digest, key: contentKey, original }), bytes };
    },
    startBlob: async () => ({ blob: await this.#at.blobs.start() }),
    blobLength: async ({ blob }) => ({ bytes: await this.#at.blobs.length(blob) }),
    writePart: async ({ blob, offset, bytes }) => {
      await this.#at.blobs.writePart(blob, offset, this.#at.handles.get(bytes));
      return undefined;
    },
    dropBlob: async ({ blob }) => {
      await this.#at.blobs.drop(blob);
      return undefined;
    },
    openOwn: async ({ blob, contentKey }) => this.#open(blob, fromHex(contentKey)),
    issueGrant: (input) => this.#issueGrant(input),
    verifyGrant: async ({ grant, ownerSignKey, ownerId, viewerId, imageId }) => {
      const expected = { ownerSignKey: fromHex(ownerSignKey), ownerId, viewerId, imageId };
      const { grantId, contentHash, ...facts } = verifyGrant(suite, fromBase64Url(grant), expected);
      const { version, allowed, mode, offlineViews, expiresAt } = facts;
      const rights = { version, allowed, mode, offlineViews, expiresAt };
      return { grantId: toHex(grantId), digest: toHex(contentHash), ...rights };
    },
    readGranted: async ({ grant, ...expected }) => {
      const bytes = fromBase64Url(grant);
      const signer = decodeGrant(suite, bytes).ownerSignKey;
      const { grantId, ...facts } = verifyGrant(suite, bytes, { ...expected, ownerSignKey: signer });
      const { version, allowed, mode, offlineViews, expiresAt, issuedAt } = facts;
      const own = equalBytes(signer, this.#at.keys().sign.publicKey);
      return { grantId: toHex(grantId), own, version, allowed, mode, offlineViews, expiresAt, issuedAt };
    },
    assemble: async ({ blob, grant, viewerShare }) => {
      const band: RightsBand = { grant: fromBase64Url(grant), used: 0, ledgerSequence: 0 };
      const bytes = appendRights(await this.#at.blobs.read(blob), encodeBand(suite, band, fromHex(viewerShare)));
      return { picture: this.#at.handles.hold(bytes), bytes: bytes.length };
    },
    checkReceived: (input) => this.#held.checkReceived(input),
    rewriteBand: (input) => this.#held.rewriteBand(input),
    makeReleaseKey: async () => this.#held.makeReleaseKey(),
    spendView: (input) => this.#held.spendView(input),
    openHeld: async (input) => this.#open(input.blob, await this.#held.releasedKey(input)),
    reserveViews: (input) => this.#held.reserveViews(input),
    spendAlone: (input) => this.#held.spendAlone(input),
    openAlone: async ({ blob, ticket }) => this.#open(blob, this.#held.ticketKey(ticket)),
    forgetView: async (input) => {
      this.#held.forget(input);
      return undefined;
    },
    verifyReceipt: async ({ receipt, viewerSignKey }) => {
      const { grantId, version, used, viewedAt } = verifyReceipt(suite, fromBase64Url(receipt), fromHex(viewerSignKey));
      return { grantId: toHex(grantId), version, used, viewedAt };
    },
  };

  async #stageKeys({ clientId, from, recovery }: JobInput<'stageKeys'>): Promise<JobOutput<'stageKeys'>> {
    const { keyRing, handles, cloudId, now, keys } = this.#at;
    const authority = recovery === undefined ? undefined : signPairFrom(suite, handles.get(recovery));
    const before = from === undefined ? publicKeysOf(keys()) : parseKeys(from);
    const next = await keyRing.stage(authority?.publicKey);
    const to = publicKeysOf(next);
    const signer = authority === undefined ? 'old' : 'recovery';
    const rotation = { signer, clientId, issuedAt: now(), cloudId, from: before, to } as const;
    const { privateKey } = authority ?? keys().sign;
    const statement = toBase64Url(signRotation(suite, rotation, privateKey, next.sign.privateKey));
    return { signKey: toHex(to.signKey), boxKey: toHex(to.boxKey), statement };
  }

  async #issueGrant(input: JobInput<'issueGrant'>): Promise<JobOutput<'issueGrant'>> {
    const { ownerId, viewerId, viewer, imageId, digest, contentKey, version, allowed } = input;
    const { mode, offlineViews, expiresAt } = input;
    const { clusterKey, keys, now } = this.#at;
    const terms = {
      ...{ mode, offlineViews, expiresAt, version, allowed, ownerId, viewerId, imageId },
      issuedAt: now(),
      contentHash: fromHex(digest),
      viewer: parseKeys(viewer),
    };
    const secrets = { owner: keys().sign, contentKey: fromHex(contentKey), clusterKey };
    const { grant, viewerShare } = await issueGrant(suite, terms, secrets);
    return { grant: toBase64Url(grant.bytes), grantId: toHex(grant.grantId), viewerShare: toHex(viewerShare) };
  }

  async #open(blob: string, key: Uint8Array): Promise<{ readonly picture: number; readonly mime: string }> {
    try {
      const { payload } = extract(await this.#at.blobs.read(blob), { key });
      const { mime } = pictureKind(payload);
      return { picture: this.#at.handles.hold(payload), mime };
    } finally {
      key.fill(0);
    }
  }
}

/** In memory of its own, which can be handed over. */
function alone(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer } = bytes;
  const isWhole = bytes.byteLength === buffer.byteLength && buffer instanceof ArrayBuffer;
  return isWhole ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes);
}

function parseKeys({ signKey, boxKey }: PeerKeys): PublicKeys {
  return { signKey: fromHex(signKey), boxKey: fromHex(boxKey) };
}
