/** What every command gets, and how it ends. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { Api } from '../api/api.ts';
import { connect } from '../connect.ts';
import { CommandError, EXIT, type ExitCode } from '../exit.ts';
import { Output } from '../output.ts';
import { type ClientSettings, loadClientSettings } from '../settings.ts';

export interface GlobalOptions {
  readonly json?: boolean;
  readonly input: boolean;
  readonly yes?: boolean;
}

export interface CommandContext {
  readonly settings: ClientSettings;
  readonly output: Output;
  readonly options: GlobalOptions;
}

export interface SessionOptions {
  /** Default true. */
  readonly signIn?: boolean;
  /** `--timeout` is no limit for the whole. */
  readonly untimed?: boolean;
}

export async function contextOf(command: Command): Promise<CommandContext> {
  const { json, input, yes, ...settings } = command.optsWithGlobals<GlobalOptions & Record<string, unknown>>();
  const { values } = await loadClientSettings(flagsOf(settings), process.env);
  return {
    settings: values,
    output: new Output(json ?? false),
    options: { input, ...(json === undefined ? {} : { json }), ...(yes === undefined ? {} : { yes }) },
  };
}

/** Flags as they are spelt in code, by dotted key. */
export function flagsOf(options: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { config, profile, manifest, advertise, visibility, timeout, bindHost, bindPort, logLevel } = options;
  return {
    config,
    profile,
    manifest,
    advertise,
    visibility,
    timeout,
    'bind.host': bindHost,
    'bind.port': bindPort,
    'log.level': logLevel,
  };
}

/** Whether somebody is there to answer a question. */
export function mayAsk({ options }: Pick<CommandContext, 'options'>): boolean {
  return options.input && !options.json && process.stdin.isTTY === true && process.stdout.isTTY === true;
}

/**
 * Runs `body` with a client that is signed in (unless `signIn` is false), gives up after `--timeout` seconds, and leaves the client as
 * it was found: a client of this process goes offline again.
 */
export async function withApi(
  context: CommandContext,
  body: (api: Api, signal: AbortSignal) => Promise<ExitCode | undefined>,
  { signIn = true, untimed = false }: SessionOptions = {},
): Promise<void> {
  const api = await connect(context.settings, { ask: mayAsk(context) });
  const interrupted = new AbortController();
  const onSignal = (): void => interrupted.abort();
  process.once('SIGINT', onSignal);
  process.once('SIGTERM', onSignal);
  try {
    const work = (async () => {
      if (signIn) await ensureSignedIn(api);
      return body(api, interrupted.signal);
    })();
    const code = await Promise.race([
      work,
      ...(untimed ? [] : [timeUp(context.settings.timeout)]),
      interruption(interrupted.signal),
    ]);
    if (code !== undefined) process.exitCode = code;
  } finally {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
    await leave(api);
  }
}

/** @throws CommandError before registration */
export async function requireRegistered(api: Api): Promise<void> {
  const { clientId } = await api.call('status', {});
  if (clientId === undefined) {
    throw new CommandError('this profile is not registered yet: p2pimg register', EXIT.notSignedIn, 'not_registered');
  }
}

async function ensureSignedIn(api: Api): Promise<void> {
  await requireRegistered(api);
  const { signedIn } = await api.call('status', {});
  if (!signedIn) await api.call('signIn', {});
}

/** Offline in the directory, if the client lives in this process and somebody can still hear it. */
export async function leave(api: Api): Promise<void> {
  if (!api.daemon) {
    const { signedIn } = await api.call('status', {});
    if (signedIn) await Promise.race([api.call('shutdown', {}).catch(() => undefined), sleep(2_000)]);
  }
  await api.close();
}

async function timeUp(seconds: number): Promise<never> {
  await sleep(seconds * 1_000, undefined, { ref: false });
  throw new CommandError(`no result within ${seconds} s (--timeout)`, EXIT.cloudUnreachable, 'timeout');
}

function interruption(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new CommandError('interrupted', EXIT.interrupted, 'interrupted')));
  });
}
