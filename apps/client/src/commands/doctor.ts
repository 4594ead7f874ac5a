/** doctor: what is wrong, in words */

import type { Command } from 'commander';
import { z } from 'zod';
import type { Api } from '../api/api.ts';
import { connect, manifestOf } from '../connect.ts';
import { examineClient, type Finding, keysFinding, openingFinding } from '../doctor/examine.ts';
import { EXIT } from '../exit.ts';
import { profileFolder } from '../settings.ts';
import { type CommandContext, contextOf, leave, mayAsk } from './context.ts';

const examined = z.object({
  healthy: z.boolean(),
  findings: z.array(z.object({ check: z.string(), ok: z.boolean(), detail: z.string() })),
});

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('find out what is wrong: profile, port, servers, clock, keys, what waits')
    .action(async (_: object, command: Command) => {
      const context = await contextOf(command);
      const findings = await examine(context);
      const healthy = findings.every(({ ok }) => ok);
      const lines = findings.map(({ check, ok, detail }) => `${ok ? 'ok  ' : 'BAD '} ${check}: ${detail}`);
      context.output.result(examined, { healthy, findings: [...findings] }, lines.join('\n'));
      if (!healthy) process.exitCode = EXIT.error;
    });
}

async function examine(context: CommandContext): Promise<readonly Finding[]> {
  const { settings } = context;
  const keys = keysFinding(profileFolder(settings.profile));
  let api: Api;
  try {
    api = await connect(settings, { ask: mayAsk(context) });
  } catch (error) {
    return [keys, openingFinding(error, settings['bind.port'])];
  }
  try {
    return [keys, ...(await examineClient(api, await manifestOf(settings)))];
  } finally {
    await leave(api);
  }
}
