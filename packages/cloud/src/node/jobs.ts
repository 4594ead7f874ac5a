import { type ClusterKeyPair, nodeSuite } from '@p2pimg/identity';
import { openCloudShare, RightsError, sealRelease } from '@p2pimg/rights';
import type { Job, JobResults } from '../core/effects.ts';
import type { OperationFailure, OperationResult } from '../core/events.ts';
import { bytesOf } from './client-port.ts';
import type { EncodeWorkerData } from './encode-messages.ts';
import { EncodeThreads } from './encode-threads.ts';
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

  /** Never rejects: errors are results. */
  async run(job: Job, signal: AbortSignal): Promise<OperationResult> {
    try {
      return job.kind === 'encode' ? await this.#encode(job, signal) : await this.#releaseShare(job);
    } catch (error) {
      if (error instanceof RightsError) return failed({ kind: 'refused', code: 'bad_share', message: error.message });
      const message = 'the work could not be done';
      return failed({ kind: 'unavailable', code: 'job_failed', message, retryAfterMs: 1_000 });
    }
  }

  async close(): Promise<void> {
    await this.#threads.close();
  }

  async #encode(job: Extract<Job, { kind: 'encode' }>, signal: AbortSignal): Promise<OperationResult> {
    const { digest, mime, cover } = job;
    const answer = await this.#threads.run(
      { kind: 'encode', upload: bytesOf(job.upload), digest, mime, cover },
      signal,
    );
    if (answer.kind === 'refused') {
      return failed({ kind: 'refused', code: answer.code, message: answer.message });
    }
    if (answer.kind !== 'encoded') throw new TypeError('an encoding thread gave the wrong answer');
    const value: JobResults['encode'] = { picture: answer.picture, digest: answer.digest };
    return { ok: true, value };
  }

  async #releaseShare({ grant, nonce }: Extract<Job, { kind: 'releaseShare' }>): Promise<OperationResult> {
    const cloudShare = await openCloudShare(grant, this.#clusterKeys);
    const value: JobResults['releaseShare'] = { share: await sealRelease(nodeSuite, grant, nonce, cloudShare) };
    return { ok: true, value };
  }
}

function failed(failure: OperationFailure): OperationResult {
  return { ok: false, failure };
}
