/**
 * A view receipt: the viewer tells the owner, signed, how many views have been used. 136 bytes, big-endian:
 *
 *     0  format u8 = 1       20  grant version u32        32  viewed at u64 ms        72  Ed25519 signature 64 over bytes 0 … 71
 *     1  reserved 3 = 0      24  used views u32           40  ledger head 32
 *     4  grant id 16         28  reserved 4 = 0
 *
 * The ledger's head binds the receipt to one history: two receipts with the same count and different heads show a fork.
 */

import { type CryptoSuite, inContext } from '@p2pimg/identity';
import { concatBytes } from '@p2pimg/wire';
import { dataView, isZero, readSafeU64 } from './bytes.ts';
import { RightsError } from './errors.ts';

export const RECEIPT_BYTES = 136;
const SIGNED_BYTES = 72;
const FORMAT = 1;
const CONTEXT = 'p2pimg view receipt v1';

export interface ViewReceipt {
  /** 16 bytes. */
  readonly grantId: Uint8Array;
  readonly version: number;
  /** Views used after this one. */
  readonly used: number;
  /** Milliseconds since the epoch, by the viewer's clock. */
  readonly viewedAt: number;
  /** Hash of the ledger record that spent the view, 32 bytes. */
  readonly ledgerHead: Uint8Array;
}

/** Not a receipt of format 1. */
export class MalformedReceiptError extends RightsError {
  override readonly name: string = 'MalformedReceiptError';
}

/** The viewer did not sign this receipt. */
export class ReceiptSignatureError extends RightsError {
  override readonly name: string = 'ReceiptSignatureError';
}

export function signReceipt(suite: CryptoSuite, receipt: ViewReceipt, viewerPrivateKey: Uint8Array): Uint8Array {
  const signed = new Uint8Array(SIGNED_BYTES);
  const view = dataView(signed);
  view.setUint8(0, FORMAT);
  signed.set(receipt.grantId, 4);
  view.setUint32(20, receipt.version);
  view.setUint32(24, receipt.used);
  view.setBigUint64(32, BigInt(receipt.viewedAt));
  signed.set(receipt.ledgerHead, 40);
  return concatBytes(signed, suite.ed25519Sign(viewerPrivateKey, inContext(CONTEXT, signed)));
}

/** @throws MalformedReceiptError, ReceiptSignatureError */
export function verifyReceipt(suite: CryptoSuite, bytes: Uint8Array, viewerSignKey: Uint8Array): ViewReceipt {
  const malformed = (): RightsError => new MalformedReceiptError('not a view receipt of format 1');
  if (bytes.length !== RECEIPT_BYTES || bytes[0] !== FORMAT) throw malformed();
  if (!isZero(bytes.subarray(1, 4)) || !isZero(bytes.subarray(28, 32))) throw malformed();
  const view = dataView(bytes);
  const viewedAt = readSafeU64(view, 32, malformed);
  const signed = inContext(CONTEXT, bytes.subarray(0, SIGNED_BYTES));
  if (!suite.ed25519Verify(viewerSignKey, signed, bytes.subarray(SIGNED_BYTES))) {
    throw new ReceiptSignatureError('the viewer did not sign this receipt');
  }
  return {
    grantId: bytes.slice(4, 20),
    version: view.getUint32(20),
    used: view.getUint32(24),
    viewedAt,
    ledgerHead: bytes.slice(40, 72),
  };
}
