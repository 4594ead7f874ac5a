import { type ClusterKeyPair, nodeSuite } from '@p2pimg/identity';
import { openCloudShare, RightsError, sealRelease } from '@p2pimg/rights';
import type { Job, JobResults } from '../core/effects.ts';
import type { OperationFailure, OperationResult } from '../core/events.ts';
import { bytesOf } from './client-port.ts';
import type { EncodeAnswer, EncodeWorkerData } from './encode-messages.ts';
import { EncodeThreads, type EncodeWork } from './encode-threads.ts';
import { CoverError } from './errors.ts';

/** Threads beyond the first end after this long without work (SPEC S5). */
const THREAD_IDLE_MS = 10_000;

// The sources run as they are; the build puts the thread's file beside the bundle, under this name.
const WORKER_FILE = import.meta.url.endsWith('.ts') ? './encode-worker.ts' : './encode-worker.js';

export interface JobsOptions {
  readonly clusterKeys: readonly ClusterKeyPair[];
  readonly covers: EncodeWorkerData;
  /** Threads for pictures, ≥ 1. */
  readonly threads: number;
}

/** Work that does not belong on the event loop of the sockets (SPEC S7). */
export class Jobs {
  readonly #threads: EncodeThreads;
  readonly #clusterKeys: readonly ClusterKeyPair[];

  constructor({ clusterKeys, covers, threads }: JobsOptions) {
    this.#clusterKeys = clusterKeys;
    const file = new URL(WORKER_FILE, import.meta.url);
    this.#threads = new EncodeThreads({ file, data: covers, most: threads, idleMs: THREAD_IDLE_MS });
  }

  /** Compiles the covers, so that the first client does not wait for it. @throws CoverError */
  async prepare(): Promise<void> {
    const answer = await this.#threads.run({ kind: 'prepare' });
    if (answer.kind === 'badCover') throw new CoverError(`the cover ${answer.name} cannot be used: ${answer.problem}`);
  }

  /**
   * Has it done. Errors are results.
   * @returns calls it off: what has not begun will not, and never ends
   */
  begin(job: Job, ended: (result: OperationResult) => void): () => void {
    if (job.kind === 'encode') return this.#encode(job, ended);
    this.#releaseShare(job).then(ended, (error: unknown) => {
      ended(error instanceof RightsError ? failed(badShare(error)) : jobFailed);
    });
    return () => {};
  }

  async close(): Promise<void> {
    await this.#threads.close();
  }

  #encode(job: Extract<Job, { kind: 'encode' }>, ended: (result: OperationResult) => void): () => void {
    const { digest, mime, cover } = job;
    const work: EncodeWork = {
      task: { kind: 'encode', upload: bytesOf(job.upload), digest, mime, cover },
      ended: (outcome) => ended('answer' in outcome ? resultOf(outcome.answer) : jobFailed),
    };
    this.#threads.begin(work);
    return () => this.#threads.callOff(work);
  }

  async #releaseShare({ grant, nonce }: Extract<Job, { kind: 'releaseShare' }>): Promise<OperationResult> {
    const cloudShare = await openCloudShare(grant, this.#clusterKeys);
    const value: JobResults['releaseShare'] = { share: await sealRelease(nodeSuite, grant, nonce, cloudShare) };
    return { ok: true, value };
  }
}

function resultOf(answer: EncodeAnswer): OperationResult {
  if (answer.kind === 'refused') return failed({ kind: 'refused', code: answer.code, message: answer.message });
  if (answer.kind !== 'encoded') throw new TypeError('an encoding thread gave the wrong answer');
  const value: JobResults['encode'] = { picture: answer.picture, digest: answer.digest };
  return { ok: true, value };
}

const jobFailed: OperationResult = failed({
  kind: 'unavailable',
  code: 'job_failed',
  message: 'the work could not be done',
  retryAfterMs: 1_000,
});

function badShare({ message }: RightsError): OperationFailure {
  return { kind: 'refused', code: 'bad_share', message };
}

function failed(failure: OperationFailure): OperationResult {
  return { ok: false, failure };
}
