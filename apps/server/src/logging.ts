import { type Logger, pino, type TransportSingleOptions } from 'pino';
import type { ServerSettings } from './settings.ts';

/** Logs go to standard output: one JSON object a line, or readable lines on a terminal. Never a key, never a picture. */
export function createLogger(
  settings: Pick<ServerSettings, 'log.level' | 'log.format'>,
  server: string,
  terminal: boolean = process.stdout.isTTY === true,
): Logger {
  const format = settings['log.format'];
  const pretty = format === 'pretty' || (format === 'auto' && terminal);
  const transport: TransportSingleOptions = {
    target: 'pino-pretty',
    options: { ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss.l', colorize: terminal },
  };
  return pino({
    level: settings['log.level'],
    base: { server },
    ...(pretty ? { transport } : {}),
  });
}
