/** `p2pimg-server run`: one server of a cloud, until it is told to stop. */

import type { RunningServer } from '@p2pimg/cloud';
import type { VersionRange } from '@p2pimg/wire';
import type { Command } from 'commander';
import type { Logger } from 'pino';
import { tuneEngine } from '../engine.ts';
import { EXIT } from '../exit.ts';
import { createLogger } from '../logging.ts';
import { loadServerSettings, type ServerSettings } from '../settings.ts';
import { type Credentials, readCredentials, readSignedManifest, serverConfig } from '../start.ts';
import { addSettingsOptions, settingsFlags } from './settings-options.ts';

export function addRun(program: Command, versions: VersionRange): void {
  addSettingsOptions(
    program.command('run').description('run a server until it gets SIGTERM or SIGINT; SIGHUP reads the manifest again'),
  ).action(async (_options: object, command: Command) => {
    const handleHangUps = noticeHangUps();
    tuneEngine();
    const { values } = await loadServerSettings(settingsFlags(command), process.env);
    const credentials = await readCredentials(values);
    const log = createLogger(values, credentials.secrets.serverId);
    const { serve } = await import('../serve.ts');
    const server = await serve(await serverConfig(values, credentials, log, versions));
    announce(server, log);
    handleHangUps(() => void reload(server, values, credentials, log));
    await stopped(server, values, log);
  });
}

function announce({ serverId, clientAddress, statusAddress }: RunningServer, log: Logger): void {
  const status = statusAddress === undefined ? undefined : `http://${statusAddress.host}:${statusAddress.port}/statusz`;
  log.info({ status }, `server ${serverId} serves clients on ${clientAddress.host} port ${clientAddress.port}`);
}

/**
 * Notices SIGHUP from now on, which would end the process: a service manager may send it as soon as there is one. What came before
 * there was a handler is handled once.
 */
function noticeHangUps(): (handler: () => void) => void {
  let handle: (() => void) | undefined;
  let missed = false;
  process.on('SIGHUP', () => {
    if (handle === undefined) missed = true;
    else handle();
  });
  return (handler) => {
    handle = handler;
    if (missed) handler();
  };
}

/** SIGHUP: the manifest is read again. A bad one changes nothing. */
async function reload(
  server: RunningServer,
  settings: ServerSettings,
  { rootKey }: Credentials,
  log: Logger,
): Promise<void> {
  try {
    const { manifest } = await readSignedManifest(settings.manifest, rootKey);
    await server.reload(manifest);
    log.info({ serial: manifest.serial }, `goes on by manifest ${manifest.serial}`);
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unknown';
    log.error({}, `the manifest was not taken over: ${why}`);
  }
}

/** The first signal drains, the second ends at once. */
async function stopped(server: RunningServer, settings: ServerSettings, log: Logger): Promise<void> {
  const signal = await nextSignal();
  log.info({ signal }, 'stops: finishes what it has, takes nothing new');
  void nextSignal().then(() => process.exit(EXIT.interrupted));
  await server.stop({ drainMs: settings['timers.drainMs'] });
  log.info({}, 'stopped');
}

function nextSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    const take = (signal: NodeJS.Signals): void => {
      process.off('SIGTERM', take);
      process.off('SIGINT', take);
      resolve(signal);
    };
    process.on('SIGTERM', take);
    process.on('SIGINT', take);
  });
}
