/** One line that a process wrote, without its line end. */
export interface OutputLine {
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

const MOST_LINES = 20_000;
const LONGEST_LINE = 65_536;

/** The lines that a process has written so far, and those who wait for the next ones. Memory is bounded. */
export class Output {
  #lines: OutputLine[] = [];
  #dropped = 0;
  readonly #partial = { stdout: '', stderr: '' };
  readonly #watchers = new Set<(line: OutputLine, index: number) => void>();

  /** Number of lines so far: pass it as `after` to wait for something that comes later. */
  get count(): number {
    return this.#dropped + this.#lines.length;
  }

  /** The lines from number `after` on (the last 20,000 are kept). */
  lines(after = 0): readonly OutputLine[] {
    return this.#lines.slice(Math.max(0, after - this.#dropped));
  }

  text(stream: OutputLine['stream']): string {
    return this.#lines
      .filter((line) => line.stream === stream)
      .map((line) => `${line.text}\n`)
      .join('')
      .concat(this.#partial[stream]);
  }

  write(stream: OutputLine['stream'], data: string): void {
    const pieces = (this.#partial[stream] + data).split('\n');
    this.#partial[stream] = (pieces.pop() ?? '').slice(-LONGEST_LINE);
    for (const piece of pieces) this.#add({ stream, text: piece.replace(/\r$/, '') });
  }

  /** The process has closed its output: what was not ended by a line end is a line too. */
  end(): void {
    for (const stream of ['stdout', 'stderr'] as const) {
      const rest = this.#partial[stream];
      this.#partial[stream] = '';
      if (rest !== '') this.#add({ stream, text: rest });
    }
  }

  watch(watcher: (line: OutputLine) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  #add(line: OutputLine): void {
    this.#lines.push(line);
    if (this.#lines.length > MOST_LINES) {
      this.#lines = this.#lines.slice(MOST_LINES / 2);
      this.#dropped += MOST_LINES / 2;
    }
    for (const watcher of [...this.#watchers]) watcher(line, this.count - 1);
  }
}
