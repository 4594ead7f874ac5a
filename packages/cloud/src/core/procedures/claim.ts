import type { Claim, ClaimedMethod, DirectoryAnswer, DirectoryCall } from '@p2pimg/directory';
import { type AnyRequest, canonicalBody, fromHex, type Request, type RequestType } from '@p2pimg/wire';
import { ClaimedRefusal, Refusal } from '../errors.ts';
import type { Context, Procedure } from './procedure.ts';

type CallOf<M extends ClaimedMethod> = Extract<DirectoryCall, { readonly method: M }>['call'];

/** What makes this request's mutation happen once, whichever servers try it. */
export function claimOf<T extends RequestType>(context: Context, request: Request<T>): Claim {
  return {
    clientKey: context.clientKey,
    requestId: fromHex(request.id),
    bodyDigest: context.suite.sha256(canonicalBody(request as unknown as AnyRequest)),
    notAfter: request.notAfter,
  };
}

/**
 * Asks the directory for the request's mutation, under its claim.
 * @throws ClaimedRefusal
 */
export function* mutate<T extends RequestType, M extends ClaimedMethod>(
  context: Context,
  request: Request<T>,
  method: M,
  call: Omit<CallOf<M>, 'claim'>,
): Procedure<DirectoryAnswer<M>['value']> {
  try {
    const claimed = { method, call: { claim: claimOf(context, request), ...call } } as unknown as DirectoryCall;
    const { value } = (yield { kind: 'directory', call: claimed }) as DirectoryAnswer<M>;
    return value;
  } catch (error) {
    throw error instanceof Refusal ? new ClaimedRefusal(error.code, error.message) : error;
  }
}
