import { once } from 'node:events';
import type { WriteStream } from 'node:tty';
import type { Shown } from '@p2pimg/client';
import { captionOf } from '../wording.ts';

export interface TerminalOptions {
  readonly imageId: string;
  readonly stream: NodeJS.WriteStream;
}

const ALTERNATE_SCREEN = '\u001b[?1049h\u001b[H';
const FORMER_SCREEN = '\u001b[?1049l';

/**
 * Draws a picture. At a terminal it is on a screen of its own, until a key is pressed, and leaves nothing in the scroll-back; elsewhere it
 * is written out.
 */
export async function showInTerminal(shown: Shown, { imageId, stream }: TerminalOptions): Promise<void> {
  // Slow to load, and of no use to other commands.
  const { default: terminalImage } = await import('terminal-image');
  const drawn = await terminalImage.buffer(shown.bytes, { width: '90%', height: '80%' });
  if (stream.isTTY !== true || process.stdin.isTTY !== true) {
    stream.write(`${drawn}\n`);
    return;
  }
  stream.write(`${ALTERNATE_SCREEN}${drawn}\n${imageId}: ${captionOf(shown)} — any key ends the view`);
  try {
    await anyKey(process.stdin);
  } finally {
    stream.write(FORMER_SCREEN);
  }
}

/** In raw mode Ctrl-C is a key too. */
async function anyKey(stdin: NodeJS.ReadStream & Partial<Pick<WriteStream, 'isTTY'>>): Promise<void> {
  stdin.setRawMode(true);
  stdin.resume();
  try {
    await once(stdin, 'data');
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
  }
}
