const POLL_MS = 50;
const PATIENCE_MS = 60_000;

/** A condition that should have come true did not. */
export class NeverHappened extends Error {
  override readonly name = 'NeverHappened';
}

/**
 * Asks again and again until there is an answer: how tests wait for something in another process.
 * @returns the first answer that is neither `undefined` nor `false`
 * @throws NeverHappened after a minute, so that a test that hangs says for what
 */
export async function eventually<T>(what: string, ask: () => Promise<T | undefined | false>): Promise<T> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > until)
      throw new NeverHappened(`within ${PATIENCE_MS / 1000} s it never happened that ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
