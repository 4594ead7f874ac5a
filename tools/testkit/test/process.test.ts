import { once } from 'node:events';
import { connect } from 'node:net';
import process from 'node:process';
import { setImmediate } from 'node:timers/promises';
import { freeTcpPort, LineTimeout, ProcessEnded, runProcess, SpawnFailed, spawnProcess } from '@p2pimg/testkit';
import test from 'ava';

const node = (script: string): [string, string[]] => [process.execPath, ['-e', script]];

test('a line is found whether it was written before or comes later', async (t) => {
  await using child = await spawnProcess(
    ...node("console.log('one'); process.stdin.once('data', (d) => console.log('got ' + d))"),
  );
  t.is(await child.line('one'), 'one');
  t.is(await child.line(/^o/), 'one');
  child.write('two\n');
  t.is(await child.line(/^got/, { after: child.lineCount }), 'got two');
});

test('a line written in pieces, and a last line without an end, are whole', async (t) => {
  const script =
    "process.stdout.write('a'); setImmediate(() => { process.stdout.write('b\\nlast'); process.stderr.write('x') })";
  await using child = await spawnProcess(...node(script));
  await child.exited;
  t.deepEqual(
    child
      .lines()
      .filter((line) => line.stream === 'stdout')
      .map((line) => line.text),
    ['ab', 'last'],
  );
  t.is(child.stderr, 'x\n');
});

test('waiting for a line that never comes ends with the last words', async (t) => {
  await using child = await spawnProcess(...node("console.log('hello'); setInterval(() => {}, 1000)"));
  await child.line('hello');
  const error = await t.throwsAsync(child.line('goodbye', { timeoutMs: 1 }), { instanceOf: LineTimeout });
  t.regex(error?.message ?? '', /stdout: hello/);
});

test('waiting for a line of a process that ends says how it ended', async (t) => {
  await using child = await spawnProcess(...node("console.error('no room'); process.exitCode = 3"));
  const error = await t.throwsAsync(child.line('ready'), { instanceOf: ProcessEnded });
  t.regex(error?.message ?? '', /ended \(3\)[\s\S]*stderr: no room/);
});

test('stop ends a process that ignores SIGTERM, or is frozen, and may be repeated', async (t) => {
  await using child = await spawnProcess(
    ...node("process.on('SIGTERM', () => {}); console.log('up'); setInterval(() => {}, 1000)"),
  );
  await child.line('up');
  t.true(child.signal('SIGTERM'));
  t.true(child.signal('SIGSTOP'));
  t.deepEqual(await child.stop(), { code: null, signal: 'SIGKILL' });
  t.deepEqual(await child.stop(), { code: null, signal: 'SIGKILL' });
  t.false(child.signal('SIGTERM'));
});

test('a program that does not exist is a named error', async (t) => {
  await t.throwsAsync(spawnProcess('/no/such/program'), { instanceOf: SpawnFailed });
});

test('a program runs to its end without a terminal and with standard input closed', async (t) => {
  const done = await runProcess(
    ...node("process.stdin.on('end', () => console.log(String(process.stdin.isTTY))).resume()"),
  );
  t.deepEqual(done, { code: 0, signal: null, stdout: 'undefined\n', stderr: '' });
});

test('a program that runs too long is killed', async (t) => {
  const done = await runProcess(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { timeoutMs: 50 });
  t.is(done.signal, 'SIGKILL');
});

test('a child does not outlive a parent that is killed', async (t) => {
  const port = await freeTcpPort();
  const grandchild = `require('net').createServer().listen(${port}, '127.0.0.1', () => console.log('listening'))`;
  const script = `import('${import.meta.resolve('@p2pimg/testkit')}').then(async ({ spawnProcess }) => {
    const child = await spawnProcess(process.execPath, ['-e', ${JSON.stringify(grandchild)}]);
    console.log(await child.line('listening'));
  })`;
  await using parent = await spawnProcess(process.execPath, ['--conditions=@p2pimg/source', '-e', script]);
  await parent.line('listening');
  t.true(await accepts(port));
  await parent.stop();
  while (await accepts(port)) await setImmediate();
  t.pass();
});

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
