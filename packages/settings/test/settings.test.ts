import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { z } from 'zod';
import {
  type Definition,
  describeSettings,
  environmentName,
  flagName,
  InvalidSettingError,
  MAX_SETTINGS_FILE_BYTES,
  parseSettingsFile,
  readSettingsFile,
  resolveSettings,
  SettingsFileError,
  UnknownSettingError,
} from '../src/index.ts';

interface Values {
  readonly 'server.port': number;
  readonly 'timers.heartbeatMs': number;
  readonly 'timers.suspectMs': number;
  readonly 'directory.url': string | undefined;
}

const ms = z.coerce.number('not a number').int('not a whole number').min(1, 'less than 1');
const definition: Definition<Values> = {
  prefix: 'APP',
  settings: {
    'server.port': { schema: ms.max(65_535, 'more than 65,535'), default: 8081, description: 'UDP port' },
    'timers.heartbeatMs': { schema: ms, default: 50, description: 'between heartbeats' },
    'timers.suspectMs': { schema: ms, default: 150, description: 'without heartbeat' },
    'directory.url': { schema: z.string().optional(), default: undefined, description: 'database', secret: true },
  },
  relations: [
    (v) =>
      v['timers.suspectMs'] < 2 * v['timers.heartbeatMs']
        ? 'timers.suspectMs must be at least twice timers.heartbeatMs'
        : undefined,
  ],
};

const none = { flags: {}, environment: {}, file: undefined };
const file = (text: string) => parseSettingsFile('app.toml', text);

test('flags win over the environment, the environment over the file, the file over defaults', (t) => {
  const { values, origins } = resolveSettings(definition, {
    flags: { 'server.port': '1' },
    environment: { APP_SERVER_PORT: '2', APP_TIMERS_HEARTBEAT_MS: '20', PATH: '/bin' },
    file: file('server.port = 3\n[timers]\nheartbeatMs = 30\nsuspectMs = 300'),
  });
  t.deepEqual(values, {
    'server.port': 1,
    'timers.heartbeatMs': 20,
    'timers.suspectMs': 300,
    'directory.url': undefined,
  });
  t.deepEqual(origins, {
    'server.port': 'flag',
    'timers.heartbeatMs': 'environment',
    'timers.suspectMs': 'file',
    'directory.url': 'default',
  });
});

test('an empty variable counts as not set', (t) => {
  t.is(resolveSettings(definition, { ...none, environment: { APP_SERVER_PORT: '' } }).values['server.port'], 8081);
});

test('keys have one spelling per layer', (t) => {
  t.is(environmentName('APP', 'timers.heartbeatMs'), 'APP_TIMERS_HEARTBEAT_MS');
  t.is(flagName('timers.heartbeatMs'), '--timers-heartbeat-ms');
});

test('an unknown key in the file is refused with the nearest one', (t) => {
  const error = t.throws(() => resolveSettings(definition, { ...none, file: file('[timers]\nheartbeetMs = 5') }), {
    instanceOf: UnknownSettingError,
  });
  t.is(error.message, 'app.toml: unknown setting "timers.heartbeetMs" (did you mean timers.heartbeatMs?)');
});

test('an unknown variable under the prefix is refused with the nearest one, others are none of our business', (t) => {
  const error = t.throws(
    () => resolveSettings(definition, { ...none, environment: { APP_SERVER_PROT: '1', APPLE: '1' } }),
    { instanceOf: UnknownSettingError },
  );
  t.is(error.message, 'unknown variable APP_SERVER_PROT (did you mean APP_SERVER_PORT?)');
});

test('every wrong value is named with the place it came from', (t) => {
  const error = t.throws(
    () =>
      resolveSettings(definition, {
        flags: { 'server.port': '70000' },
        environment: { APP_TIMERS_SUSPECT_MS: 'soon' },
        file: file('timers.heartbeatMs = 0'),
      }),
    { instanceOf: InvalidSettingError },
  );
  t.deepEqual(error.problems, [
    '--server-port: more than 65,535',
    'app.toml: timers.heartbeatMs: less than 1',
    'APP_TIMERS_SUSPECT_MS: not a number',
  ]);
});

test('values that contradict each other are refused', (t) => {
  const error = t.throws(() => resolveSettings(definition, { ...none, flags: { 'timers.suspectMs': 60 } }), {
    instanceOf: InvalidSettingError,
  });
  t.is(error.message, 'timers.suspectMs must be at least twice timers.heartbeatMs');
});

test('the description shows values and origins, but no secret', (t) => {
  const url = 'mysql://user:secret@127.0.0.1/db';
  const lines = describeSettings(definition, resolveSettings(definition, { ...none, flags: { 'directory.url': url } }));
  t.deepEqual(lines.at(-1), { key: 'directory.url', value: '(set)', origin: 'flag', description: 'database' });
  t.false(JSON.stringify(lines).includes('secret'));
});

test('a file that is missing, too long or not TOML is one clear line', async (t) => {
  const path = join(tmpdir(), `settings-${randomUUID()}.toml`);
  await t.throwsAsync(readSettingsFile(path), { instanceOf: SettingsFileError, message: `${path}: no such file` });
  await writeFile(path, 'a = = 1\n');
  await t.throwsAsync(readSettingsFile(path), { instanceOf: SettingsFileError, message: /:1:\d+: not TOML$/ });
  await writeFile(path, '#'.repeat(MAX_SETTINGS_FILE_BYTES + 1));
  await t.throwsAsync(readSettingsFile(path), { instanceOf: SettingsFileError, message: /more than/ });
  await t.throwsAsync(readSettingsFile(tmpdir()), { instanceOf: SettingsFileError, message: /cannot be read/ });
});

test('a key called __proto__ is an unknown setting and nothing else', (t) => {
  t.throws(() => resolveSettings(definition, { ...none, file: file('"__proto__" = 1') }), {
    instanceOf: UnknownSettingError,
  });
});
