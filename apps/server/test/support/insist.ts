import type { AnyAck, RequestBodies, RequestType } from '@p2pimg/wire';
import type { RawClient } from './raw-client.ts';

/** `error` means: come again. Everything else is an answer. */
export async function insist<T extends RequestType>(
  client: RawClient,
  type: T,
  body: RequestBodies[T],
): Promise<AnyAck> {
  for (;;) {
    const { ack } = await client.call(type, body);
    if (ack.status !== 'error') return ack;
  }
}
