/** register, signin, peers, status, contacts, block, id show, shutdown */

import type { Command } from 'commander';
import { z } from 'zod';
import { table } from '../output.ts';
import { newsLine, plural } from '../wording.ts';
import { clientArgument, contextOf, withApi } from './context.ts';

const clientId = z.int().min(1);
const none = z.object({});

export function addPeople(program: Command): void {
  program
    .command('register')
    .description('register this profile with the cloud: gives the client number and, once, the recovery key')
    .option('--token <token>', 'where the cloud asks for one')
    .action(async ({ token }: { token?: string }, command: Command) => {
      const context = await contextOf(command);
      await withApi(
        context,
        async (api) => {
          const registered = await api.call('register', { token });
          const { fingerprint } = await api.call('status', {});
          const schema = z.object({ clientId, fingerprint: z.string(), recoveryKey: z.string().optional() });
          const recovery =
            registered.recoveryKey === undefined
              ? ''
              : `\nRecovery key, shown only now; keep it on paper:\n  ${registered.recoveryKey}`;
          const text = `Registered. Your client number is ${registered.clientId}; your fingerprint ${fingerprint}.${recovery}`;
          context.output.result(schema, { ...registered, fingerprint }, text);
          return undefined;
        },
        { signIn: false },
      );
    });

  program
    .command('signin')
    .description('sign in and tell what came while this client was away; stays online only with a daemon')
    .action(async (_: object, command: Command) => {
      const context = await contextOf(command);
      await withApi(
        context,
        async (api) => {
          const { news, clientId: id } = await api.call('signIn', {});
          const lines = news.map(newsLine).filter((line) => line !== undefined);
          const text =
            lines.length === 0 ? 'Signed in. Nothing came while you were away.' : `Signed in.\n${lines.join('\n')}`;
          context.output.result(
            z.object({ clientId, news: z.array(z.looseObject({ kind: z.string() })) }),
            { clientId: id, news: [...news] },
            text,
          );
          if (!api.daemon) context.output.note('Offline again: run "p2pimg daemon" to stay online.');
          return undefined;
        },
        { signIn: false },
      );
    });

  program
    .command('peers')
    .description('list who is online, and their images')
    .action(async (_: object, command: Command) => {
      const context = await contextOf(command);
      await withApi(context, async (api) => {
        const users = (await api.call('activeUsers', {})).map(({ clientId: id, images }) => ({
          clientId: id,
          images: [...images],
        }));
        const schema = z.object({ users: z.array(z.object({ clientId, images: z.array(z.string()) })) });
        const rows = users.map(({ clientId: id, images }) => [id, images.join(', ') || '(no images)']);
        context.output.result(
          schema,
          { users },
          rows.length === 0 ? 'Nobody else is online.' : table(['client', 'images'], rows),
        );
        return undefined;
      });
    });

  program
    .command('status')
    .description('tell how this client stands')
    .action(async (_: object, command: Command) => {
      const context = await contextOf(command);
      await withApi(
        context,
        async (api) => {
          const status = await api.call('status', {});
          const schema = z.object({
            clientId: clientId.optional(),
            signedIn: z.boolean(),
            daemon: z.boolean(),
            waiting: z.int(),
            fingerprint: z.string(),
          });
          const who = status.clientId === undefined ? 'not registered' : `client ${status.clientId}`;
          const text = `${who}, ${status.signedIn ? 'signed in' : 'not signed in'}; ${plural(status.waiting, 'message')} to deliver; daemon ${status.daemon ? 'runs' : 'does not run'}`;
          context.output.result(schema, status, text);
          return undefined;
        },
        { signIn: false },
      );
    });

  const contacts = program.command('contacts').description('clients that this one has met');
  contacts
    .command('list', { isDefault: true })
    .description('list them with their fingerprints')
    .action(async (_: object, command: Command) => {
      const context = await contextOf(command);
      await withApi(
        context,
        async (api) => {
          const met = (await api.call('contacts', {})).map(({ clientId: id, fingerprint, blocked }) => ({
            clientId: id,
            fingerprint,
            blocked,
          }));
          const schema = z.object({
            contacts: z.array(z.object({ clientId, fingerprint: z.string(), blocked: z.boolean() })),
          });
          const rows = met.map(({ clientId: id, fingerprint, blocked }) => [id, fingerprint, blocked ? 'blocked' : '']);
          context.output.result(
            schema,
            { contacts: met },
            rows.length === 0 ? 'Nobody yet.' : table(['client', 'fingerprint', ''], rows),
          );
          return undefined;
        },
        { signIn: false },
      );
    });
  contacts
    .command('trust')
    .description('believe the keys that the directory gives for a client now, after comparing fingerprints')
    .argument('<client>', 'its number', clientArgument)
    .action(async (id: number, _: object, command: Command) => {
      const context = await contextOf(command);
      await withApi(context, async (api) => {
        await api.call('trust', { clientId: id });
        context.output.result(none, {}, `The keys of client ${id} are trusted from now on.`);
        return undefined;
      });
    });

  for (const blocked of [true, false]) {
    program
      .command(blocked ? 'block' : 'unblock')
      .description(blocked ? 'refuse everything that a client sends' : 'hear a client again')
      .argument('<client>', 'its number', clientArgument)
      .action(async (id: number, _: object, command: Command) => {
        const context = await contextOf(command);
        await withApi(context, async (api) => {
          await api.call('block', { clientId: id, blocked });
          context.output.result(none, {}, `Client ${id} is ${blocked ? 'blocked' : 'heard again'}.`);
          return undefined;
        });
      });
  }

  program
    .command('history')
    .description('what this client has done and received')
    .action(async (_: object, command: Command) => {
      const context = await contextOf(command);
      await withApi(
        context,
        async (api) => {
          const history = (await api.call('history', {})).map((entry) => ({ ...entry }));
          const schema = z.object({
            history: z.array(z.looseObject({ at: z.number(), what: z.string(), imageId: z.string() })),
          });
          const rows = history.map(({ at, what, imageId, peer, views }) => [
            new Date(at).toISOString(),
            what,
            imageId,
            peer ?? '',
            views ?? '',
          ]);
          context.output.result(
            schema,
            { history },
            rows.length === 0 ? 'Nothing yet.' : table(['when', 'what', 'image', 'client', 'views'], rows),
          );
          return undefined;
        },
        { signIn: false },
      );
    });
}
