import type { AnyPeerRequest, PeerAck, PeerAckBody, PeerMessage } from '@p2pimg/wire';
import type { Context } from '../context.ts';
import { OperationError, PeerRefusedError, PeerUnreachableError } from '../errors.ts';
import { type Flow, WaitTimeoutError } from '../flow/flows.ts';
import type { Peer } from './address-book.ts';

/** Messages to peers, and the acknowledgements that they wait for. */
export class Peers {
  readonly #context: Context;
  /** Tokens of those who wait for an acknowledgement, by session key and message id. */
  readonly #waiting = new Map<string, number>();

  constructor(context: Context) {
    this.#context = context;
  }

  /** @throws PeerUnreachableError, PeerRefusedError */
  *tell(peer: Peer, request: AnyPeerRequest): Flow<PeerAckBody> {
    const { clientId, boxKey } = peer.contact;
    if (peer.address === undefined) throw new PeerUnreachableError(clientId, 'is offline');
    const { flows, settings } = this.#context;
    const token = flows.token();
    const key = `${boxKey} ${request.id}`;
    this.#waiting.set(key, token);
    try {
      this.#context.flows.spawn(this.#send(peer.address, boxKey, request, token));
      const ack = yield* flows.wait<PeerAck>(token, this.#context.now + settings.peerAckMs);
      if (ack.status === 'success') return ack.body;
      if (ack.status === 'error') throw new PeerUnreachableError(clientId, `could not: ${ack.error.message}`);
      throw new PeerRefusedError(clientId, ack.error.code, ack.error.message);
    } catch (error) {
      if (error instanceof WaitTimeoutError) throw new PeerUnreachableError(clientId, 'does not answer');
      if (error instanceof OperationError)
        throw new PeerUnreachableError(clientId, `cannot be reached: ${error.message}`);
      throw error;
    } finally {
      this.#waiting.delete(key);
    }
  }

  /** True when somebody waited for it. */
  acknowledged(peer: string, message: Extract<PeerMessage, { kind: 'ack' }>): boolean {
    const token = this.#waiting.get(`${peer} ${message.ack.id}`);
    return token !== undefined && this.#context.flows.settle(token, message.ack);
  }

  /** A failure to send ends the wait for the acknowledgement, which may also have come already. */
  *#send(address: NonNullable<Peer['address']>, peer: string, request: AnyPeerRequest, token: number): Flow<void> {
    try {
      yield* this.#context.perform<void>(
        { kind: 'sendPeer', peer, address, request },
        { deadline: this.#context.now + this.#context.settings.peerAckMs },
      );
    } catch (error) {
      if (error instanceof OperationError) this.#context.flows.reject(token, error);
      else if (!(error instanceof WaitTimeoutError)) throw error;
    }
  }
}
