import type { AnyRequest } from '@p2pimg/wire';
import type { CloudTiming } from '../config.ts';
import type { Operation } from '../procedures/procedure.ts';

/** How long the work for a request may take at most before others stop waiting for it. */
export function longestRequestMs({ type }: AnyRequest, { answerMs, queueMs, workerMs }: CloudTiming): number {
  return type === 'encode' ? answerMs + queueMs + workerMs : answerMs;
}

/** A client that is slower than it may be loses its worker port; one that waits for this server does not. */
export function longestOperationMs(operation: Operation, { transferGraceMs, minBytesPerSecond }: CloudTiming): number {
  return transferGraceMs + (bytesOnTheWay(operation) / minBytesPerSecond) * 1000;
}

/** What has to travel between client and server for it; infinite where the client has no part in it. */
function bytesOnTheWay(operation: Operation): number {
  if (operation.kind === 'upload') return operation.bytes;
  return operation.kind === 'result' ? operation.bytes.byteLength : Number.POSITIVE_INFINITY;
}
