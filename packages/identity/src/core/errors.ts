/** Parent of all errors of this package. */
export class IdentityError extends Error {
  override readonly name: string = 'IdentityError';
}
