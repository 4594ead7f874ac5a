/*
 * Prints what one operation takes in a fresh process: milliseconds, and by how many MiB the most resident memory grows.
 * What would need much memory to be made comes through the standard input.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { compileCover, decodeCover, embed, extract, inspect, StegoError } from '../src/index.ts';
import { chunk, ihdr, png } from '../test/support/png.ts';
import { key, noise, photograph, repeat } from './fixtures.ts';

const [operation, length] = [process.argv[2], Number(process.argv[3])];

/** A cover that holds as many bytes as are hidden, from the raster to the compiled cover. */
function largeCover(): ReturnType<typeof compileCover> {
  const columns = Math.ceil(Math.sqrt(length * 1.002)) + 16;
  return compileCover(repeat(photograph('cat'), columns, columns));
}

/** Pictures around a zlib stream that grows a thousandfold. */
const hostile = (bomb: Uint8Array): readonly Uint8Array[] => [
  png(ihdr(30_000, 30_000, 8, 6), chunk('IDAT', bomb)),
  png(ihdr(4000, 4000, 16, 6), chunk('IDAT', bomb)),
  png(ihdr(64, 64, 8, 6), chunk('IDAT', bomb)),
  png(ihdr(1, 1, 8, 6), ...Array(1100).fill(chunk('IDAT', new Uint8Array(0)))),
  png(ihdr(1, 1, 8, 6), chunk('zTXt', bomb), chunk('iCCP', bomb), chunk('IDAT', bomb)),
];

function refuseAll(pictures: readonly Uint8Array[]): void {
  for (const bytes of pictures) {
    for (const read of [(file: Uint8Array) => extract(file, { key }), inspect, decodeCover]) {
      try {
        read(bytes);
      } catch (error) {
        if (error instanceof StegoError) continue;
        throw error;
      }
      throw new Error('a hostile picture was read');
    }
  }
}

/** What making the input took must not hide what the operation takes: Linux counts anew (proc(5), clear_refs). */
function forgetPeak(): void {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    // elsewhere the growth is what goes beyond the peak so far
  }
}

/** The operation, with its input at hand. */
function prepare(): () => void {
  if (operation === 'compile and embed') {
    const payload = noise(length, 5);
    return () => void embed(largeCover(), payload, { key });
  }
  const input = readFileSync(0);
  if (operation === 'extract') return () => void extract(input, { key });
  const pictures = hostile(input);
  return () => refuseAll(pictures);
}

extract(embed(compileCover(photograph('cat')), noise(1000, 1), { key }), { key }); // loads what is loaded on first use
const run = prepare();
forgetPeak();
const before = process.resourceUsage().maxRSS;
const start = performance.now();
run();
const ms = performance.now() - start;
console.log(JSON.stringify({ ms, mebibytes: (process.resourceUsage().maxRSS - before) / 1024 }));
