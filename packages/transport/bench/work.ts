/** What one exchange carries. */
export const UP: number = 10 * 1024;
export const DOWN: number = 60 * 1024;

/** Does `work` so often, never more than `width` at once. */
export async function inFlight(width: number, count: number, work: () => Promise<void>): Promise<void> {
  let started = 0;
  const worker = async (): Promise<void> => {
    while (started++ < count) await work();
  };
  await Promise.all(Array.from({ length: width }, worker));
}

/** How long it takes, in ms. */
export async function time(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
