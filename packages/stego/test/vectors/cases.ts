import type { CompileOptions, Raster } from '../../src/index.ts';

/** What a golden vector is made of; everything follows from these few lines. */
export interface VectorCase {
  readonly file: string;
  readonly options: CompileOptions;
  readonly rights: number;
}

export const cases: readonly VectorCase[] = [
  { file: 'alpha16.png', options: {}, rights: 0 },
  { file: 'alpha16-rights.png', options: {}, rights: 24 },
  { file: 'alpha16-near.png', options: { fidelity: { maxError: 4 } }, rights: 0 },
  { file: 'alpha16-grey.png', options: { fidelity: 'grey' }, rights: 0 },
  { file: 'alpha8-k2-rights.png', options: { profile: 'alpha8-k2' }, rights: 24 },
  { file: 'alpha8-k3-palette.png', options: { profile: 'alpha8-k3', fidelity: { palette: 8 } }, rights: 0 },
];

/** 0, 1, 2, … */
export const vectorKey: Uint8Array = Uint8Array.from({ length: 32 }, (_, i) => i);
export const vectorPayload: Uint8Array = new TextEncoder().encode('The picture that nobody else sees.');
export const vectorMime = 'text/plain';
export const vectorName = 'note.txt';

/** 24 pixels wide: red rises to the right, green downwards, blue alternates. */
export function vectorCover(): Raster {
  const width = 24;
  const height = 40;
  const rgba = new Uint8Array(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    const x = i % width;
    const y = Math.floor(i / width);
    rgba.set([x * 10, y * 6, (x ^ y) & 1 ? 200 : 190, 255], i * 4);
  }
  return { width, height, rgba };
}

export function vectorRights(length: number): Uint8Array | undefined {
  return length === 0 ? undefined : Uint8Array.from({ length }, (_, i) => 0xa0 + i);
}
