/*
 * Explains a golden vector, or any picture of this package, byte by byte:
 *   node test/vectors/explain.ts test/vectors/alpha16-rights.png
 * With --write it makes the vectors anew (only after a wanted change of the format).
 */
import { createDecipheriv, createHmac } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { inflateSync } from 'node:zlib';
import { PNG } from 'pngjs';
import { compileCover, embed } from '../../src/index.ts';
import { chunksOf } from '../support/png.ts';
import { cases, vectorCover, vectorKey, vectorMime, vectorName, vectorPayload, vectorRights } from './cases.ts';

const { positionals, values } = parseArgs({ allowPositionals: true, options: { write: { type: 'boolean' } } });
if (values.write) writeVectors();
for (const file of positionals) explain(file);

function writeVectors(): void {
  for (const { file, options, rights } of cases) {
    const band = vectorRights(rights);
    const common = { key: vectorKey, mime: vectorMime, name: vectorName };
    const png = embed(compileCover(vectorCover(), options), vectorPayload, band ? { ...common, rights: band } : common);
    writeFileSync(fileURLToPath(new URL(file, import.meta.url)), png);
  }
}

// Deliberately by other means than the library: pngjs for the pixels, node:crypto for the container.
function explain(file: string): void {
  const bytes = readFileSync(file);
  console.log(`${file}: ${bytes.length} bytes`);
  const idats: Buffer[] = [];
  for (const { type, at, length } of chunksOf(bytes)) {
    const data = bytes.subarray(at + 8, at + 8 + length);
    if (type === 'IDAT') idats.push(data);
    const detail = type === 'IHDR' ? `${data.readUInt32BE(0)}×${data.readUInt32BE(4)}, ${data[8]} bits, colour type ${data[9]}` : '';
    console.log(`  at ${at}: ${type}, ${length} bytes  ${detail}`);
  }
  const [level1 = Buffer.alloc(0), closing = Buffer.alloc(0)] = idats;
  console.log(`  first IDAT: zlib ${level1.subarray(0, 2).toString('hex')}, ends with ${level1.subarray(-4).toString('hex')} (empty stored block)`);
  console.log(`  second IDAT: ${closing.length === 6 ? 'closing block' : 'rights band'}, Adler-32 ${closing.subarray(-4).toString('hex')}`);
  console.log(`  rows inflate to ${inflateSync(Buffer.concat(idats)).length} bytes`);

  const picture = PNG.sync.read(bytes, { skipRescale: true });
  const depth = bytes[24] === 16 ? 16 : 8;
  const samples = depth === 16 ? new Uint16Array(picture.data.buffer, picture.data.byteOffset) : picture.data;
  const alphas = Array.from({ length: picture.width * picture.height }, (_, i) => samples[i * 4 + 3]!);
  const [bits, profile] = depth === 16 ? [8, 0] : bitsOf(alphas);
  console.log(`  alpha carries ${bits} bits per pixel (profile ${profile})`);
  for (let rows = picture.height; rows > 0; rows--) {
    const plaintext = open(alphas.slice(0, rows * picture.width), bits, profile, picture.width, rows);
    if (plaintext === undefined) continue;
    console.log(`  opens with the key 00 01 … 1f over ${rows} rows; ${picture.height - rows} rows of rights follow`);
    describe(plaintext);
    return;
  }
  console.log('  does not open with the key 00 01 … 1f');
}

function bitsOf(alphas: readonly number[]): [number, number] {
  const least = Math.min(...alphas);
  const bits = [1, 2, 3, 4].find((k) => least >= 256 - 2 ** k) ?? 8;
  return [bits, bits];
}

function open(alphas: readonly number[], bits: number, profile: number, width: number, rows: number): Buffer | undefined {
  const container = Buffer.alloc(Math.floor((alphas.length * bits) / 8));
  for (let bit = 0; bit < container.length * 8; bit++) {
    const symbol = alphas[Math.floor(bit / bits)]!;
    if ((symbol >> (bit % bits)) & 1) container[bit >> 3]! |= 1 << (bit & 7);
  }
  if (container.length < 28) return undefined;
  const aad = Buffer.alloc(22);
  aad.write('p2pimg-stego', 'latin1');
  aad.writeUInt8(1, 12);
  aad.writeUInt8(profile, 13);
  aad.writeUInt32BE(width, 14);
  aad.writeUInt32BE(rows, 18);
  const key = createHmac('sha256', vectorKey).update('p2pimg-stego/1 seal').digest();
  const decipher = createDecipheriv('aes-256-gcm', key, container.subarray(0, 12)).setAAD(aad);
  decipher.setAuthTag(container.subarray(-16));
  const plaintext = decipher.update(container.subarray(12, -16));
  try {
    decipher.final();
  } catch {
    return undefined;
  }
  console.log(`  nonce ${container.toString('hex', 0, 12)}, tag ${container.subarray(-16).toString('hex')}`);
  return plaintext;
}

function describe(plaintext: Buffer): void {
  const mime = plaintext[2]!;
  const name = plaintext.readUInt16BE(3);
  const length = plaintext.readUInt32BE(5);
  console.log(`  version ${plaintext[0]}, flags ${plaintext[1]}`);
  console.log(`  media type ${plaintext.toString('utf8', 9, 9 + mime)}, name ${plaintext.toString('utf8', 9 + mime, 9 + mime + name)}`);
  console.log(`  payload of ${length} bytes, then ${plaintext.length - 9 - mime - name - length} zeros`);
}
