import type { Shown } from '@p2pimg/client';
import terminalImage from 'terminal-image';

/** Draws a picture in the terminal, beside what scripts read. */
export async function showInTerminal(shown: Shown, stream: NodeJS.WritableStream): Promise<void> {
  const drawn = await terminalImage.buffer(shown.bytes, { width: '90%', height: '80%' });
  stream.write(`${drawn}\n`);
}
