import { Election } from '@p2pimg/election';
import type { AnyRequest } from '@p2pimg/wire';
import test from 'ava';
import type { Client } from '../../src/core/clients.ts';
import { DEFAULT_TIMING } from '../../src/core/config.ts';
import { Outbox } from '../../src/core/outbox.ts';
import { Lifecycle } from '../../src/core/requests/lifecycle.ts';
import { Moves } from '../../src/core/requests/moves.ts';
import { Notices } from '../../src/core/requests/notices.ts';
import { RequestTable } from '../../src/core/requests/table.ts';

const id = 'ab'.repeat(16);
const members = ['s1', 's2', 's3'].map((name, i) => ({ id: name, host: `192.0.2.${i + 1}`, port: 8085 }));
const client = { session: 1, keyHex: 'aa', recent: { clientId: undefined, askedAt: 0 } } as Client;
const request = (tried: readonly string[]): AnyRequest =>
  ({ type: 'lookup', id, notAfter: 60_000, servers: [], tried, body: { clientId: 1 } }) as unknown as AnyRequest;

/** s2, which follows s1. */
function follower() {
  const election = new Election({ self: 's2', members, incarnation: 1 }, () => 0.5);
  const entries = members.map((member) => ({ id: member.id, incarnation: 1, priority: 1 }));
  const group = { type: 'coordinator', epoch: 3, leader: 's1', revision: 1, members: entries } as const;
  election.step(0, { type: 'start' });
  election.step(0, { type: 'message', from: 's1', message: group });
  const table = new RequestTable(10);
  const begun: number[] = [];
  const work = { start: () => begun.push(1), stop: () => {}, longestMs: () => 1_000 };
  return { parts: { self: 's2', election, table, timing: DEFAULT_TIMING, out: new Outbox(), work }, table, begun };
}

test('N4 N2 names that a client says it has tried in vain are remembered only if they are servers', (t) => {
  const { parts, table } = follower();
  const lifecycle = new Lifecycle(parts);
  for (let i = 0; i < 100; i++) lifecycle.arrive(i, request([`stranger-${i}`, 's3']), client, 60_000);
  t.deepEqual([...table.get(id)!.failed], ['s3']);
});

test('E3 E5 a request waits for the stamp of a leader that lives, and not for one that has failed it', (t) => {
  const { parts, begun } = follower();
  const lifecycle = new Lifecycle(parts);
  lifecycle.arrive(0, request([]), client, 60_000);
  t.true(lifecycle.nextTimeout() >= DEFAULT_TIMING.leaderWaitMs);
  lifecycle.arrive(10, request(['s1']), client, 60_000);
  t.true(lifecycle.nextTimeout() < DEFAULT_TIMING.leaderWaitMs / 2);
  lifecycle.timeout(lifecycle.nextTimeout());
  t.is(begun.length, 1);
});

test('E5 only what the leader of today says, and says first, teaches how long its stamps take', (t) => {
  const learned = (from: string, epoch: number): number => {
    const { parts, table } = follower();
    const moves = new Moves(parts);
    const notices = new Notices(parts, moves);
    const entry = table.add(id, 60_000)!;
    Object.assign(entry, { request: request([]), openedAt: 0 });
    notices.receive(4_000, from, { type: 'stamp', id, handler: 's3', epoch, attempt: 0 });
    const { ms } = moves.stampWait;
    notices.receive(4_000, from, { type: 'stamp', id, handler: 's3', epoch, attempt: 0 });
    t.is(moves.stampWait.ms, ms, 'the second one is none');
    return ms;
  };
  t.true(learned('s1', 3) > DEFAULT_TIMING.leaderWaitMs);
  t.is(learned('s1', 2), DEFAULT_TIMING.leaderWaitMs);
  t.is(learned('s3', 3), DEFAULT_TIMING.leaderWaitMs);
});

test('E5 only the named handler, for the attempt that it was named for, teaches how long handlers take to begin', (t) => {
  const learned = (from: string, attempt: number): number => {
    const { parts, table } = follower();
    const moves = new Moves(parts);
    const notices = new Notices(parts, moves);
    table.add(id, 60_000)!.request = request([]);
    notices.receive(0, 's1', { type: 'stamp', id, handler: 's3', epoch: 3, attempt: 0 });
    notices.receive(4_000, from, { type: 'handling', id, attempt });
    return moves.grace.ms;
  };
  t.true(learned('s3', 0) > DEFAULT_TIMING.handlingGraceMs);
  t.is(learned('s1', 0), DEFAULT_TIMING.handlingGraceMs);
  t.is(learned('s3', 1), DEFAULT_TIMING.handlingGraceMs);
});

test('E3 E5 a leader that stamps itself has begun: nobody waits for another word of it', (t) => {
  const { parts, table } = follower();
  const lifecycle = new Lifecycle(parts);
  lifecycle.arrive(0, request([]), client, 60_000);
  lifecycle.notice(1, 's1', { type: 'stamp', id, handler: 's1', epoch: 3, attempt: 0 });
  t.is(table.get(id)?.phase, 'elsewhere');
  t.is(lifecycle.nextTimeout(), 1 + 1_000 + DEFAULT_TIMING.handlingGraceMs);
});

test('E3 E5 of a leader that stamps itself and another that has begun, the one first in order keeps the request', (t) => {
  for (const id of ['00', '01', '02', '03', '04', '05', '06', '07'].map((byte) => byte.repeat(16))) {
    const { parts, table } = follower();
    const lifecycle = new Lifecycle(parts);
    lifecycle.arrive(0, { ...request(['s3']), id } as AnyRequest, client, 60_000);
    lifecycle.timeout(lifecycle.nextTimeout());
    t.is(table.get(id)?.phase, 'here');
    lifecycle.notice(300, 's1', { type: 'stamp', id, handler: 's1', epoch: 3, attempt: 0 });
    const [first] = parts.election.rendezvousOrder({ requestId: id, tried: ['s3'], reachable: [] });
    t.is(table.get(id)?.phase, first === 's1' ? 'elsewhere' : 'here');
  }
});

test('E3 E5 N1 word of an answer that the client has come back from does not end what was begun since', (t) => {
  const { parts, table, begun } = follower();
  const lifecycle = new Lifecycle(parts);
  lifecycle.arrive(0, request([]), client, 60_000);
  lifecycle.notice(1, 's1', { type: 'stamp', id, handler: 's1', epoch: 3, attempt: 0 });
  lifecycle.arrive(10, request(['s1']), client, 60_000);
  lifecycle.timeout(lifecycle.nextTimeout());
  t.is(begun.length, 1);
  lifecycle.notice(500, 's1', { type: 'done', id, attempt: 0, outcome: 'answered' });
  t.is(table.get(id)?.phase, 'here', 's1 believes that this server goes on');
  lifecycle.notice(501, 's1', { type: 'done', id, attempt: 1, outcome: 'answered' });
  t.is(table.get(id)?.phase, 'answered', 'an answer since then counts');
});
