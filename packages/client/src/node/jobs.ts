/** The core's jobs, with real keys, pictures and files. */

import type { ClientKeys, ClusterKey, KeyPair } from '@p2pimg/identity';
import { nodeSuite, proveRegistration, publicKeysOf } from '@p2pimg/identity';
import {
  BandTamperedError,
  bandGrant,
  decodeGrant,
  encodeBand,
  issueGrant,
  joinContentKey,
  type LedgerFile,
  MalformedBandError,
  MalformedGrantError,
  MissingKeyError,
  makeReleaseKey,
  openBand,
  openRelease,
  openViewerShare,
  type RightsBand,
  SealedKeyError,
  type SignedGrant,
  signReceipt,
  verifyGrant,
  verifyReceipt,
} from '@p2pimg/rights';
import { appendRights, extract, readRights, StegoError, stripRights, writeRights } from '@p2pimg/stego';
import { equalBytes, fromBase64Url, fromHex, toBase64Url, toHex } from '@p2pimg/wire';
import type { Job, JobInput, JobName, JobOutput } from '../core/jobs.ts';
import type { Blobs } from './blobs.ts';
import type { Handles } from './handles.ts';
import { pictureKind } from './picture-kind.ts';

export interface JobSurroundings {
  readonly keys: () => ClientKeys;
  readonly cloudId: string;
  readonly clusterKey: ClusterKey;
  readonly blobs: Blobs;
  readonly handles: Handles;
  readonly ledger: LedgerFile;
  readonly now: () => number;
}

type Runners = { readonly [N in JobName]: (input: JobInput<N>) => Promise<JobOutput<N>> };

const suite = nodeSuite;

/** Runs one job after the other for each picture file; different files do not wait for each other. */
export class Jobs {
  readonly #at: JobSurroundings;
  /** Private halves of views under way, by nonce; never stored. */
  readonly #releaseKeys = new Map<string, KeyPair>();

