import { BadImageError, TruncatedError } from '../errors.ts';
import { checkLimit, type Limits } from '../limits.ts';

/** What a JPEG's markers say (ITU-T T.81 annex B), before anything is decoded. */
export interface JpegHeader {
  readonly width: number;
  readonly height: number;
  readonly precision: number;
  /** Kind of frame: 0 baseline, 1 extended, 2 progressive; others are lossless, hierarchical or arithmetic. */
  readonly frame: number;
  readonly components: readonly { readonly id: number; readonly horizontal: number; readonly vertical: number }[];
  /** `transform` of an Adobe marker: 0 RGB or CMYK, 1 YCbCr, 2 YCCK. */
  readonly adobeTransform: number | undefined;
  /** EXIF orientation, 1 … 8. */
  readonly orientation: number;
  /** Bytes from the first scan to the end. */
  readonly scanBytes: number;
}

const marker = { sos: 0xda, app1: 0xe1, app14: 0xee, dht: 0xc4, jpg: 0xc8, dac: 0xcc } as const;

export function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
}

/** Reads the marker segments up to the first scan. @throws TruncatedError, BadImageError, LimitExceededError */
export function readJpegHeader(bytes: Uint8Array, limits: Limits): JpegHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let frame: Pick<JpegHeader, 'width' | 'height' | 'precision' | 'frame' | 'components'> | undefined;
  let adobeTransform: number | undefined;
  let orientation = 1;
  let at = 2;
  for (let count = 1; ; count++) {
    checkLimit(limits, 'chunks', count);
    while (at + 1 < bytes.length && bytes[at] === 0xff && bytes[at + 1] === 0xff) at++;
    if (at + 4 > bytes.length) throw new TruncatedError(`the JPEG ends among its markers at byte ${at}`);
    if (bytes[at] !== 0xff) throw new BadImageError(`no JPEG marker at byte ${at}`);
    const type = bytes[at + 1]!;
    const length = view.getUint16(at + 2);
    const end = at + 2 + length;
    if (length < 2) throw new BadImageError(`JPEG segment at byte ${at} has length ${length}`);
    if (end > bytes.length) throw new TruncatedError(`JPEG segment at byte ${at} goes past the end`);
    const data = bytes.subarray(at + 4, end);
    if (isFrame(type)) {
      if (frame) throw new BadImageError('the JPEG has two frames');
      frame = readFrame(type & 15, data);
      checkLimit(limits, 'pixels', frame.width * frame.height);
    } else if (type === marker.app14 && startsWith(data, 'Adobe') && data.length >= 12) {
      adobeTransform = data[11];
    } else if (type === marker.app1 && startsWith(data, 'Exif\0\0')) {
      orientation = readOrientation(data.subarray(6));
    } else if (type === marker.sos) {
      if (!frame) throw new BadImageError('the JPEG has a scan before its frame');
      return { ...frame, adobeTransform, orientation, scanBytes: bytes.length - end };
    }
    at = end;
  }
}

function isFrame(type: number): boolean {
  return type >= 0xc0 && type <= 0xcf && type !== marker.dht && type !== marker.jpg && type !== marker.dac;
}

function readFrame(
  frame: number,
  data: Uint8Array,
): Pick<JpegHeader, 'width' | 'height' | 'precision' | 'frame' | 'components'> {
  const count = data[5] ?? 0;
  if (data.length < 6 || data.length !== 6 + 3 * count || count === 0)
    throw new BadImageError('the JPEG frame is broken');
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const height = view.getUint16(1);
  const width = view.getUint16(3);
  if (width === 0 || height === 0) throw new BadImageError(`the JPEG declares ${width}×${height} pixels`);
  const components = Array.from({ length: count }, (_, i) => {
    const sampling = data[7 + 3 * i]!;
    return { id: data[6 + 3 * i]!, horizontal: sampling >> 4, vertical: sampling & 15 };
  });
  if (components.some(({ horizontal: h, vertical: v }) => h < 1 || h > 4 || v < 1 || v > 4)) {
    throw new BadImageError('the JPEG has an impossible sampling factor');
  }
  return { frame, width, height, precision: data[0]!, components };
}

function startsWith(data: Uint8Array, text: string): boolean {
  return [...text].every((letter, i) => data[i] === letter.charCodeAt(0));
}

const orientationTag = 0x0112;

/** The orientation in a TIFF structure (EXIF 2.32 section 4.6); 1 when there is none that makes sense. */
function readOrientation(tiff: Uint8Array): number {
  if (tiff.length < 14) return 1;
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const little = view.getUint16(0) === 0x4949;
  const directory = view.getUint32(4, little);
  if (directory + 2 > tiff.length) return 1;
  const entries = view.getUint16(directory, little);
  for (let i = 0; i < entries; i++) {
    const at = directory + 2 + 12 * i;
    if (at + 12 > tiff.length) return 1;
    if (view.getUint16(at, little) !== orientationTag) continue;
    const orientation = view.getUint16(at + 8, little);
    return orientation >= 1 && orientation <= 8 ? orientation : 1;
  }
  return 1;
}
