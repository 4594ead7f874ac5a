import type { Shown } from '@p2pimg/client';
import { showInBrowser } from '../page/show.ts';
import { showInTerminal } from '../page/terminal.ts';
import { pick } from './ask.ts';

export type Where = 'terminal' | 'browser';

/** Asked before a view is spent. */
export function askWhere(): Promise<Where | undefined> {
  return pick<Where>('Where? (a view is spent at once)', [
    { name: 'In this terminal', value: 'terminal' },
    { name: 'In a browser tab', value: 'browser' },
  ]);
}

/** Shows a picture whose view has been spent. */
export async function show(shown: Shown, where: Where, imageId: string, say: (text: string) => void): Promise<void> {
  if (where === 'terminal') return showInTerminal(shown, process.stdout);
  const onUrl = (url: string): void => say(`Close the page at ${url} to end the view.`);
  await showInBrowser(shown, { imageId, open: true, onUrl });
}
