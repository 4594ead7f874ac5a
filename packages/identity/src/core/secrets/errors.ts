import { IdentityError } from '../errors.ts';

/** Not one of our secret files, or damaged. */
export class SecretCorruptError extends IdentityError {
  override readonly name: string = 'SecretCorruptError';
}

/** A secret file, but of another kind: a client's keys where the operator's are wanted. */
export class SecretKindError extends IdentityError {
  override readonly name: string = 'SecretKindError';
}

/** The secret is protected and no passphrase was given. */
export class PassphraseNeededError extends IdentityError {
  override readonly name: string = 'PassphraseNeededError';
}

/** The passphrase does not open the secret. */
export class WrongPassphraseError extends IdentityError {
  override readonly name: string = 'WrongPassphraseError';
}

/** A new passphrase is shorter than 8 or longer than 1,024 characters. */
export class PassphraseLengthError extends IdentityError {
  override readonly name: string = 'PassphraseLengthError';
}

/** There is no secret file at the path. */
export class SecretMissingError extends IdentityError {
  override readonly name: string = 'SecretMissingError';
}

/** There is a secret file already, and replacing it was not asked for. */
export class SecretExistsError extends IdentityError {
  override readonly name: string = 'SecretExistsError';
}

/** Others than the owner may read or write the file. */
export class SecretPermissionsError extends IdentityError {
  override readonly name: string = 'SecretPermissionsError';
}
