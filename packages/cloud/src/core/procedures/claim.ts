import type { Claim } from '@p2pimg/directory';
import { type AnyRequest, canonicalBody, fromHex } from '@p2pimg/wire';
import type { Context } from './procedure.ts';

/** What makes this request's mutation happen once, whichever servers try it. */
export function claimOf(context: Context, request: AnyRequest): Claim {
  return {
    clientKey: context.clientKey,
    requestId: fromHex(request.id),
    bodyDigest: context.suite.sha256(canonicalBody(request)),
    notAfter: request.notAfter,
  };
}
