/** daemon, shutdown */

import type { Command } from 'commander';
import { abortable } from '../api/abortable.ts';
import { RemoteApi, socketPath } from '../daemon/remote.ts';
import { CommandError, EXIT } from '../exit.ts';
import { aborted, interruptible } from '../interruption.ts';
import type { Zod } from '../output.ts';
import { type CommandContext, contextOf, leave, mayAsk, withApi } from './context.ts';

const none = (z: Zod) => z.object({});

export function addDaemon(program: Command): void {
  const daemon = program.command('daemon').description('stay online, so that peers reach this client between commands');
  daemon
    .command('run', { isDefault: true })
    .description('run until SIGTERM, SIGINT or "daemon stop"')
    .action(async (_: object, command: Command) => {
      const context = await contextOf(command);
      await interruptible((signal) => run(context, signal));
    });
  daemon
    .command('stop')
    .description('go offline and end')
    .action(async (_: object, command: Command) => {
      const context = await contextOf(command);
      const remote = await RemoteApi.connect(socketPath(context.settings));
      if (remote === undefined) throw new CommandError('no daemon runs for this profile', EXIT.error, 'daemon');
      await remote.stop();
      await context.output.result(none, {}, 'The daemon has stopped.');
    });

  program
    .command('shutdown')
    .description('go offline in the directory; a daemon ends')
    .action(async (_: object, command: Command) => {
      const context = await contextOf(command);
      const remote = await RemoteApi.connect(socketPath(context.settings));
      if (remote !== undefined) await remote.stop();
      else await withApi(context, async () => undefined); // signing in and out again ends whatever was left by a crash
      await context.output.result(none, {}, 'Offline.');
    });
}

async function run(context: CommandContext, signal: AbortSignal): Promise<void> {
  const { settings, output } = context;
  const { DaemonServer } = await import('../daemon/server.ts');
  const { openLocal } = await import('../local-client.ts');
  const api = await openLocal(settings, { daemon: true, ask: mayAsk(context), signal });
  const server = await DaemonServer.open(api, socketPath(settings)).catch(async (error: unknown) => {
    await api.close();
    throw error;
  });
  try {
    const { clientId } = await api.call('status', {});
    if (clientId !== undefined) await abortable(api, signal).call('signIn', {});
    const said = clientId === undefined ? 'Waiting for "p2pimg register".' : `Client ${clientId} is online.`;
    await output.result((z) => z.object({ clientId: z.int().optional() }), { clientId }, said);
    // To be told to end is how a daemon ends: no interruption.
    await Promise.race([aborted(signal), server.stopAsked]);
  } finally {
    await leave({ ...api, daemon: false });
    await server.close();
  }
}
