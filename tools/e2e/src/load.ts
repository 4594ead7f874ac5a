export interface LoadOptions {
  /** Requests at the same time. */
  readonly inFlight: number;
  /** Asked before each request, with how many have begun and how many have ended; the load ends once it says no. */
  readonly more: (begun: number, done: number) => boolean;
}

export interface LoadResult {
  readonly done: number;
  /** What went wrong, by the request's number. */
  readonly failures: readonly { readonly index: number; readonly error: unknown }[];
}

/** Requests, numbered from 0 and begun in order. Never rejects. */
export async function runLoad(
  { inFlight, more }: LoadOptions,
  request: (index: number) => Promise<unknown>,
): Promise<LoadResult> {
  const failures: { index: number; error: unknown }[] = [];
  let begun = 0;
  let done = 0;
  const worker = async (): Promise<void> => {
    while (more(begun, done)) {
      const index = begun++;
      try {
        await request(index);
      } catch (error) {
        failures.push({ index, error });
      }
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  return { done, failures };
}
