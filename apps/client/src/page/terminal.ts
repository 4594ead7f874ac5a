import type { Shown } from '@p2pimg/client';
import { captionOf } from '../wording.ts';

export interface TerminalOptions {
  readonly imageId: string;
  readonly stream: NodeJS.WriteStream;
  /** Ends the view. */
  readonly signal: AbortSignal;
}

const ALTERNATE_SCREEN = '\u001b[?1049h\u001b[H';
const FORMER_SCREEN = '\u001b[?1049l';

/**
 * Draws a picture. At a terminal it is on a screen of its own, until a key is pressed or the signal is aborted, and leaves nothing in the
 * scroll-back; elsewhere it is written out.
 */
export async function showInTerminal(shown: Shown, { imageId, stream, signal }: TerminalOptions): Promise<void> {
  // Slow to load, and of no use to other commands.
  const { default: terminalImage } = await import('terminal-image');
  const drawn = await terminalImage.buffer(shown.bytes, { width: '90%', height: '80%' });
  if (stream.isTTY !== true || process.stdin.isTTY !== true) {
    stream.write(`${drawn}\n`);
    return;
  }
  stream.write(`${ALTERNATE_SCREEN}${drawn}\n${imageId}: ${captionOf(shown)} — any key ends the view`);
  try {
    await anyKey(process.stdin, signal);
  } finally {
    stream.write(FORMER_SCREEN);
  }
}

const CTRL_C = 0x03;

/** Resolves at a key, when nobody can press one any more, or when the signal is aborted. */
async function anyKey(stdin: NodeJS.ReadStream, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const onKey = (key: Buffer): void => {
    // In raw mode Ctrl-C is a key too: it means here what it means everywhere else.
    if (key.includes(CTRL_C)) process.kill(process.pid, 'SIGINT');
    else resolve();
  };
  const done = (): void => resolve();
  stdin.setRawMode(true);
  stdin.on('data', onKey).once('end', done);
  signal.addEventListener('abort', done);
  stdin.resume();
  try {
    await promise;
  } finally {
    stdin.off('data', onKey).off('end', done);
    signal.removeEventListener('abort', done);
    stdin.setRawMode(false);
    stdin.pause();
  }
}
