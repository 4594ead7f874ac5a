/** register, signin, status */

import type { Command } from 'commander';
import { EXIT } from '../exit.ts';
import type { Zod } from '../output.ts';
import { newsLine, plural } from '../wording.ts';
import { clientAction } from './action.ts';

const registration = (z: Zod) =>
  z.object({ clientId: z.int().min(1), fingerprint: z.string(), recoveryKey: z.string().optional() });
const signedIn = (z: Zod) => z.object({ clientId: z.int().min(1), news: z.array(z.looseObject({ kind: z.string() })) });
const status = (z: Zod) =>
  z.object({
    clientId: z.int().min(1).optional(),
    signedIn: z.boolean(),
    daemon: z.boolean(),
    /** Messages that still have to reach somebody. */
    waiting: z.int(),
    fingerprint: z.string(),
    port: z.int(),
    links: z.record(z.string(), z.boolean()),
  });

export function addAccount(program: Command): void {
  program
    .command('register')
    .description('register this profile with the cloud: gives the client number and, once, the recovery key')
    .option('--token <token>', 'where the cloud asks for one')
    .action(
      clientAction(
        registration,
        async ({ api, context }, { token }: { token?: string }) => {
          const registered = await api.call('register', { token });
          const { fingerprint } = await api.call('status', {});
          const { clientId: id, recoveryKey } = registered;
          context.output.note(
            recoveryKey === undefined
              ? 'These keys were registered already.'
              : 'Next: "p2pimg daemon &" to be reachable, or "p2pimg" for the menu.',
          );
          const recovery =
            recoveryKey === undefined ? '' : `\nRecovery key, shown only now; keep it on paper:\n  ${recoveryKey}`;
          return {
            value: { ...registered, fingerprint },
            text: `Registered. Your client number is ${id}; your fingerprint ${fingerprint}.${recovery}`,
          };
        },
        { signIn: false },
      ),
    );

  program
    .command('signin')
    .description('sign in and tell what came while this client was away; stays online only with a daemon')
    .action(
      clientAction(
        signedIn,
        async ({ api, context }) => {
          const { news, clientId: id } = await api.call('signIn', {});
          if (!api.daemon) context.output.note('Offline again: run "p2pimg daemon" to stay online.');
          const lines = news.map(newsLine).filter((line) => line !== undefined);
          return {
            value: { clientId: id, news: [...news] },
            text: ['Signed in.', ...(lines.length === 0 ? ['Nothing came while you were away.'] : lines)].join('\n'),
          };
        },
        { signIn: false },
      ),
    );

  program
    .command('status')
    .description('tell how this client stands')
    .action(
      clientAction(
        status,
        async ({ api }) => {
          const value = await api.call('status', {});
          const who = value.clientId === undefined ? 'not registered' : `client ${value.clientId}`;
          const deliver = value.waiting === 0 ? 'nothing to deliver' : `${plural(value.waiting, 'message')} to deliver`;
          return {
            value: { ...value, links: { ...value.links } },
            text: `${who}, ${value.signedIn ? 'signed in' : 'not signed in'}; ${deliver}; daemon ${value.daemon ? 'runs' : 'does not run'}`,
            exit: value.clientId === undefined ? EXIT.notSignedIn : undefined,
          };
        },
        { signIn: false },
      ),
    );
}
