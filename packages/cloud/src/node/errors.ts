/** Why a server does not start. Each message is one line for the operator. */
export class ServerStartError extends Error {
  override readonly name: string = 'ServerStartError';
}

/** The manifest has no server with the id in the secrets file. */
export class ServerNotInManifestError extends ServerStartError {
  override readonly name: string = 'ServerNotInManifestError';
}

/** The secrets file holds other keys than the manifest names for this server, or none of the cloud's cluster keys. */
export class ServerKeyMismatchError extends ServerStartError {
  override readonly name: string = 'ServerKeyMismatchError';
}

/** The manifest is expired, or not valid yet. */
export class ManifestNotValidError extends ServerStartError {
  override readonly name: string = 'ManifestNotValidError';
}

/** Another process has the port, or the address is not this machine's. */
export class PortUnavailableError extends ServerStartError {
  override readonly name: string = 'PortUnavailableError';
  readonly port: number;
  constructor(what: string, host: string, port: number, cause: unknown) {
    super(`cannot listen on ${host} port ${port} (${what}): ${codeOf(cause)}`, { cause });
    this.port = port;
  }
}

/** The directory does not answer, or is not fit for use. */
export class DirectoryUnusableError extends ServerStartError {
  override readonly name: string = 'DirectoryUnusableError';
}

/** A cover cannot be read or is no usable picture. */
export class CoverError extends ServerStartError {
  override readonly name: string = 'CoverError';
}

/** A host name of the manifest has no address. */
export class UnresolvedHostError extends ServerStartError {
  override readonly name: string = 'UnresolvedHostError';
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'EADDRINUSE') return 'the port is in use';
  if (code === 'EADDRNOTAVAIL') return "the address is not this machine's";
  if (code === 'EACCES') return 'not permitted';
  return code || (error instanceof Error ? error.message : 'unknown reason');
}
