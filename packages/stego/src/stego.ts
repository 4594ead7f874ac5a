import { type CompiledCover, type CompileOptions, compileCover } from './cover/compile.ts';
import { render } from './decode.ts';
import { type EmbedOptions, embed } from './embed.ts';
import { type Extracted, extract, type Inspection, inspect } from './extract.ts';
import { defaultLimits, type Limits } from './limits.ts';
import type { Platform } from './platform.ts';
import type { Raster } from './raster.ts';
import { appendRights, readRights, stripRights, writeRights } from './rights/rights.ts';

export interface ReadOptions {
  readonly limits?: Partial<Limits>;
}

export interface ExtractOptions extends ReadOptions {
  /** 32 bytes. */
  readonly key: Uint8Array;
}

/** The library on some platform. Every function is pure, but for writeRights, which changes the bytes given. */
export interface Stego {
  compileCover(image: Raster, options?: CompileOptions): CompiledCover;
  embed(cover: CompiledCover, payload: Uint8Array, options: EmbedOptions): Uint8Array;
  extract(png: Uint8Array, options: ExtractOptions): Extracted;
  inspect(png: Uint8Array, options?: ReadOptions): Inspection;
  render(png: Uint8Array, options?: ReadOptions): Raster<Uint8Array | Uint16Array>;
  readRights(png: Uint8Array, options?: ReadOptions): Uint8Array | undefined;
  writeRights(png: Uint8Array, bytes: Uint8Array, options?: ReadOptions): void;
  appendRights(png: Uint8Array, bytes: Uint8Array, options?: ReadOptions): Uint8Array;
  stripRights(png: Uint8Array, options?: ReadOptions): Uint8Array;
}

/** Puts the library on a platform's cryptography and compression. */
export function createStego(platform: Platform): Stego {
  const limitsOf = (options: ReadOptions | undefined): Limits => ({ ...defaultLimits, ...options?.limits });
  return {
    compileCover: (image, options) => compileCover(platform, image, options),
    embed: (cover, payload, options) => embed(platform, cover, payload, options, limitsOf(options)),
    extract: (png, options) => extract(platform, png, options.key, limitsOf(options)),
    inspect: (png, options) => inspect(platform, png, limitsOf(options)),
    render: (png, options) => render(platform, png, limitsOf(options)),
    readRights: (png, options) => readRights(platform, png, limitsOf(options)),
    writeRights: (png, bytes, options) => writeRights(platform, png, bytes, limitsOf(options)),
    appendRights: (png, bytes, options) => appendRights(platform, png, bytes, limitsOf(options)),
    stripRights: (png, options) => stripRights(platform, png, limitsOf(options)),
  };
}
