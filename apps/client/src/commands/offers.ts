/** share; offers: list, accept, decline */

import type { Command } from 'commander';
import { table, type Zod } from '../output.ts';
import { delivered, plural } from '../wording.ts';
import { clientAction } from './action.ts';
import { clientArgument, idArgument, imageArgument, viewsArgument } from './arguments.ts';
import { deliverySchema, exitOf } from './delivery.ts';
import { type ModeOptions, modeOf, withMode } from './mode.ts';
import { only, SHOWN_DIGITS } from './waiting-list.ts';

const shared = (z: Zod) => z.object({ offerId: z.string(), delivery: deliverySchema(z) });
const list = (z: Zod) =>
  z.object({
    offers: z.array(z.object({ id: z.string(), from: z.int(), imageId: z.string(), views: z.int() })),
  });
const answered = (z: Zod) => z.object({ delivery: deliverySchema(z) });

interface ShareOptions extends ModeOptions {
  readonly views: number;
}

export function addShare(program: Command): void {
  withMode(
    program
      .command('share')
      .description('offer an own picture to a client unasked')
      .argument('<image>', 'its id', imageArgument)
      .argument('<client>', "the viewer's number", clientArgument)
      .requiredOption('--views <n>', 'how many', viewsArgument),
  ).action(
    clientAction(
      shared,
      async ({ api }, imageId: string, viewerId: number, options: ShareOptions) => {
        const { views } = options;
        const value = await api.call('share', { imageId, viewerId, views, mode: modeOf(options) });
        const text = `Offered ${imageId} with ${plural(views, 'view')}: ${delivered(value.delivery, viewerId)}.`;
        return { value, text, exit: exitOf(value.delivery) };
      },
      { before: async (_, [, , options]) => void modeOf(options) },
    ),
  );
}

export function addOffers(program: Command): void {
  const offers = program.command('offers').description('what other clients offer unasked: list, accept, decline');
  offers
    .command('list', { isDefault: true })
    .description('list those that wait')
    .action(
      clientAction(
        list,
        async ({ api }) => {
          const waiting = (await api.call('offers', {})).map(({ id, from, imageId, views }) => ({
            id,
            from,
            imageId,
            views,
          }));
          const rows = waiting.map(({ id, from, imageId, views }) => [id.slice(0, SHOWN_DIGITS), from, imageId, views]);
          return {
            value: { offers: waiting },
            text: rows.length === 0 ? 'No offers wait.' : table(['id', 'client', 'image', 'views'], rows),
          };
        },
        { signIn: false },
      ),
    );
  for (const answer of ['accept', 'decline'] as const) {
    offers
      .command(answer)
      .argument('<id>', 'the offer: its id, or how it begins', idArgument)
      .description(answer === 'accept' ? 'take it' : 'do not take it')
      .action(
        clientAction(answered, async ({ api }, start: string) => {
          const { id, from } = only(await api.call('offers', {}), start, 'offer');
          const { delivery } = await api.call(answer, { id });
          const text = `${answer === 'accept' ? 'Accepted' : 'Declined'}: ${delivered(delivery, from)}.`;
          return { value: { delivery }, text, exit: exitOf(delivery) };
        }),
      );
  }
}
