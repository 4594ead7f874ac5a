/** How the program ends. Documented in the README; scripts rely on it. */
export const EXIT = {
  ok: 0,
  error: 1,
  usage: 2,
  /** Settings, manifest or secrets are wrong: starting again without a change will not help. */
  settings: 3,
  /** A port, the directory or another part of the surroundings is not available: starting again later may help. */
  unavailable: 4,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends the program with one clear line. */
export class CommandError extends Error {
  override readonly name: string = 'CommandError';
  readonly exitCode: ExitCode;
  constructor(message: string, exitCode: ExitCode = EXIT.error, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}
