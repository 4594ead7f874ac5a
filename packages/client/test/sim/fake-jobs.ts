import type { GrantMode } from '@p2pimg/rights';
import type { Job, LedgerCounts } from '../../src/core/jobs.ts';
import type { RotationFields } from './fake-cloud.ts';

/** Stands for a picture's bytes, with its rights band. */
export interface FakeBytes {
  readonly picture: string;
  readonly grant?: string;
  readonly used?: number;
  /** Of a picture that has arrived in part. */
  readonly length?: number;
}

/** Of every two-level picture: four parts. */
export const PICTURE_BYTES = 100_000;

export interface FakeGrant {
  readonly grantId: string;
  readonly version: number;
  readonly allowed: number;
  readonly ownerId: number;
  readonly viewerId: number;
  readonly imageId: string;
  readonly digest: string;
  readonly mode?: GrantMode;
  readonly offlineViews?: number;
  readonly expiresAt?: number;
  readonly issuedAt?: number;
  /** The owner's key. */
  readonly by?: string;
}

/** A grant in simulations: its fields, hexadecimal of JSON. */
export function writeGrant(grant: FakeGrant): string {
  return Buffer.from(JSON.stringify(grant)).toString('base64url');
}

export function parseGrant(grant: string): FakeGrant {
  return JSON.parse(Buffer.from(grant, 'base64url').toString()) as FakeGrant;
}

export function parseRotation(statement: string): RotationFields {
  const fields = JSON.parse(Buffer.from(statement, 'base64url').toString()) as Omit<RotationFields, 'signTo'>;
  return { ...fields, signTo: fields.to };
}

/** Pictures, cryptography and ledger of one client in a simulation: values stand for bytes. Survives the client's crashes but for `memory`. */
export class FakeJobs {
  /** Of sessions and signatures alike. */
  key: string;
  /** The key on the disk, and the next one while a rotation is under way. */
  #kept: string;
  #next: string | undefined;
  /** Durable: files and the ledger's counts by grant id. */
  readonly blobs: Map<string, FakeBytes> = new Map();
  readonly ledger: Map<string, LedgerCounts> = new Map();
  /** Lost by a crash: bytes by handle. */
  memory: Map<number, FakeBytes> = new Map();
  /** Keys that wait in memory for the end of a view, by nonce or ticket. */
  readonly secrets: Set<string | number> = new Set();
  #last = 0;

  constructor(key: string) {
    this.key = key;
    this.#kept = key;
  }

  /** After a crash: what the key files say. */
  reopen(rotating: boolean): void {
    this.secrets.clear();
    this.memory = new Map();
    if (!rotating) this.#next = undefined;
    this.key = this.#next ?? this.#kept;
  }

