/** What passes between the client and its thread for pictures. */

/** A stego picture to be kept if it is the one that was announced, and holds the picture that was sent. Digests are SHA-256, hexadecimal. */
export interface KeepTask {
  /** Memory of its own, which goes over to the thread. */
  readonly stego: Uint8Array<ArrayBuffer>;
  readonly digest: string;
  /** The content key, 32 bytes, hexadecimal: text is copied to the thread at less cost than memory is. */
  readonly key: string;
  /** Digest of the hidden picture. */
  readonly original: string;
}

/** The name of the picture's file, which is on the disk; undefined, and nothing written, when it is not that picture. */
export type Kept = string | undefined;

/** Given to the thread as it starts. */
export interface PictureThreadData {
  /** Where picture files are. */
  readonly folder: string;
}

/** Tasks with the numbers of their answers, in order. */
export type ToPictureThread = readonly { readonly id: number; readonly task: KeepTask }[];

/** Answers in the same order. `defect`: it could not be looked into, or not be written. */
export type FromPictureThread = readonly (
  | { readonly id: number; readonly kept: Kept }
  | { readonly id: number; readonly defect: string }
)[];
