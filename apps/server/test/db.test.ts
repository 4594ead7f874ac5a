import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { freeTcpPort, runNode, tempDir } from '@p2pimg/testkit';
import test from 'ava';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));

test("D1 D7 the operator's commands: migrate, status, check, purge, restored", async (t) => {
  await using dir = await tempDir();
  const config = dir.at('purge.toml');
  await writeFile(config, `[directory]\nurl = ${JSON.stringify(dir.at('directory.db'))}\n`);
  const db = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await runNode(MAIN, ['db', ...args, '--config', config]);
    t.is(code, 0, stderr);
    return stdout;
  };
  t.regex(await db('migrate'), /^schema 0 is now \d+\n$/);
  t.regex(await db('migrate'), /nothing to do/);
  const before = JSON.parse(await db('status', '--json')) as { content: { generation: string; clients: number } };
  t.is(before.content.clients, 0);
  for (const { level, name } of JSON.parse(await db('check', '--json')) as { level: string; name: string }[]) {
    t.is(level, 'ok', name);
  }
  t.is(await db('purge'), '0 rows purged\n');
  await db('restored');
  const after = JSON.parse(await db('status', '--json')) as typeof before;
  t.not(after.content.generation, before.content.generation);
});

test('D5 a database that does not answer is one line and exit code 4; a wrong address is a wrong setting', async (t) => {
  const nobody = `mysql://p2pimg:secret@127.0.0.1:${await freeTcpPort()}/p2pimg`;
  for (const command of ['migrate', 'status', 'purge', 'restored']) {
    const { code, stderr } = await runNode(MAIN, ['db', command, '--directory-url', nobody]);
    t.is(code, 4, command);
    t.regex(stderr, /^p2pimg-server: the directory \(unreachable\): [^\n]+\n$/);
    t.false(stderr.includes('secret'));
  }
  const { code, stdout } = await runNode(MAIN, ['db', 'check', '--directory-url', nobody]);
  t.is(code, 4);
  t.regex(stdout, /^error +reach 127\.0\.0\.1:\d+ /);
  t.is((await runNode(MAIN, ['db', 'status', '--directory-url', 'postgres://a:b@c/d'])).code, 3);
});
