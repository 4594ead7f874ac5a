/** How the program ends. Documented in the README; scripts rely on it. */
export const EXIT = {
  ok: 0,
  error: 1,
  usage: 2,
  /** No views are left, or the owner took the rights back: the default picture was shown. */
  noViews: 3,
  notSignedIn: 4,
  rejected: 5,
  /** Done here; the peer is offline and gets it later. */
  queued: 6,
  cloudUnreachable: 7,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends the program with one clear line. */
export class CommandError extends Error {
  override readonly name: string = 'CommandError';
  readonly exitCode: ExitCode;
  /** Stable, for scripts. */
  readonly code: string;
  /** As in {@link Failure}. */
  readonly reason: string | undefined;
  constructor(
    message: string,
    exitCode: ExitCode = EXIT.error,
    code = 'error',
    { reason, ...options }: ErrorOptions & { readonly reason?: string | undefined } = {},
  ) {
    super(message, options);
    this.exitCode = exitCode;
    this.code = code;
    this.reason = reason;
  }
}

/** An error as scripts get it; undefined for what nobody foresaw. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly exitCode: ExitCode;
  /** The code with which a server or a peer refused. */
  readonly reason?: string | undefined;
}
