/** What every command gets, and how it ends. */

import type { Command } from 'commander';
import { abortable } from '../api/abortable.ts';
import type { Api } from '../api/api.ts';
import { CommandError, EXIT, type ExitCode } from '../exit.ts';
import { interruptible } from '../interruption.ts';
import { Output } from '../output.ts';
import type { ClientSettings } from '../settings.ts';

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
  const { loadClientSettings } = await import('../settings.ts');
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
 * Runs `body` with a client that is signed in (unless `signIn` is false), gives up after `--timeout` seconds or when it is interrupted, and
 * leaves the client as it was found: a client of this process goes offline again.
 * @param body its calls reject with the reason when the signal is aborted; for what else it waits, it has to look at the signal
 */
export async function withApi(
  context: CommandContext,
  body: (api: Api, signal: AbortSignal) => Promise<ExitCode | undefined>,
  { signIn = true, untimed = false }: SessionOptions = {},
): Promise<void> {
  await interruptible(async (interrupted) => {
    const { connect } = await import('../connect.ts');
    const client = await connect(context.settings, { ask: mayAsk(context), signal: interrupted });
    const limit = timeLimit(untimed ? undefined : context.settings.timeout);
    try {
      const signal = AbortSignal.any([interrupted, limit.signal]);
      const api = abortable(client, signal);
      if (signIn) await ensureSignedIn(api);
      const code = await body(api, signal);
      if (code !== undefined) process.exitCode = code;
    } finally {
      limit.clear();
      await leave(client);
    }
  });
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

/** How long a directory that does not answer holds up the end of a program. */
const LEAVE_MS = 2_000;

/** Offline in the directory, if the client lives in this process and somebody can still hear it. */
export async function leave(api: Api): Promise<void> {
  if (!api.daemon) {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, LEAVE_MS);
    // Whoever is not heard any more goes offline by lease.
    await Promise.race([api.call('shutdown', {}).catch(() => undefined), promise]);
    clearTimeout(timer);
  }
  await api.close();
}

function timeLimit(seconds: number | undefined): { readonly signal: AbortSignal; readonly clear: () => void } {
  const controller = new AbortController();
  const timer =
    seconds === undefined
      ? undefined
      : setTimeout(() => {
          const message = `no result within ${seconds} s (--timeout)`;
          controller.abort(new CommandError(message, EXIT.cloudUnreachable, 'timeout'));
        }, seconds * 1_000);
  return { signal: controller.signal, clear: () => clearTimeout(timer) };
}
