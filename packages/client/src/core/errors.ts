/** Why a client could not do what it was asked. Each has a stable `code`; messages are for people. */

export type ClientErrorCode =
  | 'not_registered'
  | 'already_registered'
  | 'not_signed_in'
  | 'cloud_unreachable'
  | 'cloud_refused'
  | 'peer_unreachable'
  | 'peer_refused'
  | 'peer_unknown'
  | 'key_changed'
  | 'blocked'
  | 'image_exists'
  | 'image_unknown'
  | 'not_held'
  | 'not_shared'
  | 'request_unknown'
  | 'offer_unknown'
  | 'already_asked'
  | 'already_held'
  | 'views_range'
  | 'mode_invalid'
  | 'clock_back'
  | 'encoding_mismatch'
  | 'transfer_failed'
  | 'rights_invalid'
  | 'store_failed'
  | 'picture_invalid'
  | 'closed'
  | 'failed';

/** Parent of all errors of this package. */
export class ClientError extends Error {
  override readonly name: string = 'ClientError';
  readonly code: ClientErrorCode;
  constructor(code: ClientErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** No server answered in time. `hop` names where it ended: a server, its link, or the transfer. */
export class CloudUnreachableError extends ClientError {
  override readonly name: string = 'CloudUnreachableError';
  readonly hop: string;
  constructor(hop: string) {
    super('cloud_unreachable', `the cloud did not answer: ${hop}`);
    this.hop = hop;
  }
}

/** A server refused for good; `reason` is the code of its failure. */
export class CloudRefusedError extends ClientError {
  override readonly name: string = 'CloudRefusedError';
  readonly server: string;
  readonly reason: string;
  constructor(server: string, reason: string, message: string) {
    super('cloud_refused', `${server} refused: ${message}`);
    this.server = server;
    this.reason = reason;
  }
}

/** The peer is offline or does not answer. */
export class PeerUnreachableError extends ClientError {
  override readonly name: string = 'PeerUnreachableError';
  readonly clientId: number;
  constructor(clientId: number, why: string) {
    super('peer_unreachable', `client ${clientId} ${why}`);
    this.clientId = clientId;
  }
}

/** The peer refused; `reason` is the code of its failure. */
export class PeerRefusedError extends ClientError {
  override readonly name: string = 'PeerRefusedError';
  readonly clientId: number;
  readonly reason: string;
  constructor(clientId: number, reason: string, message: string) {
    super('peer_refused', `client ${clientId} refused: ${message}`);
    this.clientId = clientId;
    this.reason = reason;
  }
}

/** The directory gives other keys for a known client. Nothing is sent until a person has looked at it. */
export class KeyChangedError extends ClientError {
  override readonly name: string = 'KeyChangedError';
  readonly clientId: number;
  constructor(clientId: number) {
    super(
      'key_changed',
      `the keys of client ${clientId} have changed: compare fingerprints before you trust the new ones`,
    );
    this.clientId = clientId;
  }
}

/** The stego picture that came back does not hold the picture that was sent. */
export class EncodingMismatchError extends ClientError {
  override readonly name: string = 'EncodingMismatchError';
  constructor(server: string) {
    super('encoding_mismatch', `${server} sent back a picture that does not hold yours; nothing was published`);
  }
}

/** Views that are no whole number from 1 to 65,535. */
export class ViewsError extends ClientError {
  override readonly name: string = 'ViewsError';
  constructor() {
    super('views_range', 'views are a whole number from 1 to 65535');
  }
}

/** What went wrong outside (disk, crypto, transport), with the name of the error there. */
export class OperationError extends Error {
  override readonly name: string = 'OperationError';
  readonly problem: string;
  constructor(problem: string, message: string) {
    super(message);
    this.problem = problem;
  }
}
