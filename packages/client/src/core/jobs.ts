/** Work outside of the core, by name: cryptography, pictures, files, the ledger. Keys and digests are hexadecimal, grants base64url. */

import type { GrantMode } from '@p2pimg/rights';
import type { BytesHandle } from './effects.ts';
import type { ModeTerms } from './sharing/mode.ts';

/** The fields of a verified grant that the core orders by. */
export interface GrantFacts {
  readonly grantId: string;
  readonly version: number;
  readonly allowed: number;
  /** SHA-256 of the level-1 picture. */
  readonly digest: string;
  readonly mode: GrantMode;
  readonly offlineViews: number;
  readonly expiresAt: number;
}

/** What waits in memory for the end of a view: the key of a release, or a content key. */
export type KeptSecret = { readonly nonce: string } | { readonly ticket: number };

/** The ledger's counts of one grant. */
export interface LedgerCounts {
  /** Views that are spent or held in advance. */
  readonly used: number;
  /** Of these, held in advance. */
  readonly offlineLeft: number;
}

export interface PeerKeys {
  readonly signKey: string;
  readonly boxKey: string;
}

interface JobTypes {
  /** Signs a registration of this client's keys. */
  readonly proveRegistration: {
    readonly input: { readonly requestId: string };
    readonly output: PeerKeys & { readonly recoveryKey: string | undefined; readonly proof: string };
  };
  /**
   * Makes the next keys of this client, writes them beside the old ones, and signs the statement that puts them in the place of `from`: with
   * the recovery key (the handle of its private half), or with the old key when there is none.
   */
  readonly stageKeys: {
    readonly input: {
      readonly clientId: number;
      readonly from: PeerKeys | undefined;
      readonly recovery: BytesHandle | undefined;
    };
    readonly output: PeerKeys & { readonly statement: string };
  };
  /** Uses the next keys from now on: all sessions are opened anew. */
  readonly useKeys: { readonly input: Record<string, never>; readonly output: undefined };
  /** The next keys are the keys. */
  readonly promoteKeys: { readonly input: Record<string, never>; readonly output: undefined };
  /** The next keys are forgotten; the old ones are used again. */
  readonly dropKeys: { readonly input: Record<string, never>; readonly output: undefined };
  /**
   * Keeps a level-1 picture, durably, if its SHA-256 is `digest` and the hidden picture comes out of it with the SHA-256 `original`.
   * `blob: undefined`, and nothing written, otherwise. The handle is used up.
   */
  readonly keepEncoded: {
    readonly input: {
      readonly stego: BytesHandle;
      readonly digest: string;
      readonly contentKey: string;
      readonly original: string;
    };
    readonly output: { readonly blob: string | undefined; readonly bytes: number };
  };
  /** An empty picture file, to be filled part by part. */
  readonly startBlob: { readonly input: Record<string, never>; readonly output: { readonly blob: string } };
  /** How long a picture file is; 0 when it is gone. */
  readonly blobLength: { readonly input: { readonly blob: string }; readonly output: { readonly bytes: number } };
  /** Writes a part of a picture file, durably. */
  readonly writePart: {
    readonly input: { readonly blob: string; readonly offset: number; readonly bytes: BytesHandle };
    readonly output: undefined;
  };
  readonly dropBlob: { readonly input: { readonly blob: string }; readonly output: undefined };
  /** The hidden picture of an own image; free. */
  readonly openOwn: {
    readonly input: { readonly blob: string; readonly contentKey: string };
    readonly output: { readonly picture: BytesHandle; readonly mime: string };
  };
  readonly issueGrant: {
    readonly input: {
      readonly ownerId: number;
      readonly viewerId: number;
      readonly viewer: PeerKeys;
      readonly imageId: string;
      readonly digest: string;
      readonly contentKey: string;
      readonly version: number;
      readonly allowed: number;
    } & ModeTerms;
    readonly output: { readonly grant: string; readonly grantId: string; readonly viewerShare: string };
  };
  /** Fails when it is malformed, not signed by that owner, for another viewer or on another picture. */
  readonly verifyGrant: {
    readonly input: {
      readonly grant: string;
      readonly ownerSignKey: string;
      readonly ownerId: number;
      readonly viewerId: number;
      readonly imageId: string;
    };
    readonly output: GrantFacts;
  };
  /**
   * What a grant of this client says that the cloud has as the newest; `own` when the keys of now have signed it. Fails when it is
   * malformed, or on another pair.
   */
  readonly readGranted: {
    readonly input: {
      readonly grant: string;
      readonly ownerId: number;
      readonly viewerId: number;
      readonly imageId: string;
    };
    readonly output: Omit<GrantFacts, 'digest'> & { readonly issuedAt: number; readonly own: boolean };
  };
  /** Level 2 for the viewer: the stored level-1 picture with a first rights band. */
  readonly assemble: {
    readonly input: { readonly blob: string; readonly grant: string; readonly viewerShare: string };
    readonly output: { readonly picture: BytesHandle; readonly bytes: number };
  };
  /**
   * Whether a received level-2 picture is the offered one: digest of level 1, and a band with that very grant which opens with this
   * client's key. A genuine one's grant is entered into the ledger, which may know views from an earlier copy.
   */
  readonly checkReceived: {
    readonly input: { readonly blob: string; readonly digest: string; readonly grant: string };
    readonly output: { readonly genuine: boolean } & LedgerCounts;
  };
  /**
   * Brings a stored picture's rights band and the ledger up to that grant and count, durably. The counts are the ledger's then, without
   * views in advance whose time is over.
   * `genuine: false`, and nothing written, when the band was changed by somebody else.
   */
  readonly rewriteBand: {
    readonly input: { readonly blob: string; readonly grant: string; readonly used: number };
    readonly output: { readonly genuine: boolean } & LedgerCounts;
  };
  /** Makes the key of one view; it lives in memory only. */
  readonly makeReleaseKey: { readonly input: Record<string, never>; readonly output: { readonly nonce: string } };
  /** Spends a released view in the ledger, durably. */
  readonly spendView: {
    readonly input: { readonly grant: string; readonly nonce: string; readonly used: number };
    readonly output: { readonly receipt: string };
  };
  /** Opens the share with the view's key (which is then forgotten), decrypts and extracts; in memory only. */
  readonly openHeld: {
    readonly input: {
      readonly blob: string;
      readonly grant: string;
      readonly nonce: string;
      readonly share: string;
    };
    readonly output: { readonly picture: BytesHandle; readonly mime: string };
  };
  /** Opens the share of views released in advance with their key, and enters them into the ledger, durably. */
  readonly reserveViews: {
    readonly input: {
      readonly grant: string;
      readonly nonce: string;
      readonly used: number;
      readonly views: number;
      readonly share: string;
    };
    readonly output: LedgerCounts;
  };
  /**
   * Spends a view without the cloud, durably: one held in advance, in whatever mode, or in mode `trusting`. The key waits in memory under `ticket`.
   * Fails with the name of the ledger's error.
   */
  readonly spendAlone: {
    readonly input: { readonly blob: string; readonly grant: string };
    readonly output: LedgerCounts & { readonly ticket: number; readonly receipt: string };
  };
  /** Opens the picture with the key of `spendAlone`, which is then forgotten. */
  readonly openAlone: {
    readonly input: { readonly blob: string; readonly ticket: number };
    readonly output: { readonly picture: BytesHandle; readonly mime: string };
  };
  /** A view has failed: the key that waited for its end is wiped. Nothing to do when it is gone already. */
  readonly forgetView: { readonly input: KeptSecret; readonly output: undefined };
  readonly verifyReceipt: {
    readonly input: { readonly receipt: string; readonly viewerSignKey: string };
    readonly output: {
      readonly grantId: string;
      readonly version: number;
      readonly used: number;
      readonly viewedAt: number;
    };
  };
}

export type JobName = keyof JobTypes;
export type JobInput<N extends JobName> = JobTypes[N]['input'];
export type JobOutput<N extends JobName> = JobTypes[N]['output'];
export type Job = { readonly [N in JobName]: { readonly name: N; readonly input: JobInput<N> } }[JobName];
