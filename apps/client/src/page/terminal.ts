import type { Shown } from '@p2pimg/client';

/** Draws a picture in the terminal, beside what scripts read. */
export async function showInTerminal(shown: Shown, stream: NodeJS.WritableStream): Promise<void> {
  // Slow to load, and of no use to other commands.
  const { default: terminalImage } = await import('terminal-image');
  const drawn = await terminalImage.buffer(shown.bytes, { width: '90%', height: '80%' });
  stream.write(`${drawn}\n`);
}
