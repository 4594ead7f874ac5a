import test, { type ExecutionContext } from 'ava';
import { whyNoLink } from '../../bench/link/link.ts';
import { offloadDriver } from '../../src/io/offload-driver.ts';
import { type Ended, run } from '../support/process/in-process.ts';

/** Runs the script where there is offload; plain sockets have nothing of this to prove. */
async function proven(t: ExecutionContext, want: Partial<Ended>, ...how: Parameters<typeof run>): Promise<void> {
  if (offloadDriver() === undefined) {
    t.pass('no offload here');
    return;
  }
  const ended = await run(...how);
  t.like(ended, { signal: null, err: '', ...want });
}

test('T2 N4 a process whose sockets are closed while packets come in ends by itself', (t) =>
  proven(t, { code: 0, out: 'closed\n' }, 'endings.ts', ['finish']));

test('T2 N4 a process leaves with open sockets while packets come in', (t) =>
  proven(t, { code: 5, out: 'leaving\n' }, 'endings.ts', ['leave']));

test('T2 N4 what a handler of the program throws surfaces as uncaught, and goes through no C', (t) =>
  proven(t, { code: 3, out: 'surfaced: a handler of the program\n' }, 'endings.ts', ['throw']));

test('T2 N4 worker threads with open sockets exit and are terminated, and the process goes on', (t) =>
  proven(t, { code: 0, out: 'workers gone\n' }, 'endings.ts', ['worker']));

test('T2 N4 no descriptor left: opening a transport fails by name, and those that are open go on', (t) =>
  proven(
    t,
    { code: 0, out: 'EMFILE after some\nclosed\n' },
    'endings.ts',
    ['crowd'],
    ['sh', '-c', 'ulimit -n 60; exec "$@"', 'sh'],
  ));

test('T2 N4 a socket that only the event loop holds goes on hearing through garbage collections, until it is closed', (t) =>
  proven(
    t,
    { code: 0, out: `${Array.from({ length: 20 }, (_, i) => i).join(' ')}\n0 of 2 gone\n1 of 3 gone\n` },
    'collected.ts',
  ));

test('T2 N4 where C cannot call back, a socket is watched by dgram', (t) =>
  proven(t, { code: 0, out: 'heard, 0 callbacks left\n' }, 'unwatched.ts', ['callback']));

test('T2 N4 where libuv does not take a descriptor, a socket is watched by dgram, and C calls nobody', (t) =>
  proven(t, { code: 0, out: 'heard, 0 callbacks left\n' }, 'unwatched.ts', ['init']));

for (const when of ['before', 'after']) {
  test(`T2 N4 a socket that dgram fails to bind, ${when} it has taken the descriptor, holds neither port nor descriptor`, (t) =>
    proven(t, { code: 0, out: 'heard, 0 callbacks left\nnot bound\n0 descriptors left\n' }, 'unwatched.ts', [when]));
}

test('T2 N4 beside dgram no more is read in a row than leaves time for timers', (t) =>
  proven(t, { code: 0, out: 'at most 32 in a row\n' }, 'adopted.ts'));

test('T1 T2 N4 a path smaller than a datagram gets all that is sent, in one piece or many', async (t) => {
  const reason = whyNoLink();
  if (reason !== undefined) {
    t.pass(reason);
    return;
  }
  await proven(t, { code: 0, out: 'arrived: 70763\n' }, 'small-path.ts', [], ['unshare', '-n']);
});

test('T2 N4 what a full send buffer does not take leaves when there is room, all of it', async (t) => {
  const reason = whyNoLink();
  if (reason !== undefined) {
    t.pass(reason);
    return;
  }
  await proven(t, { code: 0, out: 'arrived: 32\n' }, 'full-buffer.ts', [], ['unshare', '-n']);
});
