/** What passes between the client and its thread for pictures. */

/** Whether a hidden picture comes out of a stego picture byte for byte. */
export interface CheckTask {
  readonly stego: Uint8Array;
  /** Its content key, 32 bytes. */
  readonly key: Uint8Array;
  readonly expected: Uint8Array;
}

export interface Checked {
  readonly matches: boolean;
  /** SHA-256 of the stego picture, 64 hexadecimal digits. */
  readonly digest: string;
}

/** Tasks with the numbers of their answers, in order. */
export type ToPictureThread = readonly { readonly id: number; readonly task: CheckTask }[];

/** Answers in the same order. `defect`: the work threw. */
export type FromPictureThread = readonly (
  | { readonly id: number; readonly answer: Checked }
  | { readonly id: number; readonly defect: string }
)[];
