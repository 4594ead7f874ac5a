export {
  CLUSTER_KEY_ID_BYTES,
  type ClusterKey,
  type ClusterKeyPair,
  clusterKeyId,
  generateClusterKey,
} from './core/cluster-key.ts';
export { inContext } from './core/context.ts';
export { IdentityError } from './core/errors.ts';
export { fingerprint, rootFingerprint } from './core/fingerprint.ts';
export {
  type ClientKeys,
  generateBoxPair,
  generateClientKeys,
  generateServerKeys,
  generateSignPair,
  KEY_BYTES,
  type KeyPair,
  MAX_RETIRED_BOXES,
  type PublicKeys,
  publicKeysOf,
  rotateClientKeys,
  type ServerKeys,
  signPairFrom,
} from './core/keys.ts';
export {
  addClusterKey,
  addServer,
  createManifest,
  encodeManifestPayload,
  type ManifestValidity,
  type NewManifest,
  removeServer,
  renewManifest,
  setRegistration,
} from './core/manifest/edit.ts';
export {
  MalformedManifestError,
  ManifestCloudError,
  ManifestConflictError,
  ManifestExpiredError,
  ManifestNotYetValidError,
  ManifestRolledBackError,
  ManifestRootKeyError,
  ManifestServerError,
  ManifestSignatureError,
} from './core/manifest/errors.ts';
export { acceptManifest, MAX_CLOCK_SKEW_MS, type ManifestPin } from './core/manifest/pin.ts';
export {
  DEFAULT_CLIENT_PORT,
  DEFAULT_PEER_PORT,
  MAX_CLUSTER_KEYS,
  type Manifest,
  type ManifestServer,
  parseManifestPayload,
  type RegistrationPolicy,
} from './core/manifest/schema.ts';
export { MAX_MANIFEST_BYTES, openManifest, type SignedManifest, signManifest } from './core/manifest/signed.ts';
export { formatRecoveryKey, parseRecoveryKey, RecoveryKeyError } from './core/recovery.ts';
export { proveRegistration, type Registration, verifyRegistration } from './core/registration.ts';
export {
  decodeRotation,
  MalformedRotationError,
  ROTATION_BYTES,
  type Rotation,
  RotationMismatchError,
  RotationSignatureError,
  type RotationSigner,
  type RotationSubject,
  signRotation,
  verifyRotation,
} from './core/rotation.ts';
export {
  PassphraseLengthError,
  PassphraseNeededError,
  SecretCorruptError,
  SecretExistsError,
  SecretKindError,
  SecretMissingError,
  SecretPermissionsError,
  WrongPassphraseError,
} from './core/secrets/errors.ts';
export type { ServerSecrets } from './core/secrets/payload.ts';
export type { CryptoSuite } from './core/suite.ts';
export {
  type DurableWrite,
  nameNewFile,
  removeTemporaries,
  syncFolder,
  writeFileDurably,
} from './node/durable-file.ts';
export { type FileLock, FileLockedError, lockFile } from './node/lock-file.ts';
export {
  exportClientKeys,
  importClientKeys,
  readClientKeys,
  readRecoveryKey,
  readRootKey,
  readServerSecrets,
  type SecretRead,
  type SecretWrite,
  writeClientKeys,
  writeRecoveryKey,
  writeRootKey,
  writeServerSecrets,
} from './node/secret-files.ts';
export { nodeSuite } from './node/suite.ts';
