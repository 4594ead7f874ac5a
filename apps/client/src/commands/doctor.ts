/** doctor: what is wrong, in words */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { z } from 'zod';
import type { Api } from '../api/api.ts';
import { connect } from '../connect.ts';
import { EXIT, failureOf } from '../exit.ts';
import { profileFolder } from '../settings.ts';
import { type CommandContext, contextOf, leave } from './context.ts';

interface Finding {
  readonly check: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** How long a server may take to answer a handshake before it counts as down. */
const LINK_MS = 3_000;

const schema = z.object({
  healthy: z.boolean(),
  findings: z.array(z.object({ check: z.string(), ok: z.boolean(), detail: z.string() })),
});

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('find out what is wrong: profile, ports, servers, registration, what waits')
    .action(async (_: object, command: Command) => {
      const context = await contextOf(command);
      const findings = await examine(context);
      const healthy = findings.every(({ ok }) => ok);
      const text = findings.map(({ check, ok, detail }) => `${ok ? 'ok  ' : 'BAD '} ${check}: ${detail}`).join('\n');
      context.output.result(schema, { healthy, findings: [...findings] }, text);
      if (!healthy) process.exitCode = EXIT.error;
    });
}

async function examine(context: CommandContext): Promise<readonly Finding[]> {
  const folder = profileFolder(context.settings.profile);
  const hasKeys = existsSync(join(folder, 'keys.json'));
  const findings: Finding[] = [
    { check: 'keys', ok: hasKeys, detail: hasKeys ? 'there' : `none in ${folder}: p2pimg register` },
  ];
  let api: Api;
  try {
    api = await connect(context.settings);
  } catch (error) {
    const failure = failureOf(error);
    if (failure === undefined) throw error;
    return [...findings, { check: 'profile', ok: false, detail: failure.message }];
  }
  try {
    return [...findings, ...(await examineClient(api))];
  } finally {
    await leave(api);
  }
}

async function examineClient(api: Api): Promise<readonly Finding[]> {
  const until = performance.now() + LINK_MS;
  let status = await api.call('status', {});
  while (Object.values(status.links).some((up) => !up) && performance.now() < until) {
    await sleep(50);
    status = await api.call('status', {});
  }
  const { clientId, port, waiting, links } = status;
  const servers = Object.entries(links).map(([id, up]): Finding => {
    return {
      check: `server ${id}`,
      ok: up,
      detail: up ? 'answers' : 'does not answer: down, or UDP is blocked on the way',
    };
  });
  const registered = clientId !== undefined;
  return [
    { check: 'port', ok: true, detail: `UDP ${port} is bound` },
    ...servers,
    {
      check: 'registration',
      ok: registered,
      detail: registered ? `client ${clientId}` : 'not registered: p2pimg register',
    },
    ...(registered ? [await signInFinding(api, status.signedIn)] : []),
    { check: 'outbox', ok: true, detail: waiting === 0 ? 'empty' : `${waiting} wait for peers who are offline` },
  ];
}

async function signInFinding(api: Api, signedIn: boolean): Promise<Finding> {
  if (signedIn) return { check: 'sign-in', ok: true, detail: 'signed in' };
  try {
    await api.call('signIn', {});
    return { check: 'sign-in', ok: true, detail: 'works' };
  } catch (error) {
    const failure = failureOf(error);
    if (failure === undefined) throw error;
    return { check: 'sign-in', ok: false, detail: failure.message };
  }
}
