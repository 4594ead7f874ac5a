import type { WriteStream } from 'node:tty';
import type { TestResult } from './tap.ts';

/** Where the report goes: standard output, or a test's own. */
export type Sink = Pick<WriteStream, 'write'> & { readonly isTTY?: boolean; readonly columns?: number };

const COLOURS = { green: 32, red: 31, yellow: 33, dim: 2, bold: 1 } as const;

/** Writes the report of a run: a line for each thing that ended and, on a terminal, one live line for what runs. */
export class Printer {
  readonly #sink: Sink;
  #live = '';

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  line(text = ''): void {
    this.#sink.write(`${this.#clear()}${text}\n${this.#live}`);
  }

  /** Replaces the live line; only a terminal shows it. */
  live(text: string): void {
    if (!this.#sink.isTTY) return;
    const clear = this.#clear();
    this.#live = text.slice(0, (this.#sink.columns ?? 80) - 1);
    this.#sink.write(`${clear}${this.#live}`);
  }

  phase(title: string, budgetSeconds: number): void {
    this.line();
    this.line(this.paint('bold', `${title} (budget ${formatSeconds(budgetSeconds)})`));
  }

  ended(ok: boolean, label: string, outcome: string, seconds: number): void {
    const mark = ok ? this.paint('green', '✔') : this.paint('red', '✘');
    this.line(`  ${mark} ${label.padEnd(34)} ${outcome.padEnd(24)} ${this.paint('dim', formatSeconds(seconds))}`);
  }

  failure(where: string, { title, details }: Pick<TestResult, 'title' | 'details'>): void {
    this.line(`    ${this.paint('red', `✘ ${where} › ${title}`)}`);
    for (const line of details) this.line(`      ${line}`);
  }

  phaseEnded(seconds: number, budgetSeconds: number): void {
    this.live('');
    const over = seconds > budgetSeconds;
    const text = `  ${formatSeconds(seconds)} of ${formatSeconds(budgetSeconds)}${over ? ': over budget' : ''}`;
    this.line(this.paint(over ? 'yellow' : 'dim', text));
  }

  paint(colour: keyof typeof COLOURS, text: string): string {
    return this.#sink.isTTY ? `\x1b[${COLOURS[colour]}m${text}\x1b[0m` : text;
  }

  #clear(): string {
    return this.#live === '' ? '' : '\r\x1b[K';
  }
}

/** `0.4 s`, `12 s`, `2 min 5 s`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  return whole % 60 === 0 ? `${whole / 60} min` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
