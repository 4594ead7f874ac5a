/** Pictures of others on this disk: their rights bands, the ledger, and the keys that open them. */

import { type ClientKeys, type KeyPair, nodeSuite as suite } from '@p2pimg/identity';
import {
  accountUsed,
  BandTamperedError,
  bandGrant,
  decidesAlone,
  decodeGrant,
  encodeBand,
  joinContentKey,
  type LedgerAccount,
  type LedgerFile,
  MalformedBandError,
  MalformedGrantError,
  MissingKeyError,
  makeReleaseKey,
  openBand,
  openDeviceKey,
  openRelease,
  openViewerShare,
  type RightsBand,
  SealedKeyError,
  type SignedGrant,
  sealDeviceKey,
  signReceipt,
} from '@p2pimg/rights';
import { readRights, StegoError, stripRights, writeRights } from '@p2pimg/stego';
import { equalBytes, fromBase64Url, fromHex, toBase64Url, toHex } from '@p2pimg/wire';
import type { JobInput, JobOutput, KeptSecret, LedgerCounts } from '../core/jobs.ts';
import type { Blobs } from './blobs.ts';

export interface HeldSurroundings {
  readonly keys: () => ClientKeys;
  readonly blobs: Blobs;
  readonly ledger: LedgerFile;
  readonly now: () => number;
}

export class HeldPictures {
  readonly #at: HeldSurroundings;
  /** Private halves of views under way, by nonce; never stored. */
  readonly #releaseKeys = new Map<string, KeyPair>();
  /** Content keys of views that are spent and not shown yet, by ticket; never stored. */
  readonly #tickets = new Map<number, Uint8Array>();
  #lastTicket = 0;

  constructor(surroundings: HeldSurroundings) {
    this.#at = surroundings;
  }

