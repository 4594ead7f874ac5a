/** encode, delete, images, view */

import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseImageId } from '@p2pimg/wire';
import { type Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { CommandError, EXIT, type ExitCode } from '../exit.ts';
import { table } from '../output.ts';
import { showInBrowser } from '../page/show.ts';
import { showInTerminal } from '../page/terminal.ts';
import { plural, progressText, REASONS } from '../wording.ts';
import { contextOf, withApi } from './context.ts';

export function imageArgument(text: string): string {
  try {
    parseImageId(text);
    return text;
  } catch {
    throw new InvalidArgumentError('an image is named like client6-puppy');
  }
}

export function addPictures(program: Command): void {
  program
    .command('encode')
    .description('have the cloud hide a picture (PNG or JPEG, at most 12 MiB), and offer it to others')
    .argument('<file>', 'the picture')
    .option('--name <name>', "its name; the file's otherwise")
    .option('--cover <cover>', "a cover of the cloud, by name; the cloud's default otherwise")
    .action(async (file: string, { name, cover }: { name?: string; cover?: string }, command: Command) => {
      const context = await contextOf(command);
      await withApi(context, async (api) => {
        const startedAt = performance.now();
        const encoded = await api.call('encode', { path: resolve(file), name, cover }, (progress) =>
          context.output.progress(progressText(progress, performance.now() - startedAt)),
        );
        context.output.endProgress();
        const schema = z.object({ imageId: z.string(), digest: z.string(), bytes: z.int(), server: z.string() });
        context.output.result(
          schema,
          encoded,
          `Encoded as ${encoded.imageId} by ${encoded.server}; others can ask for it now.`,
        );
        return undefined;
      });
    });

  program
    .command('delete')
    .description('take an own picture out of the directory; who holds it keeps the rights that were given')
    .argument('<image>', 'its id', imageArgument)
    .action(async (imageId: string, _: object, command: Command) => {
      const context = await contextOf(command);
      if (!context.options.yes && !context.output.json) {
        throw new CommandError('this cannot be undone: say --yes', EXIT.usage, 'usage');
      }
      await withApi(context, async (api) => {
        await api.call('unpublish', { imageId });
        context.output.result(z.object({ imageId: z.string() }), { imageId }, `${imageId} is not offered any more.`);
        return undefined;
      });
    });

  program
    .command('images')
    .description('list own pictures, and those of others with the views that are left; costs nothing')
    .action(async (_: object, command: Command) => {
      const context = await contextOf(command);
      await withApi(
        context,
        async (api) => {
          const own = (await api.call('ownImages', {})).map(({ imageId, state }) => ({ imageId, state }));
          const held = (await api.call('peerImages', {})).map(({ imageId, ownerId, remaining }) => ({
            imageId,
            ownerId,
            remaining,
          }));
          const schema = z.object({
            own: z.array(z.object({ imageId: z.string(), state: z.string() })),
            held: z.array(z.object({ imageId: z.string(), ownerId: z.int(), remaining: z.int() })),
          });
          const lines = [
            ...own.map(({ imageId, state }) => [imageId, `yours, ${state}`]),
            ...held.map(({ imageId, remaining }) => [imageId, `Remaining Views: ${remaining}`]),
          ];
          context.output.result(
            schema,
            { own, held },
            lines.length === 0 ? 'No pictures yet.' : table(['image', ''], lines),
          );
          return undefined;
        },
        { signIn: false },
      );
    });

  program
    .command('view')
    .description('show a picture: one view is spent, for good, before it is decrypted; own pictures are free')
    .argument('<image>', 'its id', imageArgument)
    .option('--terminal', 'in the terminal instead of a browser tab')
    .option('--no-open', 'print the address of the page instead of opening a browser')
    .option('--out <file>', 'write it to a file: own pictures only')
    .action(async (imageId: string, options: ViewOptions, command: Command) => {
      const context = await contextOf(command);
      await withApi(
        context,
        async (api) => {
          const isOwn = (await api.call('ownImages', {})).some((own) => own.imageId === imageId);
          if (options.out !== undefined && !isOwn) {
            throw new CommandError(
              '--out is for your own pictures: those of others are shown, never written',
              EXIT.usage,
              'usage',
            );
          }
          if (!isOwn) await signInIfNeeded(api);
          const shown = await api.call('view', { imageId });
          const remaining = shown.remaining === undefined ? {} : { remaining: shown.remaining };
          const reason = shown.shown === 'default' ? { reason: shown.reason } : {};
          const schema = z.object({
            imageId: z.string(),
            shown: z.string(),
            remaining: z.int().optional(),
            reason: z.string().optional(),
          });
          const left = shown.remaining === undefined ? '' : ` ${plural(shown.remaining, 'view')} left.`;
          const text =
            shown.shown === 'picture'
              ? `Showing ${imageId}.${left}`
              : `Showing the default picture: ${REASONS[shown.reason]}.`;
          context.output.result(schema, { imageId, shown: shown.shown, ...remaining, ...reason }, text);
          if (options.out !== undefined)
            await writeFile(resolve(options.out), shown.bytes, { flag: 'wx', mode: 0o600 });
          else if (options.terminal) await showInTerminal(shown, context.output.json ? process.stderr : process.stdout);
          else
            await showInBrowser(shown, {
              imageId,
              open: options.open,
              onUrl: (url) => context.output.note(`Close the page at ${url} to end the view.`),
            });
          return shown.shown === 'picture' ? undefined : (EXIT.noViews satisfies ExitCode);
        },
        { signIn: false, untimed: true },
      );
    });
}

interface ViewOptions {
  readonly terminal?: boolean;
  readonly open: boolean;
  readonly out?: string;
}

async function signInIfNeeded(api: Parameters<Parameters<typeof withApi>[1]>[0]): Promise<void> {
  const { clientId } = await api.call('status', {});
  if (clientId === undefined)
    throw new CommandError('this profile is not registered yet: p2pimg register', EXIT.notSignedIn, 'not_registered');
}
