import { toBase64Url, toHex, utf8Encode } from '@p2pimg/wire';
import type { Job, JobResults } from '../../../src/index.ts';
import type { SimPicture, SimUpload } from '../letter.ts';
import { simHash } from '../sim-suite.ts';

/** Deterministic, as the real jobs are: the same input gives the same result on any server. */
export function resultOf(job: Job): JobResults[Job['kind']] {
  if (job.kind === 'releaseShare') return { share: simHash(job.grant.bytes, job.nonce) };
  const { contentKey } = job.upload as SimUpload;
  const digest = stegoDigest(job.digest, contentKey, job.cover);
  const picture: SimPicture = { byteLength: 4_000, digest };
  return { picture, digest };
}

/** Of the stego picture that comes out of an `encode`. */
export function stegoDigest(digest: string, contentKey: string, cover: string | undefined): string {
  return toHex(simHash(utf8Encode(`${digest} ${contentKey} ${cover ?? ''}`)));
}

/** The share that comes out of a `release_view`. */
export function shareOf(grant: Uint8Array, nonce: Uint8Array): string {
  return toBase64Url(simHash(grant, nonce));
}
