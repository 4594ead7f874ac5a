/** requests: list, approve, reject */

import type { Command } from 'commander';
import { table, type Zod } from '../output.ts';
import { delivered } from '../wording.ts';
import { clientAction } from './action.ts';
import { idArgument, viewsArgument } from './arguments.ts';
import { deliverySchema, exitOf } from './delivery.ts';
import { type ModeOptions, modeOf, withMode } from './mode.ts';
import { only, SHOWN_DIGITS } from './waiting-list.ts';

const list = (z: Zod) =>
  z.object({
    requests: z.array(
      z.object({ id: z.string(), kind: z.string(), from: z.int(), imageId: z.string(), views: z.int() }),
    ),
  });
const answer = (z: Zod) => z.object({ delivery: deliverySchema(z) });

interface ApproveOptions extends ModeOptions {
  readonly views?: number;
}

export function addRequests(program: Command): void {
  const requests = program.command('requests').description('what other clients ask for: list, approve, reject');
  requests
    .command('list', { isDefault: true })
    .description('list those that wait')
    .action(
      clientAction(
        list,
        async ({ api }) => {
          const waiting = (await api.call('requests', {})).map(({ id, kind, from, imageId, views }) => ({
            id,
            kind,
            from,
            imageId,
            views,
          }));
          const rows = waiting.map(({ id, kind, from, imageId, views }) => [
            id.slice(0, SHOWN_DIGITS),
            from,
            imageId,
            `${kind === 'image' ? '' : '+'}${views}`,
          ]);
          return {
            value: { requests: waiting },
            text: rows.length === 0 ? 'No requests wait.' : table(['id', 'client', 'image', 'views'], rows),
          };
        },
        { signIn: false },
      ),
    );
  withMode(
    requests
      .command('approve')
      .argument('<id>', 'the request: its id, or how it begins', idArgument)
      .description('give what is asked for')
      .option('--views <n>', 'fewer, or more, than were asked for', viewsArgument),
  ).action(
    clientAction(
      answer,
      async ({ api }, start: string, options: ApproveOptions) => {
        const mode = modeOf(options);
        const { id, from } = only(await api.call('requests', {}), start, 'request');
        const { delivery } = await api.call('approve', { id, views: options.views, mode });
        return { value: { delivery }, text: `Approved: ${delivered(delivery, from)}.`, exit: exitOf(delivery) };
      },
      { before: async (_, [, options]) => void modeOf(options) },
    ),
  );
  requests
    .command('reject')
    .argument('<id>', 'the request: its id, or how it begins', idArgument)
    .description('refuse it')
    .action(
      clientAction(answer, async ({ api }, start: string) => {
        const { id, from } = only(await api.call('requests', {}), start, 'request');
        const { delivery } = await api.call('reject', { id });
        return { value: { delivery }, text: `Rejected: ${delivered(delivery, from)}.`, exit: exitOf(delivery) };
      }),
    );
}
