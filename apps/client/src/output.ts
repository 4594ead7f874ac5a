/** What a command says: a sentence or a table for people, one JSON object for scripts. */

import { printable } from '@p2pimg/wire';
import type { z } from 'zod';
import type { Failure } from './exit.ts';

export class Output {
  readonly json: boolean;

  constructor(json: boolean) {
    this.json = json;
  }

  /** The command's one result. With `--json` it is checked by its schema before it is printed. */
  result<T extends object>(schema: z.ZodType<T>, value: T, text: string): void {
    if (this.json) process.stdout.write(`${JSON.stringify({ ok: true, ...schema.parse(value) })}\n`);
    else if (text !== '') process.stdout.write(`${text}\n`);
  }

  /** A remark beside the result; not for scripts. */
  note(text: string): void {
    if (!this.json) process.stderr.write(`${text}\n`);
  }

  /** Progress on one line of a terminal; nothing elsewhere. */
  progress(text: string): void {
    if (!this.json && process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
  }

  endProgress(): void {
    if (!this.json && process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  }

  failure({ code, message }: Failure): void {
    if (this.json)
      process.stdout.write(`${JSON.stringify({ ok: false, error: { code, message: printable(message, 500) } })}\n`);
    else
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
