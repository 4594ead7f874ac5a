import type { ServerId } from '@p2pimg/election';
import type { AnyAck, AnyRequest } from '@p2pimg/wire';
import { NotNow, Refusal } from '../errors.ts';
import type { OperationFailure } from '../events.ts';

/** As long as an acknowledgement carries it. */
export const MAX_FAILURE_MESSAGE = 500;

/** `body` is what the request's procedure returned: its type is the compiler's knowledge there. */
export function successAck(request: AnyRequest, server: ServerId, body: object): AnyAck {
  return { type: request.type, id: request.id, server, status: 'success', body } as AnyAck;
}

export function failureAck(request: AnyRequest, server: ServerId, failure: Refusal | NotNow): AnyAck {
  const { code } = failure;
  const message = failure.message.slice(0, MAX_FAILURE_MESSAGE);
  const retryAfterMs = failure instanceof NotNow ? failure.retryAfterMs : undefined;
  const error = retryAfterMs === undefined ? { code, message } : { code, message, retryAfterMs };
  const status = failure instanceof Refusal ? 'refused' : 'error';
  return { type: request.type, id: request.id, server, status, error } as AnyAck;
}

/** A failed operation as the error that is thrown into the procedure; `gone` has no answer. */
export function errorOf({ kind, code, message, retryAfterMs }: OperationFailure): Refusal | NotNow {
  return kind === 'refused' ? new Refusal(code, message) : new NotNow(code, message, retryAfterMs);
}
