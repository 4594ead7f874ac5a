/** doctor: what is wrong, in words */

import type { Command } from 'commander';
import { abortable } from '../api/abortable.ts';
import type { Api } from '../api/api.ts';
import type { Finding } from '../doctor/examine.ts';
import { EXIT } from '../exit.ts';
import { interruptible, unlessAborted } from '../interruption.ts';
import type { Zod } from '../output.ts';
import { profileFolder } from '../profile-folder.ts';
import { type CommandContext, contextOf, leave, mayAsk } from './context.ts';

const examined = (z: Zod) =>
  z.object({
    healthy: z.boolean(),
    findings: z.array(z.object({ check: z.string(), ok: z.boolean(), detail: z.string() })),
  });

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('find out what is wrong: profile, port, servers, clock, keys, what waits')
    .action(async (_: object, command: Command) => {
      const context = await contextOf(command);
      const findings = await interruptible((signal) => examine(context, signal));
      const healthy = findings.every(({ ok }) => ok);
      const lines = findings.map(({ check, ok, detail }) => `${ok ? 'ok  ' : 'BAD '} ${check}: ${detail}`);
      await context.output.result(examined, { healthy, findings: [...findings] }, lines.join('\n'));
      if (!healthy) process.exitCode = EXIT.error;
    });
}

async function examine(context: CommandContext, signal: AbortSignal): Promise<readonly Finding[]> {
  const { settings } = context;
  const { connect } = await import('../connect.ts');
  const { examineClient, keysFinding, openingFinding } = await import('../doctor/examine.ts');
  const { manifestOf } = await import('../local-client.ts');
  const keys = keysFinding(profileFolder(settings.profile));
  let api: Api;
  try {
    api = await connect(settings, { ask: mayAsk(context), signal });
  } catch (error) {
    return [keys, await openingFinding(error, settings['bind.port'])];
  }
  try {
    const examined = examineClient(abortable(api, signal), await manifestOf(settings));
    return [keys, ...(await unlessAborted(signal, examined))];
  } finally {
    await leave(api);
  }
}
