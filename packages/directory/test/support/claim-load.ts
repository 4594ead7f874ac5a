/** Writers that register clients without a pause, and remember what was acknowledged. */

import { bytes, newClaim } from '../../src/compliance/world.ts';
import type { OpenDirectory } from '../../src/index.ts';
import { UnavailableError } from '../../src/index.ts';

/** A cluster without a majority never serves again by itself: then say so instead of waiting. */
const STUCK_MS = 60_000;

export interface Acknowledged {
  readonly boxKey: Uint8Array;
  readonly clientIds: readonly number[];
}

export interface Load {
  readonly acknowledged: readonly Acknowledged[];
  /** The longest time without any acknowledgement, in ms, up to now and since `resetGap`. */
  readonly gapMs: () => number;
  readonly resetGap: () => void;
  /** Calls that ended in an UnavailableError, and were made again under the same claim. */
  readonly failures: () => number;
  /** Resolves after this many more acknowledgements; rejects when the writers have failed, or nobody could write for 60 s. */
  readonly progress: (more: number) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Each writer makes every claim through all directories at once: all must name the same client. */
export function startLoad(directories: readonly OpenDirectory[], writers: number): Load {
  const acknowledged: Acknowledged[] = [];
  let stopped = false;
  let failures = 0;
  let last = performance.now();
  let gap = 0;

  const insist = async (directory: OpenDirectory, call: Parameters<OpenDirectory['register']>[0]): Promise<number> => {
    for (;;) {
      try {
        return (await directory.register(call)).value.clientId;
      } catch (error) {
        if (!(error instanceof UnavailableError) || stopped) throw error;
        failures++;
      }
    }
  };
  const write = async (): Promise<void> => {
    while (!stopped) {
      const call = { claim: newClaim(), signKey: bytes(32), boxKey: bytes(32) };
      const clientIds = await Promise.all(directories.map((directory) => insist(directory, call)));
      acknowledged.push({ boxKey: call.boxKey, clientIds });
      const now = performance.now();
      gap = Math.max(gap, now - last);
      last = now;
    }
  };
  const running = Promise.all(Array.from({ length: writers }, write));
  let failure: { readonly error: unknown } | undefined;
  running.catch((error: unknown) => {
    failure = { error };
  });
  return {
    acknowledged,
    gapMs: () => Math.max(gap, performance.now() - last),
    resetGap: () => {
      gap = 0;
    },
    failures: () => failures,
    progress: async (more) => {
      const enough = acknowledged.length + more;
      while (acknowledged.length < enough) {
        if (failure !== undefined) throw failure.error;
        if (performance.now() - last > STUCK_MS) {
          stopped = true;
          throw new Error(`no write was acknowledged for ${STUCK_MS / 1000} s`);
        }
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    stop: async () => {
      stopped = true;
      await running;
    },
  };
}
