/** rights: list, add, take, set, revoke, mode */

import type { RightsChange } from '@p2pimg/client';
import type { Command } from 'commander';
import { type Said, table, type Zod } from '../output.ts';
import { delivered, plural } from '../wording.ts';
import { clientAction, type Outcome, type Session } from './action.ts';
import { clientArgument, imageArgument, viewsArgument } from './arguments.ts';
import { deliverySchema, exitOf } from './delivery.ts';
import { type ModeOptions, modeOf, withMode } from './mode.ts';

const list = (z: Zod) =>
  z.object({
    rights: z.array(
      z.object({
        imageId: z.string(),
        viewerId: z.int(),
        remaining: z.int(),
        used: z.int(),
        revoked: z.boolean(),
        /** Who counts: the cloud (`witnessed`), the cloud in advance (`offline`), or the viewer (`trusting`). */
        mode: z.enum(['witnessed', 'offline', 'trusting']),
        /** Of the last view that the owner was told of, in ms since 1970. */
        viewedAt: z.number().optional(),
      }),
    ),
  });
const changed = (z: Zod) => z.object({ remaining: z.int(), delivery: deliverySchema(z) });
type Changed = Said<typeof changed>;

const CHANGES = [
  ['add', 'give more views'],
  ['take', 'take views back'],
  ['set', 'let exactly so many remain'],
] as const;

export function addRights(program: Command): void {
  const rights = program
    .command('rights')
    .description('who may see which of your pictures: list, add, take, set, revoke, mode');
  rights
    .command('list', { isDefault: true })
    .description('list them')
    .action(
      clientAction(
        list,
        async ({ api }) => {
          const given = (await api.call('sharedRights', {})).map(
            ({ imageId, viewerId, remaining, used, revoked, mode, viewedAt }) => ({
              mode: mode.kind,
              imageId,
              viewerId,
              remaining,
              used,
              revoked,
              viewedAt,
            }),
          );
          const rows = given.map(({ imageId, viewerId, remaining, used, revoked, mode, viewedAt }) => [
            imageId,
            viewerId,
            revoked ? 'revoked' : remaining,
            used,
            mode,
            viewedAt === undefined ? '' : new Date(viewedAt).toISOString(),
          ]);
          return {
            value: { rights: given },
            text:
              rows.length === 0
                ? 'You have not shared anything yet.'
                : table(['image', 'client', 'left', 'used', 'mode', 'last viewed'], rows),
          };
        },
        { signIn: false },
      ),
    );
  for (const [kind, description] of CHANGES) {
    rights
      .command(kind)
      .description(description)
      .argument('<image>', 'its id', imageArgument)
      .argument('<client>', "the viewer's number", clientArgument)
      .argument('<views>', 'how many', viewsArgument)
      .action(
        clientAction(changed, (session, imageId: string, viewerId: number, views: number) =>
          change(session, imageId, viewerId, { kind, views }),
        ),
      );
  }
  addMode(rights);
  rights
    .command('revoke')
    .description('take all views back')
    .argument('<image>', 'its id', imageArgument)
    .argument('<client>', "the viewer's number", clientArgument)
    .action(
      clientAction(changed, (session, imageId: string, viewerId: number) =>
        change(session, imageId, viewerId, { kind: 'revoke' }),
      ),
    );
}

function addMode(rights: Command): void {
  withMode(
    rights
      .command('mode')
      .description('say who counts the views: the cloud, unless an option says otherwise')
      .argument('<image>', 'its id', imageArgument)
      .argument('<client>', "the viewer's number", clientArgument),
  ).action(
    clientAction(
      changed,
      async (session, imageId: string, viewerId: number, options: ModeOptions) =>
        change(session, imageId, viewerId, { kind: 'mode', mode: modeOf(options) ?? { kind: 'witnessed' } }),
      { before: async (_, [, , options]) => void modeOf(options) },
    ),
  );
}

async function change(
  { api }: Session,
  imageId: string,
  viewerId: number,
  wanted: RightsChange,
): Promise<Outcome<Changed>> {
  const { remaining, delivery } = await api.call('changeRights', { imageId, viewerId, change: wanted });
  const text = `Client ${viewerId} has ${plural(remaining, 'view')} of ${imageId} left: ${delivered(delivery, viewerId)}.`;
  return { value: { remaining, delivery }, text, exit: exitOf(delivery) };
}