  constructor(surroundings: JobSurroundings) {
    this.#at = surroundings;
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
    checkEncoded: async ({ original, stego, contentKey }) => {
      const picture = this.#at.handles.get(stego);
      const digest = toHex(suite.sha256(picture));
      const expected = this.#at.handles.get(original);
      return { matches: holds(picture, contentKey, expected), digest, bytes: picture.length };
    },
    saveBlob: async ({ bytes }) => ({ blob: await this.#at.blobs.save(this.#at.handles.get(bytes)) }),
    dropBlob: async ({ blob }) => {
      await this.#at.blobs.drop(blob);
      return undefined;
    },
    openOwn: async ({ blob, contentKey }) => this.#open(await this.#at.blobs.read(blob), fromHex(contentKey)),
    issueGrant: async ({ ownerId, viewerId, viewer, imageId, digest, contentKey, version, allowed }) => {
      const { grant, viewerShare } = await issueGrant(
        suite,
        {
          mode: 'witnessed',
          version,
          allowed,
          issuedAt: this.#at.now(),
          expiresAt: 0,
          ownerId,
          viewerId,
          imageId,
          contentHash: fromHex(digest),
          viewer: { signKey: fromHex(viewer.signKey), boxKey: fromHex(viewer.boxKey) },
        },
        { owner: this.#at.keys().sign, contentKey: fromHex(contentKey), clusterKey: this.#at.clusterKey },
      );
      return { grant: toBase64Url(grant.bytes), grantId: toHex(grant.grantId), viewerShare: toHex(viewerShare) };
    },
    verifyGrant: async ({ grant, ownerSignKey, ownerId, viewerId, imageId }) => {
      const expected = { ownerSignKey: fromHex(ownerSignKey), ownerId, viewerId, imageId };
      const { grantId, version, allowed, contentHash } = verifyGrant(suite, fromBase64Url(grant), expected);
      return { grantId: toHex(grantId), version, allowed, digest: toHex(contentHash) };
    },
    assemble: async ({ blob, grant, viewerShare }) => {
      const band: RightsBand = { grant: fromBase64Url(grant), used: 0, ledgerSequence: 0 };
      const bytes = appendRights(await this.#at.blobs.read(blob), encodeBand(suite, band, fromHex(viewerShare)));
      return { picture: this.#at.handles.hold(bytes), bytes: bytes.length };
    },
    checkReceived: async ({ picture, digest, grant }) =>
      this.#checkReceived(this.#at.handles.get(picture), digest, grant),
    rewriteBand: async ({ blob, grant, used }) => this.#rewriteBand(blob, grant, used),
    makeReleaseKey: async () => {
      const pair = makeReleaseKey(suite);
      const nonce = toHex(pair.publicKey);
      this.#releaseKeys.set(nonce, pair);
      return { nonce };
    },
    spendView: async ({ grant, nonce, used }) => this.#spendView(grant, nonce, used),
    openHeld: async ({ blob, grant, nonce, share }) => {
      const signed = decodeGrant(suite, fromBase64Url(grant));
      const pair = this.#releaseKeys.get(nonce);
      if (pair === undefined) throw new MissingKeyError('the key of this view is gone');
      this.#releaseKeys.delete(nonce);
      const cloudShare = await openRelease(signed, pair, fromBase64Url(share));
      const viewerShare = await openViewerShare(signed, this.#boxes());
      return this.#open(await this.#at.blobs.read(blob), joinContentKey(viewerShare, cloudShare));
    },
    verifyReceipt: async ({ receipt, viewerSignKey }) => {
      const { grantId, version, used, viewedAt } = verifyReceipt(suite, fromBase64Url(receipt), fromHex(viewerSignKey));
      return { grantId: toHex(grantId), version, used, viewedAt };
    },
  };

  #open(stego: Uint8Array, key: Uint8Array): { readonly picture: number; readonly mime: string } {
    const { payload } = extract(stego, { key });
    const { mime } = pictureKind(payload);
    return { picture: this.#at.handles.hold(payload), mime };
  }

  async #checkReceived(picture: Uint8Array, digest: string, grant: string): Promise<JobOutput<'checkReceived'>> {
    const expected = decodeGrant(suite, fromBase64Url(grant));
    const band = await this.#genuineBand(picture, expected);
    if (band === undefined || !equalBytes(band.grant, expected.bytes)) return NOT_GENUINE;
    if (toHex(suite.sha256(stripRights(picture))) !== digest) return NOT_GENUINE;
    return { genuine: true, used: await this.#account(expected, 0) };
  }

  async #rewriteBand(blob: string, grant: string, used: number): Promise<JobOutput<'rewriteBand'>> {
    const { blobs, ledger } = this.#at;
    const signed = decodeGrant(suite, fromBase64Url(grant));
    const counted = await this.#account(signed, used);
    const picture = await blobs.read(blob);
    const before = await this.#genuineBand(picture, signed);
    if (before === undefined) return { genuine: false, used: counted };
    if (equalBytes(before.grant, signed.bytes) && before.used === counted) return { genuine: true, used: counted };
    const band: RightsBand = { grant: signed.bytes, used: counted, ledgerSequence: ledger.ledger.sequence };
    writeRights(picture, encodeBand(suite, band, await openViewerShare(signed, this.#boxes())));
    await blobs.replace(blob, picture);
    return { genuine: true, used: counted };
  }

  /** Enters a grant and a count into the ledger; returns the ledger's count. */
  async #account(grant: SignedGrant, used: number): Promise<number> {
    const { ledger, now } = this.#at;
    await ledger.commit((open) => open.accept(grant, used, now()));
    return ledger.ledger.account(grant.grantId)?.used ?? used;
  }

  async #spendView(grant: string, nonce: string, used: number): Promise<JobOutput<'spendView'>> {
    const { ledger, now, keys } = this.#at;
    const { grantId, version } = decodeGrant(suite, fromBase64Url(grant));
    const viewedAt = now();
    const { head } = await ledger.commit((open) =>
      open.viewReleased({ grantId, version, used, nonce: fromHex(nonce) }, viewedAt),
    );
    const receipt = signReceipt(suite, { grantId, version, used, viewedAt, ledgerHead: head }, keys().sign.privateKey);
    return { receipt: toBase64Url(receipt) };
  }

  /** The band of a picture, if nobody but this client or the owner has written it, and it is of that grant, in whatever version. */
  async #genuineBand(picture: Uint8Array, { grantId }: SignedGrant): Promise<RightsBand | undefined> {
    try {
      const bytes = readRights(picture);
      if (bytes === undefined) return undefined;
      const inside = decodeGrant(suite, bandGrant(bytes));
      if (!equalBytes(inside.grantId, grantId)) return undefined;
      return openBand(suite, bytes, await openViewerShare(inside, this.#boxes()));
    } catch (error) {
      if (TAMPERED.some((kind) => error instanceof kind)) return undefined;
      throw error;
    }
  }

  #boxes(): readonly KeyPair[] {
    const { box, retiredBoxes } = this.#at.keys();
    return [box, ...retiredBoxes];
  }
}

const NOT_GENUINE = { genuine: false, used: 0 } as const;

/** What a picture or band that somebody has changed can fail with. */
const TAMPERED = [
  StegoError,
  MalformedBandError,
  BandTamperedError,
  MalformedGrantError,
  SealedKeyError,
  MissingKeyError,
];

/** Whether the hidden picture comes out of the stego picture byte for byte. */
function holds(stego: Uint8Array, contentKey: string, original: Uint8Array): boolean {
  try {
    return equalBytes(extract(stego, { key: fromHex(contentKey) }).payload, original);
  } catch (error) {
    if (error instanceof StegoError) return false;
    throw error;
  }
}
