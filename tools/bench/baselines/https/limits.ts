/** The largest picture that is taken. */
export const MAX_BYTES: number = 12 * 1024 * 1024;
