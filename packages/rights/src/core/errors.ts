/** Parent of all errors of this package. */
export class RightsError extends Error {
  override readonly name: string = 'RightsError';
}
