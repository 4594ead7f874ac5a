export {
  concatBytes,
  equalBytes,
  fromBase64Url,
  fromHex,
  toBase64Url,
  toHex,
  utf8Decode,
  utf8Encode,
} from './bytes.ts';
export {
  InvalidFieldError,
  InvalidNameError,
  MalformedMessageError,
  MessageTooLongError,
  UnknownMessageTypeError,
  UnsupportedVersionError,
  WireError,
} from './errors.ts';
export {
  MAX_DATAGRAM_BYTES,
  MAX_GRANT_BYTES,
  MAX_HIDDEN_FILE_BYTES,
  MAX_MESSAGE_BYTES,
  MAX_NAME_LENGTH,
  MAX_REQUEST_LIFETIME_MS,
  MAX_SERVERS,
  MAX_STEGO_BYTES,
  MAX_VIEWS,
} from './limits.ts';
export {
  canonicalBody,
  decodeClientMessage,
  decodeCloudMessage,
  decodePeerMessage,
  decodeServerMessage,
  encodeAck,
  encodeAssigned,
  encodeCancel,
  encodePeerAck,
  encodePeerRequest,
  encodeRequest,
  encodeServerMessage,
} from './messages/codec.ts';
export type {
  Ack,
  AnyAck,
  AnyPeerRequest,
  AnyRequest,
  Assigned,
  Cancel,
  ClientMessage,
  CloudMessage,
  PeerAck,
  PeerMessage,
  PeerRequest,
  Request,
} from './messages/envelope.ts';
export { type Failure, MESSAGE_VERSION, type WireAddress } from './messages/fields.ts';
export type { PeerAckBody, PeerBodies, PeerDisposition, PeerType } from './messages/peer.ts';
export type {
  AckBodies,
  ListedUser,
  PendingBody,
  PendingGrant,
  PendingNotice,
  RequestBodies,
  RequestType,
} from './messages/requests.ts';
export type { Done, Handling, RequestNotice, ServerMessage, ServerMessageType, Stamp } from './messages/server.ts';
export { imageId, imageNameFromPath, isImageId, isImageName, parseImageId, printable } from './names.ts';
