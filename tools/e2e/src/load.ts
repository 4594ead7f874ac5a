export interface LoadResult {
  readonly done: number;
  /** What went wrong, by the request's number. */
  readonly failures: readonly { readonly index: number; readonly error: unknown }[];
}

/**
 * `count` requests, `inFlight` of them at a time, numbered from 0 and begun in order. Never rejects.
 * @param onDone told after each how many have ended
 */
export async function runLoad(
  { count, inFlight }: { readonly count: number; readonly inFlight: number },
  request: (index: number) => Promise<unknown>,
  onDone: (done: number) => void = () => {},
): Promise<LoadResult> {
  const failures: { index: number; error: unknown }[] = [];
  let begun = 0;
  let done = 0;
  const worker = async (): Promise<void> => {
    while (begun < count) {
      const index = begun++;
      try {
        await request(index);
      } catch (error) {
        failures.push({ index, error });
      }
      done += 1;
      onDone(done);
    }
  };
  await Promise.all(Array.from({ length: Math.min(inFlight, count) }, worker));
  return { done, failures };
}
