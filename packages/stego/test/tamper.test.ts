import test, { type ExecutionContext } from 'ava';
import { type CompileOptions, compileCover, embed, extract, readRights, StegoError } from '../src/index.ts';
import { key, photo, randomBytes } from './support/pictures.ts';
import { chunksOf, repairCrcs } from './support/png.ts';

const long = process.env.P2PIMG_LONG === '1';
const masks = long ? Array.from({ length: 255 }, (_, i) => i + 1) : [0x01, 0x80, 0xff];

const bits = [1, 2, 4, 8, 16, 32, 64, 128];

const payload = randomBytes(11, 500);
const rights = randomBytes(12, 64);

function picture(options: CompileOptions): Uint8Array {
  return embed(compileCover(photo(28, 90), options), payload, { key, mime: 'image/png', name: 'a.png', rights });
}

/** Reading a changed picture: either the payload is the very same, or the error is one of ours. */
function payloadOrError(t: ExecutionContext, changed: Uint8Array, what: string): void {
  try {
    const file = extract(changed, { key });
    if (Buffer.compare(file.payload, payload) !== 0) t.fail(`${what} changed the payload`);
    if (file.name !== 'a.png' || file.mime !== 'image/png') t.fail(`${what} changed name or media type`);
  } catch (error) {
    if (!(error instanceof StegoError)) throw error;
  }
}

const profiles: readonly CompileOptions[] = [
  {},
  { profile: 'alpha8-k2' },
  { profile: 'alpha8-k3', fidelity: { palette: 16 } },
];

for (const options of profiles) {
  const name = JSON.stringify(options);

  test(`N6 G2 no single changed byte gives another payload or other rights: ${name}`, (t) => {
    const good = picture(options);
    t.timeout(600_000);
    t.log(`${good.length} bytes, ${masks.length} changes of each`);
    for (let at = 0; at < good.length; at++) {
      for (const mask of masks) {
        const changed = good.slice();
        changed[at]! ^= mask;
        payloadOrError(t, changed, `byte ${at}`);
        try {
          const read = readRights(changed);
          if (read && Buffer.compare(read, rights) !== 0) t.fail(`byte ${at} changed the rights`);
        } catch (error) {
          if (!(error instanceof StegoError)) throw error;
        }
      }
    }
    t.pass();
  });

  test(`N6 no changed byte under a corrected CRC gives another payload: ${name}`, (t) => {
    const good = picture(options);
    for (const { type, at, length } of chunksOf(good)) {
      for (let i = 0; i < length; i++) {
        for (const mask of long ? bits : [0x01, 0xff]) {
          const changed = good.slice();
          changed[at + 8 + i]! ^= mask;
          repairCrcs(changed);
          payloadOrError(t, changed, `${type} byte ${i}`);
        }
      }
    }
    t.pass();
  });

  test(`N6 a picture cut at any length is refused: ${name}`, (t) => {
    const good = picture(options);
    for (let length = 0; length < good.length; length++) {
      t.throws(() => extract(good.subarray(0, length), { key }), { instanceOf: StegoError });
      t.throws(() => readRights(good.subarray(0, length)), { instanceOf: StegoError });
    }
  });
}

test('N6 another key opens nothing', (t) => {
  t.throws(() => extract(picture({}), { key: randomBytes(8, 32) }), { code: 'AUTH_FAILED' });
});
