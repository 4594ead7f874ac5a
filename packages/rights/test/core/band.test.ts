import { toHex } from '@p2pimg/wire';
import test from 'ava';
import {
  BAND_BYTES,
  BandTamperedError,
  bandGrant,
  encodeBand,
  MalformedBandError,
  MalformedReceiptError,
  openBand,
  RECEIPT_BYTES,
  ReceiptSignatureError,
  RightsError,
  signReceipt,
  verifyReceipt,
} from '../../src/index.ts';
import { bitFlips, makeWorld } from '../fixtures.ts';

const world = makeWorld('band');
const { suite, viewer, owner } = world;
const { grant, viewerShare } = await world.issue();
const content = { grant: grant.bytes, used: 2, ledgerSequence: 17 };
const band = encodeBand(suite, content, viewerShare);

test('G2: the band has 512 bytes, shows its grant and opens with the share', (t) => {
  t.is(band.length, BAND_BYTES);
  t.deepEqual(bandGrant(band), grant.bytes);
  t.deepEqual(openBand(suite, band, viewerShare), content);
});

test('G2 N10: a band with any bit flipped is refused by a named error', (t) => {
  for (const { bit, bytes } of bitFlips(band)) {
    t.throws(() => openBand(suite, bytes, viewerShare), { instanceOf: RightsError }, `bit ${bit}`);
  }
});

test('N10: who cannot open the share cannot make a band', async (t) => {
  const wrong = suite.randomBytes(32);
  t.throws(() => openBand(suite, encodeBand(suite, { ...content, used: 0 }, wrong), viewerShare), {
    instanceOf: BandTamperedError,
  });
  // Each version has another share: an old band under a new grant does not open.
  const next = await world.issue({ version: 2 });
  t.throws(() => openBand(suite, band, next.viewerShare), { instanceOf: BandTamperedError });
});

test('a band of another length or with a grant of another length is malformed', (t) => {
  for (const bytes of [new Uint8Array(), band.subarray(1), new Uint8Array(513)]) {
    t.throws(() => bandGrant(bytes), { instanceOf: MalformedBandError });
    t.throws(() => openBand(suite, bytes, viewerShare), { instanceOf: MalformedBandError });
  }
  const short = { ...content, grant: grant.bytes.subarray(1) };
  t.throws(() => encodeBand(suite, short, viewerShare), { instanceOf: MalformedBandError });
});

const receipt = {
  grantId: grant.grantId,
  version: 1,
  used: 3,
  viewedAt: 1_700_000_123_456,
  ledgerHead: grant.contentHash,
};
const signed = signReceipt(suite, receipt, viewer.sign.privateKey);

test('M4: a view receipt reads back, and with any bit flipped it is refused', (t) => {
  t.is(signed.length, RECEIPT_BYTES);
  t.deepEqual(verifyReceipt(suite, signed, viewer.sign.publicKey), receipt);
  for (const { bit, bytes } of bitFlips(signed)) {
    t.throws(() => verifyReceipt(suite, bytes, viewer.sign.publicKey), { instanceOf: RightsError }, `bit ${bit}`);
  }
  t.throws(() => verifyReceipt(suite, signed, owner.sign.publicKey), { instanceOf: ReceiptSignatureError });
  t.throws(() => verifyReceipt(suite, signed.subarray(1), viewer.sign.publicKey), {
    instanceOf: MalformedReceiptError,
  });
});

test('golden: band and receipt of a fixed seed never change', async (t) => {
  const fixed = makeWorld('golden band');
  const issued = await fixed.issue();
  const made = encodeBand(fixed.suite, { grant: issued.grant.bytes, used: 2, ledgerSequence: 17 }, issued.viewerShare);
  t.is(
    toHex(made.subarray(464)),
    'c537b701000000020000001100000000c96705ad2636f1aacd1ac8d1016b735cfd342d64150192d7b481a44dc3c50984',
  );
  t.is(
    toHex(signReceipt(suite, { ...receipt, grantId: new Uint8Array(16) }, new Uint8Array(32).fill(5))),
    '01000000000000000000000000000000000000000000000100000003000000000000018bcfe74a4009090909090909090909090909090909090909090909090909090909090909090c9b7400e6373e859dcf59a519c4ca3248bcb31b2d5796250db83cc79b98300aa36259d6cc6e0beed6ce0d3d9554efb75535c53cfe7cd75c69f04b454169f908',
  );
});
