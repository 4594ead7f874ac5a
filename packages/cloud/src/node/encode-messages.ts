/** What passes between the server and its encoding threads. */

import type { CoverFile } from './covers.ts';

export interface EncodeWorkerData {
  readonly covers: readonly CoverFile[];
  /** By name; the built-in cover when there is none with it. */
  readonly defaultCover: string;
}

export type EncodeTask =
  /** Compile all covers. */
  | { readonly kind: 'prepare' }
  | {
      readonly kind: 'encode';
      /** Its memory goes over to the thread, unless something else lies in it too. */
      readonly upload: Uint8Array;
      readonly digest: string;
      readonly mime: string;
      readonly cover: string | undefined;
    };

export type EncodeAnswer =
  | { readonly kind: 'prepared' }
  /** A cover that cannot be used. */
  | { readonly kind: 'badCover'; readonly name: string; readonly problem: string }
  | { readonly kind: 'encoded'; readonly picture: Uint8Array; readonly digest: string }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string };

/** To a thread: tasks with the numbers of their answers, in order. */
export type ToEncodeThread = readonly { readonly id: number; readonly task: EncodeTask }[];

/** From a thread: some answers, in order. `defect`: the work threw. */
export type FromEncodeThread = readonly (
  | { readonly id: number; readonly answer: EncodeAnswer }
  | { readonly id: number; readonly defect: string }
)[];
