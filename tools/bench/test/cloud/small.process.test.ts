import { fileURLToPath } from 'node:url';
import { runNode } from '@p2pimg/testkit';
import test from 'ava';

const PROGRAM = fileURLToPath(new URL('../../src/cloud/main.ts', import.meta.url));

test('P1 P2 S6 a small run: the leader killed midway, one server slow, and every picture is back', async (t) => {
  t.timeout(240_000);
  const words = '--n 60 --warm-up 0 --kill --slow --json'.split(' ');
  const { code, stdout, stderr } = await runNode(PROGRAM, words, { timeoutMs: 200_000 });
  t.is(code, 0, stderr + stdout);
  const report = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Record<string, unknown>;
  t.like(report, {
    bench: 'cloud',
    n: 60,
    policy: 'least-outstanding',
    kill: true,
    slowMs: 50,
    requests: 60,
    failures: 0,
  });
  t.regex((report.killed as { readonly server: string }).server, /^s[123]$/);
  const perServer = Object.values(report.perServer as Readonly<Record<string, number>>);
  t.is(
    perServer.reduce((a, b) => a + b),
    60,
  );
  t.true((report.totalSeconds as number) > 0);
  const { average, p50, max } = report.completeMs as Readonly<Record<string, number>>;
  t.true(average! > 0 && p50! > 0 && max! >= average!);
  const processes = report.processes as readonly { readonly threads: Readonly<Record<string, number>> }[];
  t.is(processes.length, 5, 'the killed one has no figures');
  for (const { threads } of processes) {
    t.deepEqual(Object.keys(threads), ['main', 'workers', 'v8', 'rest']);
    t.true(threads.main! > 0);
  }
});
