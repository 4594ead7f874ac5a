import { RightsError } from '../errors.ts';

/** Not a grant of format 1, or its fields contradict each other. */
export class MalformedGrantError extends RightsError {
  override readonly name: string = 'MalformedGrantError';
}

/** The owner did not sign these bytes. */
export class GrantSignatureError extends RightsError {
  override readonly name: string = 'GrantSignatureError';
}

/** A good grant, but of another owner, for another viewer or on another picture than was expected. */
export class GrantMismatchError extends RightsError {
  override readonly name: string = 'GrantMismatchError';
}

/** Two different grants of one id have the same version: the owner's copy was rolled back, or somebody cheats. */
export class GrantConflictError extends RightsError {
  override readonly name: string = 'GrantConflictError';
}
