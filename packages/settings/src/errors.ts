/** One line per problem; all problems of one kind are reported at once. */
export class SettingsError extends Error {
  override readonly name: string = 'SettingsError';
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

/** The settings file cannot be read, is too long, or is not TOML. */
export class SettingsFileError extends SettingsError {
  override readonly name: string = 'SettingsFileError';
}

/** A key that no setting has; the nearest one is suggested. */
export class UnknownSettingError extends SettingsError {
  override readonly name: string = 'UnknownSettingError';
}

/** A value of the wrong kind or out of its range, or values that contradict each other. */
export class InvalidSettingError extends SettingsError {
  override readonly name: string = 'InvalidSettingError';
}
