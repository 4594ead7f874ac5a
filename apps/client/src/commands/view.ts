/** view */

import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { Api } from '../api/api.ts';
import { CommandError, EXIT, type ExitCode } from '../exit.ts';
import type { Zod } from '../output.ts';
import { plural, REASONS } from '../wording.ts';
import { imageArgument } from './arguments.ts';
import { type CommandContext, contextOf, requireRegistered, withApi } from './context.ts';

const viewed = (z: Zod) =>
  z.object({
    imageId: z.string(),
    shown: z.enum(['picture', 'default']),
    /** Views left after this one; absent for own pictures. */
    remaining: z.int().optional(),
    /** Why it is the default picture. */
    reason: z.string().optional(),
  });

interface ViewOptions {
  readonly terminal?: boolean;
  readonly open: boolean;
  readonly out?: string;
}

export function addView(program: Command): void {
  program
    .command('view')
    .description('show a picture: one view is spent, for good, before it is decrypted; own pictures are free')
    .argument('<image>', 'its id', imageArgument)
    .option('--terminal', 'in the terminal instead of a browser tab')
    .option('--no-open', 'print the address of the page instead of opening a browser')
    .addOption(new Option('--out <file>', 'write it to a new file: own pictures only').conflicts('terminal'))
    .action(async (imageId: string, options: ViewOptions, command: Command) => {
      const context = await contextOf(command);
      // Untimed: somebody looks at a picture for as long as they like.
      await withApi(context, (api, signal) => view(context, api, imageId, { ...options, signal }), {
        signIn: false,
        untimed: true,
      });
    });
}

async function view(
  { output }: CommandContext,
  api: Api,
  imageId: string,
  { terminal, open, out, signal }: ViewOptions & { readonly signal: AbortSignal },
): Promise<ExitCode | undefined> {
  const isOwn = (await api.call('ownImages', {})).some((own) => own.imageId === imageId);
  if (out !== undefined && !isOwn) {
    const message = '--out is for your own pictures: those of others are shown, never written';
    throw new CommandError(message, EXIT.usage, 'usage');
  }
  if (!isOwn) await requireRegistered(api);
  const shown = await api.call('view', { imageId });
  if (out !== undefined) await writeFile(resolve(out), shown.bytes, { flag: 'wx', mode: 0o600 });
  const { remaining } = shown;
  const reason = shown.shown === 'default' ? shown.reason : undefined;
  const left = remaining === undefined ? '' : ` ${plural(remaining, 'view')} left.`;
  const done = out === undefined ? `Showing ${imageId}.` : `${imageId} is in ${out}.`;
  const text = reason === undefined ? `${done}${left}` : `Showing the default picture: ${REASONS[reason]}.`;
  await output.result(viewed, { imageId, shown: shown.shown, remaining, reason }, text);
  if (terminal) {
    const { showInTerminal } = await import('../page/terminal.ts');
    await showInTerminal(shown, { imageId, signal, stream: output.json ? process.stderr : process.stdout });
  } else if (out === undefined) {
    const { showInBrowser } = await import('../page/show.ts');
    // Without the address nobody could see what the view was spent on: scripts get it on standard error.
    const onUrl = (url: string): void => void process.stderr.write(`Close the page at ${url} to end the view.\n`);
    await showInBrowser(shown, { imageId, open, signal, onUrl });
  }
  // The result is told already: only the exit code says that somebody did not wait for the end.
  if (signal.aborted) return EXIT.interrupted;
  return reason === undefined ? undefined : EXIT.noViews;
}
