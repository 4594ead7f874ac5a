/** encode, delete, images */

import { resolve } from 'node:path';
import type { Command } from 'commander';
import { table, type Zod } from '../output.ts';
import { bytesText, EncodingProgress } from '../progress.ts';
import { clientAction } from './action.ts';
import { imageArgument } from './arguments.ts';
import { confirmed } from './confirm.ts';

const encoded = (z: Zod) => z.object({ imageId: z.string(), digest: z.string(), bytes: z.int(), server: z.string() });
const deleted = (z: Zod) => z.object({ imageId: z.string() });
const images = (z: Zod) =>
  z.object({
    own: z.array(z.object({ imageId: z.string(), state: z.string() })),
    held: z.array(
      z.object({
        imageId: z.string(),
        ownerId: z.int(),
        remaining: z.int(),
        mode: z.enum(['witnessed', 'offline', 'trusting']),
        /** Views that need no cloud. */
        heldInAdvance: z.int(),
        /** ms since 1970. */
        expiresAt: z.number().optional(),
      }),
    ),
  });

export function addPictures(program: Command): void {
  program
    .command('encode')
    .description('have the cloud hide a picture (PNG or JPEG, at most 12 MiB), and offer it to others')
    .argument('<file>', 'the picture')
    .option('--name <name>', "its name; the file's otherwise")
    .option('--cover <cover>', "a cover of the cloud, by name; the cloud's default otherwise")
    .action(
      clientAction(
        encoded,
        async ({ api, context }, file: string, { name, cover }: { name?: string; cover?: string }) => {
          const { output } = context;
          const progress = new EncodingProgress();
          try {
            const value = await api.call('encode', { path: resolve(file), name, cover }, (step) =>
              output.progress(progress.line(step)),
            );
            const text = `Encoded as ${value.imageId} (${bytesText(value.bytes)}) by ${value.server}; others can ask for it now.`;
            return { value, text };
          } finally {
            output.endProgress();
          }
        },
      ),
    );

  program
    .command('delete')
    .description('take an own picture out of the directory; who holds it keeps the rights that were given')
    .argument('<image>', 'its id', imageArgument)
    .action(
      clientAction(
        deleted,
        async ({ api }, imageId: string) => {
          await api.call('unpublish', { imageId });
          return { value: { imageId }, text: `${imageId} is not offered any more.` };
        },
        { before: (context, [imageId]) => confirmed(context, `Take ${imageId} out of the directory for good?`) },
      ),
    );

  program
    .command('images')
    .description('list own pictures, and those of others with the views that are left; costs nothing')
    .action(
      clientAction(
        images,
        async ({ api }) => {
          const own = (await api.call('ownImages', {})).map(({ imageId, state }) => ({ imageId, state }));
          const held = (await api.call('peerImages', {})).map(
            ({ imageId, ownerId, remaining, mode, heldInAdvance, expiresAt }) => ({
              imageId,
              ownerId,
              remaining,
              mode,
              heldInAdvance,
              expiresAt,
            }),
          );
          const lines = [
            ...own.map(({ imageId, state }) => [imageId, `yours, ${state}`]),
            ...held.map(({ imageId, remaining, mode, expiresAt }) => [
              imageId,
              `Remaining Views: ${remaining}${mode === 'witnessed' ? '' : ` (${mode}${untilText(expiresAt)})`}`,
            ]),
          ];
          return { value: { own, held }, text: lines.length === 0 ? 'No pictures yet.' : table(['image', ''], lines) };
        },
        { signIn: false },
      ),
    );
}

function untilText(expiresAt: number | undefined): string {
  return expiresAt === undefined ? '' : `, until ${new Date(expiresAt).toISOString()}`;
}