  async checkReceived({ blob, digest, grant }: JobInput<'checkReceived'>): Promise<JobOutput<'checkReceived'>> {
    const picture = await this.#at.blobs.read(blob);
    const expected = parse(grant);
    const band = await this.#genuineBand(picture, expected);
    if (band === undefined || !equalBytes(band.grant, expected.bytes)) return NOT_GENUINE;
    if (toHex(suite.sha256(stripRights(picture))) !== digest) return NOT_GENUINE;
    return { genuine: true, ...counts(await this.#account(expected, 0)) };
  }

  async rewriteBand({ blob, grant, used }: JobInput<'rewriteBand'>): Promise<JobOutput<'rewriteBand'>> {
    const { blobs, ledger } = this.#at;
    const signed = parse(grant);
    const account = await this.#account(signed, used);
    const picture = await blobs.read(blob);
    const before = await this.#genuineBand(picture, signed);
    if (before === undefined) return { genuine: false, ...counts(account) };
    const { sequence } = ledger.ledger;
    // Where the ledger alone decides, the picture remembers how far it was.
    const isCurrent = !decidesAlone(account) || before.ledgerSequence >= sequence;
    if (isCurrent && equalBytes(before.grant, signed.bytes) && before.used === account.used)
      return { genuine: true, ...counts(account) };
    const ledgerSequence = Math.max(before.ledgerSequence, sequence);
    const band: RightsBand = { grant: signed.bytes, used: account.used, ledgerSequence };
    writeRights(picture, encodeBand(suite, band, await openViewerShare(signed, this.#boxes())));
    await blobs.replace(blob, picture);
    return { genuine: true, ...counts(account) };
  }

  makeReleaseKey(): { readonly nonce: string } {
    const pair = makeReleaseKey(suite);
    const nonce = toHex(pair.publicKey);
    this.#releaseKeys.set(nonce, pair);
    return { nonce };
  }

  async spendView({ grant, nonce, used }: JobInput<'spendView'>): Promise<JobOutput<'spendView'>> {
    const { ledger, now } = this.#at;
    const { grantId, version } = parse(grant);
    const viewedAt = now();
    const { head } = await ledger.commit((open) =>
      open.viewReleased({ grantId, version, used, nonce: fromHex(nonce) }, viewedAt),
    );
    return { receipt: this.#receipt({ grantId, version, used, viewedAt, ledgerHead: head }) };
  }

  /** The content key of a released view. */
  async releasedKey({ grant, nonce, share }: JobInput<'openHeld'>): Promise<Uint8Array> {
    return this.#join(parse(grant), nonce, share);
  }

  async reserveViews({ grant, nonce, used, views, share }: JobInput<'reserveViews'>): Promise<LedgerCounts> {
    const { ledger, now, keys } = this.#at;
    const signed = parse(grant);
    const { grantId, version } = signed;
    const contentKey = await this.#join(signed, nonce, share);
    const deviceKey = await sealDeviceKey(suite, grantId, keys().box.publicKey, contentKey);
    const reserved = { grantId, version, used, views, nonce: fromHex(nonce), deviceKey };
    const { account } = await ledger.commit((open) => open.reserve(reserved, now()));
    return counts(account);
  }

  async spendAlone({ blob, grant }: JobInput<'spendAlone'>): Promise<JobOutput<'spendAlone'>> {
    const { blobs, ledger, now } = this.#at;
    const signed = parse(grant);
    const { grantId, version } = signed;
    const band = await this.#genuineBand(await blobs.read(blob), signed);
    if (band === undefined) throw new BandTamperedError('the rights in this picture have been changed');
    // Opened before it is spent: the last view takes the key out of the ledger.
    const key = await this.#ownKey(signed);
    const viewedAt = now();
    const { head, account } = await ledger.commit((open) =>
      open.viewOwn({ grantId, ledgerSequence: band.ledgerSequence }, viewedAt),
    );
    const ticket = ++this.#lastTicket;
    this.#tickets.set(ticket, key);
    const receipt = this.#receipt({ grantId, version, used: accountUsed(account), viewedAt, ledgerHead: head });
    return { ...counts(account), ticket, receipt };
  }

  /** The content key of a view that was spent under that ticket, once. */
  ticketKey(ticket: number): Uint8Array {
    const key = this.#tickets.get(ticket);
    if (key === undefined) throw new MissingKeyError('the key of this view is gone');
    this.#tickets.delete(ticket);
    return key;
  }

  /** Wipes the key of a view that has failed. */
  forget(secret: KeptSecret): void {
    if ('nonce' in secret) {
      this.#releaseKeys.get(secret.nonce)?.privateKey.fill(0);
      this.#releaseKeys.delete(secret.nonce);
    } else {
      this.#tickets.get(secret.ticket)?.fill(0);
      this.#tickets.delete(secret.ticket);
    }
  }

  async #join(signed: SignedGrant, nonce: string, share: string): Promise<Uint8Array> {
    const pair = this.#releaseKeys.get(nonce);
    if (pair === undefined) throw new MissingKeyError('the key of this view is gone');
    this.#releaseKeys.delete(nonce);
    try {
      const cloudShare = await openRelease(signed, pair, fromBase64Url(share));
      return joinContentKey(await openViewerShare(signed, this.#boxes()), cloudShare);
    } finally {
      pair.privateKey.fill(0);
    }
  }

  /** The content key without the cloud. When nothing is held in advance the ledger refuses the view, so no key is needed. */
  async #ownKey(signed: SignedGrant): Promise<Uint8Array> {
    const account = this.#at.ledger.ledger.account(signed.grantId);
    if (account !== undefined && account.offlineLeft > 0)
      return openDeviceKey(signed.grantId, this.#boxes(), account.deviceKey);
    return signed.mode === 'trusting' ? openViewerShare(signed, this.#boxes()) : new Uint8Array();
  }

  #receipt(receipt: Parameters<typeof signReceipt>[1]): string {
    return toBase64Url(signReceipt(suite, receipt, this.#at.keys().sign.privateKey));
  }

  /** Enters a grant and a count into the ledger; returns what the ledger counts. */
  async #account(grant: SignedGrant, used: number): Promise<LedgerAccount> {
    const { ledger, now } = this.#at;
    const entry = await ledger.commit((open) => open.accept(grant, used, now()));
    return entry?.account ?? ledger.ledger.account(grant.grantId)!;
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

const NOT_GENUINE = { genuine: false, used: 0, offlineLeft: 0 } as const;

/** What a picture or band that somebody has changed can fail with. */
const TAMPERED = [
  StegoError,
  MalformedBandError,
  BandTamperedError,
  MalformedGrantError,
  SealedKeyError,
  MissingKeyError,
];

function parse(grant: string): SignedGrant {
  return decodeGrant(suite, fromBase64Url(grant));
}

function counts({ used, offlineLeft }: LedgerAccount): LedgerCounts {
  return { used, offlineLeft };
}
