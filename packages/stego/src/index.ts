import { nodePlatform } from './node/platform.ts';
import { createStego, type Stego } from './stego.ts';

const stego: Stego = createStego(nodePlatform);

/** {@inheritDoc Stego} */
export const compileCover: Stego['compileCover'] = stego.compileCover;
export const embed: Stego['embed'] = stego.embed;
export const extract: Stego['extract'] = stego.extract;
export const inspect: Stego['inspect'] = stego.inspect;
export const render: Stego['render'] = stego.render;
export const readRights: Stego['readRights'] = stego.readRights;
export const writeRights: Stego['writeRights'] = stego.writeRights;
export const appendRights: Stego['appendRights'] = stego.appendRights;
export const stripRights: Stego['stripRights'] = stego.stripRights;

export { capacity, pixelsFor } from './capacity.ts';
export type { CompiledCover, CompileOptions, Fidelity } from './cover/compile.ts';
export { type Fit, scaleTo, scaleToPixels } from './cover/fit.ts';
export type { EmbedOptions } from './embed.ts';
export {
  AuthFailedError,
  BadArgumentError,
  BadImageError,
  CoverTooSmallError,
  LimitExceededError,
  NoAlphaError,
  RightsBandError,
  StegoError,
  TruncatedError,
  UnsupportedJpegError,
  UnsupportedPngError,
  VisibleProfileError,
} from './errors.ts';
export type { Extracted, Inspection } from './extract.ts';
export { defaultLimits, type Limits } from './limits.ts';
export { decodeCover } from './node/decode-cover.ts';
export { nodePlatform } from './node/platform.ts';
export type { Platform } from './platform.ts';
export { defaultProfile, type Profile, profiles } from './profile.ts';
export type { Background } from './quality/composite.ts';
export { psnr } from './quality/psnr.ts';
export { ssim } from './quality/ssim.ts';
export { type AnyRaster, cropRows, type Raster } from './raster.ts';
export { createStego, type ExtractOptions, type ReadOptions, type Stego } from './stego.ts';
