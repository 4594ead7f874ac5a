import type { Shown } from '@p2pimg/client';
import { showInBrowser } from '../page/show.ts';
import { showInTerminal } from '../page/terminal.ts';
import type { Screen } from './screen.ts';

export type Where = 'terminal' | 'browser';

/** Asked before a view is spent. */
export function askWhere({ pick }: Screen): Promise<Where | undefined> {
  return pick<Where>('Where? (a view is spent at once)', [
    { name: 'In this terminal', value: 'terminal' },
    { name: 'In a browser tab', value: 'browser' },
  ]);
}

/** Shows a picture whose view has been spent; resolves when the view has ended. */
export async function show(shown: Shown, where: Where, imageId: string, screen: Screen): Promise<void> {
  const onUrl = (url: string): void => screen.say(`Close the page, or press Ctrl-C here, to end the view: ${url}`);
  await screen.interruptible((signal) =>
    where === 'terminal'
      ? showInTerminal(shown, { imageId, stream: process.stdout, signal })
      : showInBrowser(shown, { imageId, open: true, onUrl, signal }),
  );
}
