/** peers, contacts, block, unblock, history */

import type { Command } from 'commander';
import { table, type Zod } from '../output.ts';
import { usersTable } from '../wording.ts';
import { clientAction } from './action.ts';
import { clientArgument } from './arguments.ts';

const none = (z: Zod) => z.object({});
const users = (z: Zod) =>
  z.object({ users: z.array(z.object({ clientId: z.int().min(1), images: z.array(z.string()) })) });
const contactList = (z: Zod) =>
  z.object({
    contacts: z.array(z.object({ clientId: z.int().min(1), fingerprint: z.string(), blocked: z.boolean() })),
  });
const historyList = (z: Zod) =>
  z.object({
    /** `at`: ms since 1970. */
    history: z.array(z.looseObject({ at: z.number(), what: z.string(), imageId: z.string() })),
  });

export function addPeople(program: Command): void {
  program
    .command('peers')
    .description('list who is online, and their images')
    .action(
      clientAction(users, async ({ api }) => {
        const online = (await api.call('activeUsers', {})).map(({ clientId: id, images }) => ({
          clientId: id,
          images: [...images],
        }));
        return { value: { users: online }, text: usersTable(online) };
      }),
    );

  addContacts(program);

  for (const blocked of [true, false]) {
    program
      .command(blocked ? 'block' : 'unblock')
      .description(blocked ? 'refuse everything that a client sends' : 'hear a client again')
      .argument('<client>', 'its number', clientArgument)
      .action(
        clientAction(none, async ({ api }, id: number) => {
          await api.call('block', { clientId: id, blocked });
          return { value: {}, text: `Client ${id} is ${blocked ? 'blocked' : 'heard again'}.` };
        }),
      );
  }

  program
    .command('history')
    .description('what this client has done and received')
    .action(
      clientAction(
        historyList,
        async ({ api }) => {
          const history = (await api.call('history', {})).map((entry) => ({ ...entry }));
          const rows = history.map(({ at, what, imageId, peer, views }) => [
            new Date(at).toISOString(),
            what,
            imageId,
            peer ?? '',
            views ?? '',
          ]);
          return {
            value: { history },
            text: rows.length === 0 ? 'Nothing yet.' : table(['when', 'what', 'image', 'client', 'views'], rows),
          };
        },
        { signIn: false },
      ),
    );
}

function addContacts(program: Command): void {
  const contacts = program.command('contacts').description('clients that this one has met');
  contacts
    .command('list', { isDefault: true })
    .description('list them with their fingerprints')
    .action(
      clientAction(
        contactList,
        async ({ api }) => {
          const met = (await api.call('contacts', {})).map(({ clientId: id, fingerprint, blocked }) => ({
            clientId: id,
            fingerprint,
            blocked,
          }));
          const rows = met.map(({ clientId: id, fingerprint, blocked }) => [id, fingerprint, blocked ? 'blocked' : '']);
          return {
            value: { contacts: met },
            text: rows.length === 0 ? 'Nobody yet.' : table(['client', 'fingerprint', ''], rows),
          };
        },
        { signIn: false },
      ),
    );
  contacts
    .command('trust')
    .description('believe the keys that the directory gives for a client now, after comparing fingerprints')
    .argument('<client>', 'its number', clientArgument)
    .action(
      clientAction(none, async ({ api }, id: number) => {
        await api.call('trust', { clientId: id });
        return { value: {}, text: `The keys of client ${id} are trusted from now on.` };
      }),
    );
}
