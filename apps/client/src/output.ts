/** What a command says: a sentence or a table for people, one JSON object for scripts. */

import { printable } from '@p2pimg/wire/names';
import type { z } from 'zod';
import type { Failure } from './exit.ts';

/** One line of a terminal that is written over and over; nothing elsewhere. */
export class ProgressLine {
  readonly #stream: NodeJS.WriteStream;
  #shown = false;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  show(text: string): void {
    if (!this.#stream.isTTY) return;
    this.#shown = true;
    // A line that wraps could not be taken back.
    this.#stream.write(`\r\u001b[K${text.slice(0, (this.#stream.columns || 80) - 1)}`);
  }

  /** Takes it back. */
  end(): void {
    if (this.#shown) this.#stream.write('\r\u001b[K');
    this.#shown = false;
  }
}

export type Zod = typeof z;

/** What a command says with `--json`; zod is loaded only then. */
export type Schema<T> = (z: Zod) => z.ZodType<T>;

export type Said<S extends (z: Zod) => z.ZodType> = z.infer<ReturnType<S>>;

export class Output {
  readonly json: boolean;
  readonly #progress: ProgressLine = new ProgressLine(process.stderr);

  constructor(json: boolean) {
    this.json = json;
  }

  /** The command's one result. With `--json` it is checked by its schema before it is printed. */
  async result<T extends object>(schema: Schema<T>, value: T, text: string): Promise<void> {
    if (this.json) {
      const { z } = await import('zod');
      process.stdout.write(`${JSON.stringify({ ok: true, ...schema(z).parse(value) })}\n`);
    } else if (text !== '') {
      process.stdout.write(`${text}\n`);
    }
  }

  /** A remark beside the result; not for scripts. */
  note(text: string): void {
    if (!this.json) process.stderr.write(`${text}\n`);
  }

  progress(text: string): void {
    if (!this.json) this.#progress.show(text);
  }

  endProgress(): void {
    this.#progress.end();
  }

  failure({ code, message, reason }: Failure): void {
    if (this.json) {
      const error = { code, message: printable(message, 500), reason };
      process.stdout.write(`${JSON.stringify({ ok: false, error })}\n`);
    } else
      process.stderr.write(
        `p2pimg: ${message
          .split('\n')
          .map((line) => printable(line, 500))
          .join('\np2pimg: ')}\n`,
      );
  }
}

/** A table with aligned columns; cells come from the network too, so they are made printable. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => printable(String(cell), 120)));
  const widths = head.map((_, i) => Math.max(...cells.map((row) => [...(row[i] ?? '')].length)));
  return cells
    .map((row) =>
      row
        .map((cell, i) => cell + ' '.repeat((widths[i] ?? 0) - [...cell].length))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
