/** What one test did. */
export interface TestResult {
  readonly status: 'passed' | 'failed' | 'skipped';
  readonly title: string;
  /** Everything that the report said about it, as it said it. */
  readonly details: readonly string[];
}

const TEST_LINE = /^(not )?ok \d+ - (.*?)( # (?:SKIP|TODO).*)?$/;

/**
 * Reads a TAP 13 stream (testanything.org) line by line, and tells of each test as soon as the next thing begins.
 * Tests that are skipped or only planned count as neither passed nor failed.
 */
export class TapReader {
  readonly #onResult: (result: TestResult) => void;
  #current: { status: TestResult['status']; title: string; details: string[] } | undefined;
  /** Lines that belong to no test: what a program wrote past the reporter. */
  readonly strays: string[] = [];

  constructor(onResult: (result: TestResult) => void) {
    this.#onResult = onResult;
  }

  line(text: string): void {
    const match = TEST_LINE.exec(text);
    if (match !== null) {
      this.end();
      const status = match[3] !== undefined ? 'skipped' : match[1] === undefined ? 'passed' : 'failed';
      this.#current = { status, title: match[2] ?? '', details: [] };
    } else if (/^(TAP version|1\.\.\d|# (tests|pass|fail|skip|todo) \d)/.test(text)) {
      this.end();
    } else if (this.#current !== undefined) {
      this.#current.details.push(text);
    } else if (text.trim() !== '') {
      this.strays.push(text);
    }
  }

  end(): void {
    const current = this.#current;
    this.#current = undefined;
    if (current !== undefined) this.#onResult(current);
  }
}
