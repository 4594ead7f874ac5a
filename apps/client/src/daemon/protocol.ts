/** What daemon and commands say to each other: one JSON value a line. Bytes are base64 in an object of their own. */

import type { News, Progress } from '@p2pimg/client';
import type { ApiMethod } from '../api/api.ts';
import type { Failure } from '../exit.ts';

/** Of one line: a picture of 12 MiB in base64, and what is around it. */
export const MAX_LINE_BYTES: number = 24 * 1024 * 1024;

export interface DaemonRequest {
  readonly id: number;
  readonly method: ApiMethod | 'stop';
  readonly args: Readonly<Record<string, unknown>>;
}

export type DaemonMessage =
  | { readonly id: number; readonly result: unknown }
  | {
      readonly id: number;
      readonly error: Failure;
    }
  | { readonly id: number; readonly progress: Progress }
  | { readonly news: News };

export function encodeLine(value: unknown): string {
  // A Buffer would turn itself into JSON before the replacer sees it: the holder still has it as it is.
  function replacer(this: unknown, key: string, inner: unknown): unknown {
    const raw = (this as Record<string, unknown>)[key];
    return raw instanceof Uint8Array ? { $bytes: Buffer.from(raw).toString('base64') } : inner;
  }
  return `${JSON.stringify(value, replacer)}\n`;
}

export function decodeLine(line: string): unknown {
  return JSON.parse(line, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && '$bytes' in inner
      ? new Uint8Array(Buffer.from(String(inner.$bytes), 'base64'))
      : inner,
  );
}

/** Cuts a stream into lines; `onTooLong` when one does not end in time. */
export function lineReader(onLine: (line: string) => void, onTooLong: () => void): (chunk: Buffer) => void {
  let parts: Buffer[] = [];
  let held = 0;
  return (chunk) => {
    let rest = chunk;
    for (let end = rest.indexOf(0x0a); end >= 0; end = rest.indexOf(0x0a)) {
      onLine(Buffer.concat([...parts, rest.subarray(0, end)]).toString());
      parts = [];
      held = 0;
      rest = rest.subarray(end + 1);
    }
    if (rest.length === 0) return;
    parts.push(rest);
    held += rest.length;
    if (held > MAX_LINE_BYTES) onTooLong();
  };
}
