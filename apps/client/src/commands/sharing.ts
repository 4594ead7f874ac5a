/** request, request-more, share, requests, offers, rights */

import type { Delivery, RightsChange } from '@p2pimg/client';
import { type Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import type { Api } from '../api/api.ts';
import { CommandError, EXIT, type ExitCode } from '../exit.ts';
import { table } from '../output.ts';
import { delivered, plural } from '../wording.ts';
import { clientArgument, contextOf, viewsArgument, withApi } from './context.ts';
import { imageArgument } from './pictures.ts';

const delivery = z.enum(['delivered', 'left', 'queued']);

/** Scripts are told by the exit code that the peer does not have it yet. */
function exitOf(how: Delivery): ExitCode | undefined {
  return how === 'delivered' ? undefined : EXIT.queued;
}

export function addSharing(program: Command): void {
  program
    .command('request')
    .description('ask the owner of an image for it')
    .argument('<image>', 'its id, as "peers" lists it', imageArgument)
    .requiredOption('--views <n>', 'how many', viewsArgument)
    .option('--wait', 'stay until the picture is here, or refused')
    .action(async (imageId: string, { views, wait }: { views: number; wait?: boolean }, command: Command) => {
      const context = await contextOf(command);
      await withApi(context, async (api) => {
        const ownerId = ownerOf(imageId);
        const answer = wait ? answered(api, imageId) : undefined;
        const asked = await api.call('requestImage', { ownerId, imageId, views });
        const schema = z.object({
          requestId: z.string(),
          delivery,
          answer: z.enum(['arrived', 'rejected']).optional(),
        });
        const outcome = await answer;
        const text =
          outcome === undefined
            ? `Asked for ${plural(views, 'view')} of ${imageId}: ${delivered(asked.delivery, ownerId)}.`
            : `${imageId}: ${outcome}.`;
        context.output.result(schema, { ...asked, ...(outcome === undefined ? {} : { answer: outcome }) }, text);
        if (outcome === 'rejected') return EXIT.rejected;
        return outcome === 'arrived' ? undefined : exitOf(asked.delivery);
      });
    });

  program
    .command('request-more')
    .description('ask for more views of a picture that is here')
    .argument('<image>', 'its id', imageArgument)
    .requiredOption('--views <n>', 'how many more', viewsArgument)
    .action(async (imageId: string, { views }: { views: number }, command: Command) => {
      const context = await contextOf(command);
      await withApi(context, async (api) => {
        const asked = await api.call('requestMore', { imageId, views });
        const text = `Asked for ${plural(views, 'more view')} of ${imageId}: ${delivered(asked.delivery, ownerOf(imageId))}.`;
        context.output.result(z.object({ requestId: z.string(), delivery }), asked, text);
        return exitOf(asked.delivery);
      });
    });

  program
    .command('share')
    .description('offer an own picture to a client unasked')
    .argument('<image>', 'its id', imageArgument)
    .argument('<client>', "the viewer's number", clientArgument)
    .requiredOption('--views <n>', 'how many', viewsArgument)
    .action(async (imageId: string, viewerId: number, { views }: { views: number }, command: Command) => {
      const context = await contextOf(command);
      await withApi(context, async (api) => {
        const shared = await api.call('share', { imageId, viewerId, views });
        context.output.result(
          z.object({ offerId: z.string(), delivery }),
          shared,
          `Offered ${imageId}: ${delivered(shared.delivery, viewerId)}.`,
        );
        return exitOf(shared.delivery);
      });
    });

  addRequests(program);
  addOffers(program);
  addRights(program);
}

function addRequests(program: Command): void {
  const requests = program.command('requests').description('requests of other clients');
  requests
    .command('list', { isDefault: true })
    .description('list those that wait')
    .action(async (_: object, command: Command) => {
      const context = await contextOf(command);
      await withApi(
        context,
        async (api) => {
          const waiting = (await api.call('requests', {})).map(({ id, kind, from, imageId, views }) => ({
            id,
            kind,
            from,
            imageId,
            views,
          }));
          const schema = z.object({
            requests: z.array(
              z.object({ id: z.string(), kind: z.string(), from: z.int(), imageId: z.string(), views: z.int() }),
            ),
          });
          const rows = waiting.map(({ id, kind, from, imageId, views }) => [
            id.slice(0, 8),
            from,
            imageId,
            `${kind === 'image' ? '' : '+'}${views}`,
          ]);
          context.output.result(
            schema,
            { requests: waiting },
            rows.length === 0 ? 'No requests wait.' : table(['id', 'client', 'image', 'views'], rows),
          );
          return undefined;
        },
        { signIn: false },
      );
    });
  requests
    .command('approve')
    .argument('<id>', 'the request: its id, or how it begins', idArgument)
    .description('give what is asked for')
    .option('--views <n>', 'fewer, or more, than were asked for', viewsArgument)
    .action(async (start: string, { views }: { views?: number }, command: Command) => {
      const context = await contextOf(command);
      await withApi(context, async (api) => {
        const request = only(await api.call('requests', {}), start, 'request');
        const { delivery: how } = await api.call('approve', { id: request.id, views });
        context.output.result(z.object({ delivery }), { delivery: how }, `Approved: ${delivered(how, request.from)}.`);
        return exitOf(how);
      });
    });
  requests
    .command('reject')
    .argument('<id>', 'the request: its id, or how it begins', idArgument)
    .description('refuse it')
    .action(async (start: string, _: object, command: Command) => {
      const context = await contextOf(command);
      await withApi(context, async (api) => {
        const request = only(await api.call('requests', {}), start, 'request');
        const { delivery: how } = await api.call('reject', { id: request.id });
        context.output.result(z.object({ delivery }), { delivery: how }, `Rejected: ${delivered(how, request.from)}.`);
        return exitOf(how);
      });
    });
}

function addOffers(program: Command): void {
  const offers = program.command('offers').description('pictures that other clients offer unasked');
  offers
    .command('list', { isDefault: true })
    .description('list those that wait')
    .action(async (_: object, command: Command) => {
      const context = await contextOf(command);
      await withApi(
        context,
        async (api) => {
          const waiting = (await api.call('offers', {})).map(({ id, from, imageId, views }) => ({
            id,
            from,
            imageId,
            views,
          }));
          const schema = z.object({
            offers: z.array(z.object({ id: z.string(), from: z.int(), imageId: z.string(), views: z.int() })),
          });
          const rows = waiting.map(({ id, from, imageId, views }) => [id.slice(0, 8), from, imageId, views]);
          context.output.result(
            schema,
            { offers: waiting },
            rows.length === 0 ? 'No offers wait.' : table(['id', 'client', 'image', 'views'], rows),
          );
          return undefined;
        },
        { signIn: false },
      );
    });
  for (const answer of ['accept', 'decline'] as const) {
    offers
      .command(answer)
      .argument('<id>', 'the offer: its id, or how it begins', idArgument)
      .description(answer === 'accept' ? 'take it' : 'do not take it')
      .action(async (start: string, _: object, command: Command) => {
        const context = await contextOf(command);
        await withApi(context, async (api) => {
          const offer = only(await api.call('offers', {}), start, 'offer');
          const { delivery: how } = await api.call(answer, { id: offer.id });
          context.output.result(z.object({ delivery }), { delivery: how }, `Told: ${delivered(how, offer.from)}.`);
          return exitOf(how);
        });
      });
  }
}

function addRights(program: Command): void {
  const rights = program.command('rights').description('who may see which of your pictures');
  rights
    .command('list', { isDefault: true })
    .description('list them')
    .action(async (_: object, command: Command) => {
      const context = await contextOf(command);
      await withApi(
        context,
        async (api) => {
          const shared = (await api.call('sharedRights', {})).map(
            ({ imageId, viewerId, remaining, used, revoked }) => ({ imageId, viewerId, remaining, used, revoked }),
          );
          const schema = z.object({
            rights: z.array(
              z.object({
                imageId: z.string(),
                viewerId: z.int(),
                remaining: z.int(),
                used: z.int(),
                revoked: z.boolean(),
              }),
            ),
          });
          const rows = shared.map(({ imageId, viewerId, remaining, used, revoked }) => [
            imageId,
            viewerId,
            revoked ? 'revoked' : remaining,
            used,
          ]);
          context.output.result(
            schema,
            { rights: shared },
            rows.length === 0 ? 'You have not shared anything yet.' : table(['image', 'client', 'left', 'used'], rows),
          );
          return undefined;
        },
        { signIn: false },
      );
    });
  const changes = [
    ['add', 'give more views'],
    ['take', 'take views back'],
    ['set', 'let exactly so many remain'],
  ] as const;
  for (const [kind, description] of changes) {
    rights
      .command(kind)
      .description(description)
      .argument('<image>', 'its id', imageArgument)
      .argument('<client>', "the viewer's number", clientArgument)
      .argument('<views>', 'how many', viewsArgument)
      .action((imageId: string, viewerId: number, views: number, _: object, command: Command) =>
        changeRights(command, imageId, viewerId, { kind, views }),
      );
  }
  rights
    .command('revoke')
    .description('take all views back')
    .argument('<image>', 'its id', imageArgument)
    .argument('<client>', "the viewer's number", clientArgument)
    .action((imageId: string, viewerId: number, _: object, command: Command) =>
      changeRights(command, imageId, viewerId, { kind: 'revoke' }),
    );
}

async function changeRights(command: Command, imageId: string, viewerId: number, change: RightsChange): Promise<void> {
  const context = await contextOf(command);
  await withApi(context, async (api) => {
    const { remaining, delivery: how } = await api.call('changeRights', { imageId, viewerId, change });
    const text = `Client ${viewerId} has ${plural(remaining, 'view')} of ${imageId} left: ${delivered(how, viewerId)}.`;
    context.output.result(z.object({ remaining: z.int(), delivery }), { remaining, delivery: how }, text);
    return exitOf(how);
  });
}

function ownerOf(imageId: string): number {
  return Number(/^client([0-9]+)-/.exec(imageId)?.[1]);
}

function idArgument(text: string): string {
  if (!/^[0-9a-f]{4,32}$/.test(text)) throw new InvalidArgumentError('at least four hexadecimal digits of the id');
  return text;
}

function only<T extends { readonly id: string }>(all: readonly T[], start: string, what: string): T {
  const [found, another] = all.filter(({ id }) => id.startsWith(start));
  if (found === undefined) throw new CommandError(`no ${what} that waits has that id`, EXIT.error, `${what}_unknown`);
  if (another !== undefined) throw new CommandError(`more than one ${what} begins so`, EXIT.usage, 'usage');
  return found;
}

/** How a request for an image ends. */
function answered(api: Api, imageId: string): Promise<'arrived' | 'rejected'> {
  return new Promise((resolve) => {
    const stop = api.onNews((news) => {
      if (!('imageId' in news) || news.imageId !== imageId) return;
      if (news.kind !== 'imageArrived' && news.kind !== 'rejected') return;
      stop();
      resolve(news.kind === 'rejected' ? 'rejected' : 'arrived');
    });
  });
}