  hold(value: FakeBytes): number {
    this.memory.set(++this.#last, value);
    return this.#last;
  }

  run(job: Job): unknown {
    switch (job.name) {
      case 'proveRegistration':
        return { signKey: this.key, boxKey: this.key, recoveryKey: undefined, proof: '0'.repeat(128) };
      case 'stageKeys': {
        const { clientId, from, recovery } = job.input;
        this.#next = `${this.#kept.slice(0, 56)}${String(++this.#last).padStart(8, '0')}`;
        const statement = {
          clientId,
          from: from?.boxKey ?? this.#kept,
          to: this.#next,
          recovery: recovery !== undefined,
        };
        return {
          signKey: this.#next,
          boxKey: this.#next,
          statement: Buffer.from(JSON.stringify(statement)).toString('base64url'),
        };
      }
      case 'useKeys':
        this.key = this.#next ?? this.key;
        return undefined;
      case 'promoteKeys':
        this.#kept = this.#next ?? this.#kept;
        this.#next = undefined;
        return undefined;
      case 'dropKeys':
        this.#next = undefined;
        this.key = this.#kept;
        return undefined;
      case 'keepEncoded': {
        const { stego, digest, original } = job.input;
        const { picture } = this.memory.get(stego)!;
        const bytes = 2_000;
        if (digest !== `digest of ${picture}` || original !== `digest of ${picture.slice(9)}`)
          return { blob: undefined, bytes };
        const blob = `blob${++this.#last}`;
        this.blobs.set(blob, { ...this.memory.get(stego)! });
        this.memory.delete(stego);
        return { blob, bytes };
      }
      case 'startBlob': {
        const blob = `blob${++this.#last}`;
        this.blobs.set(blob, { picture: '', length: 0 });
        return { blob };
      }
      case 'blobLength':
        return { bytes: this.blobs.get(job.input.blob)?.length ?? 0 };
      case 'writePart': {
        const { blob, offset, bytes } = job.input;
        const part = this.memory.get(bytes)!;
        if (this.blobs.get(blob)!.length! < offset) throw new Error('a part is missing');
        this.blobs.set(blob, { ...part, length: offset + part.length! });
        return undefined;
      }
      case 'dropBlob':
        this.blobs.delete(job.input.blob);
        return undefined;
      case 'openOwn':
        return { picture: this.hold({ picture: this.blobs.get(job.input.blob)!.picture }), mime: 'image/jpeg' };
      case 'issueGrant': {
        const { ownerId, viewerId, imageId, digest, version, allowed, mode, offlineViews, expiresAt } = job.input;
        const grantId = Buffer.from(`${ownerId}/${viewerId}/${imageId}`).toString('hex').slice(0, 32).padEnd(32, '0');
        return {
          grant: writeGrant({
            grantId,
            version,
            allowed,
            ownerId,
            viewerId,
            imageId,
            digest,
            mode,
            offlineViews,
            expiresAt,
            issuedAt: offlineViews === 0 ? 0 : expiresAt - 3 * 3_600_000,
            by: this.key,
          }),
          grantId,
          viewerShare: '00',
        };
      }
      case 'verifyGrant': {
        const grant = parseGrant(job.input.grant);
        const { ownerId, viewerId, imageId } = job.input;
        if (grant.ownerId !== ownerId || grant.viewerId !== viewerId || grant.imageId !== imageId)
          throw new Error('mismatch');
        return { mode: 'witnessed', offlineViews: 0, expiresAt: 0, ...grant };
      }
      case 'readGranted': {
        const { by, ...facts } = parseGrant(job.input.grant);
        return { mode: 'witnessed', offlineViews: 0, expiresAt: 0, ...facts, own: by === this.key };
      }
      case 'assemble': {
        const { picture } = this.blobs.get(job.input.blob)!;
        return { picture: this.hold({ picture, grant: job.input.grant, used: 0 }), bytes: PICTURE_BYTES };
      }
      case 'checkReceived': {
        const { picture, grant, length } = this.blobs.get(job.input.blob)!;
        const { grantId } = parseGrant(job.input.grant);
        const genuine =
          length === PICTURE_BYTES &&
          `digest of ${picture}` === job.input.digest &&
          parseGrant(grant!).grantId === grantId;
        return { genuine, ...this.#counts(grantId) };
      }
      case 'rewriteBand': {
        const { blob, grant } = job.input;
        const { grantId } = parseGrant(grant);
        const before = this.#counts(grantId);
        const counts = { ...before, used: Math.max(before.used, job.input.used) };
        this.ledger.set(grantId, counts);
        this.blobs.set(blob, { ...this.blobs.get(blob)!, grant, used: counts.used });
        return { genuine: true, ...counts };
      }
      case 'makeReleaseKey':
        return { nonce: this.#keep(`${this.key.slice(0, 32)}${String(++this.#last).padStart(32, '0')}`) };
      case 'spendView': {
        const { grant, used } = job.input;
        const { grantId, version } = parseGrant(grant);
        if (used <= this.#counts(grantId).used) throw new Error('the count does not rise');
        this.ledger.set(grantId, { ...this.#counts(grantId), used });
        return { receipt: writeReceipt(grantId, version, used) };
      }
      case 'reserveViews': {
        this.secrets.delete(job.input.nonce);
        const { grantId } = parseGrant(job.input.grant);
        const offlineLeft = this.#counts(grantId).offlineLeft + job.input.views;
        this.ledger.set(grantId, { used: job.input.used, offlineLeft });
        return this.#counts(grantId);
      }
      case 'spendAlone': {
        const { grantId, version, mode, allowed } = parseGrant(job.input.grant);
        const { used, offlineLeft } = this.#counts(grantId);
        const alone = offlineLeft === 0 && mode === 'trusting';
        if (alone ? used >= allowed : offlineLeft === 0) throw named('NoViewsLeftError');
        const after = alone ? { used: used + 1, offlineLeft } : { used, offlineLeft: offlineLeft - 1 };
        this.ledger.set(grantId, after);
        return {
          ...after,
          ticket: this.#keep(++this.#last),
          receipt: writeReceipt(grantId, version, after.used - after.offlineLeft),
        };
      }
      case 'forgetView':
        this.secrets.delete('nonce' in job.input ? job.input.nonce : job.input.ticket);
        return undefined;
      case 'openAlone':
      case 'openHeld':
        this.secrets.delete('nonce' in job.input ? job.input.nonce : job.input.ticket);
        return { picture: this.hold({ picture: this.blobs.get(job.input.blob)!.picture }), mime: 'image/jpeg' };
      case 'verifyReceipt':
        return JSON.parse(Buffer.from(job.input.receipt, 'base64url').toString());
    }
  }

  #keep<T extends string | number>(secret: T): T {
    this.secrets.add(secret);
    return secret;
  }

  #counts(grantId: string): LedgerCounts {
    return this.ledger.get(grantId) ?? { used: 0, offlineLeft: 0 };
  }
}

function writeReceipt(grantId: string, version: number, used: number): string {
  return Buffer.from(JSON.stringify({ grantId, version, used, viewedAt: 1 })).toString('base64url');
}

function named(name: string): Error {
  return Object.assign(new Error(name), { name });
}
