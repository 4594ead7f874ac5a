import test from 'ava';
import fc from 'fast-check';
import { type Choice, Election, type Heartbeat, type Policy } from '../src/index.ts';
import { memberConfigs } from './cloud.ts';

const choice = (change: Partial<Choice> = {}): Choice => ({
  requestId: '00112233445566778899aabbccddeeff',
  tried: [],
  reachable: [],
  ...change,
});

/** Server a of `count`, having heard a heartbeat of each other one. */
function hearing(policy: Policy, heartbeats: readonly Partial<Heartbeat>[], self = 'a', loads = 0.5): Election {
  const members = memberConfigs(heartbeats.length);
  const election = new Election({ self, members, incarnation: 1, policy }, () => 0.5);
  election.step(0, { type: 'load', value: loads });
  election.step(0, { type: 'start' });
  for (const [i, { id }] of members.entries()) {
    const message: Heartbeat = {
      type: 'heartbeat',
      sequence: 1,
      incarnation: 1,
      phase: 'member',
      group: { epoch: 0, revision: 0 },
      priority: 1,
      outstanding: 0,
      serviceMs: 50,
      utilization: 0,
      ...heartbeats[i],
    };
    if (id !== self) election.step(1, { type: 'message', from: id, message });
  }
  return election;
}

test('E3 least-load takes the highest priority; ties go to the lower address', (t) => {
  t.is(hearing('least-load', [{}, { priority: 3 }, { priority: 9 }]).chooseHandler(choice()), 'c');
  t.is(hearing('least-load', [{}, { priority: 9 }, { priority: 9 }]).chooseHandler(choice()), 'b');
});

test('E3 round-robin takes each in turn, leaving out who cannot', (t) => {
  const election = hearing('round-robin', [{}, {}, {}, {}]);
  const take = (count: number, change?: Partial<Choice>): string =>
    Array.from({ length: count }, () => election.chooseHandler(choice(change))).join('');
  t.is(take(6), 'abcdab');
  t.is(take(4, { tried: ['c'] }), 'dabd');
});

test('E3 least-outstanding counts live, weighs by service time, then by utilisation, then by the common order', (t) => {
  const election = hearing('least-outstanding', [{}, { outstanding: 3 }, { outstanding: 1 }]);
  const taken: string[] = [];
  for (let i = 0; i < 6; i++) {
    const handler = election.chooseHandler(choice());
    election.noteAssigned(2, handler);
    taken.push(handler);
  }
  t.is(taken.join(''), 'aacaca');
  election.noteDone('b');
  election.noteDone('b');
  t.is(election.chooseHandler(choice()), 'b');
  t.is(hearing('least-outstanding', [{}, { serviceMs: 10, outstanding: 2 }, {}]).chooseHandler(choice()), 'b');
  const busy = hearing('least-outstanding', [{}, { utilization: 0.9 }, { utilization: 0.1 }]);
  busy.step(2, { type: 'load', value: 0.5, utilization: 0.5 });
  t.is(busy.chooseHandler(choice()), 'c');
  t.is(hearing('least-outstanding', [{}, {}, { priority: 9 }]).chooseHandler(choice()), 'c');
});

test('E3 a heartbeat’s absolute count corrects drift, but not what crossed it on the way', (t) => {
  const outstanding = (election: Election): number => election.view().members.find(({ id }) => id === 'b')!.outstanding;
  const beat = (election: Election, now: number, sequence: number, count: number): void => {
    const message = { ...heartbeatOf(sequence), outstanding: count };
    election.step(now, { type: 'message', from: 'b', message });
  };
  const heartbeatOf = (sequence: number): Heartbeat => ({
    type: 'heartbeat',
    sequence,
    incarnation: 1,
    phase: 'member',
    group: { epoch: 0, revision: 0 },
    priority: 1,
    outstanding: 0,
    serviceMs: 50,
    utilization: 0,
  });
  const election = hearing('least-outstanding', [{}, {}, {}]);
  for (let i = 0; i < 5; i++) election.noteAssigned(10, 'b');
  t.is(outstanding(election), 5);
  beat(election, 50, 2, 2); // three `done` were lost
  t.is(outstanding(election), 2);
  election.noteAssigned(99, 'b');
  beat(election, 100, 3, 2); // left b before the assignment reached it
  t.is(outstanding(election), 3);
  beat(election, 150, 4, 3);
  t.is(outstanding(election), 3);
  for (let i = 0; i < 9; i++) election.noteDone('b');
  t.is(outstanding(election), 0, 'never below nothing');
});

test('E3 E5 reachable before alive before untried before unsuspected', (t) => {
  const election = hearing('least-load', [{ priority: 1 }, { priority: 9 }, { priority: 5, phase: 'leaving' }]);
  t.is(election.chooseHandler(choice({ reachable: ['a', 'c'] })), 'a', 'c is leaving');
  t.is(election.chooseHandler(choice({ reachable: ['c'] })), 'c', 'nothing else can be reached');
  t.is(election.chooseHandler(choice({ tried: ['b'] })), 'a');
  t.is(election.chooseHandler(choice({ tried: ['a', 'b'] })), 'b', 'tried, but c is leaving');
  election.step(2, { type: 'hint', peer: 'b' });
  t.is(election.chooseHandler(choice()), 'a', 'b is suspect');
  t.is(election.chooseHandler(choice({ tried: ['a'] })), 'b', 'a suspect is better than a failed attempt');
});

test('E5 rendezvous order is the same on every server, spreads evenly, and moves only the requests of who leaves', (t) => {
  const [a, b, c] = ['a', 'b', 'c'].map((self) => hearing('least-outstanding', [{}, {}, {}], self)) as [
    Election,
    Election,
    Election,
  ];
  const first = new Map<string, number>();
  for (let i = 0; i < 3_000; i++) {
    const requestId = i.toString(16).padStart(32, '0');
    const order = a.rendezvousOrder(choice({ requestId }));
    if (i < 100) {
      t.deepEqual(b.rendezvousOrder(choice({ requestId })), order);
      t.deepEqual(c.rendezvousOrder(choice({ requestId })), order);
      for (const [id, server] of Object.entries({ a, b, c })) {
        t.is(server.rendezvousRank(choice({ requestId })), order.indexOf(id));
        const failed = choice({ requestId, tried: [order[1]!], reachable: [order[1]!, order[2]!] });
        t.is(server.rendezvousRank(failed), server.rendezvousOrder(failed).indexOf(id));
      }
      t.deepEqual(a.rendezvousOrder(choice({ requestId, tried: [order[0]!] })), [...order.slice(1), order[0]!]);
    }
    first.set(order[0]!, (first.get(order[0]!) ?? 0) + 1);
  }
  for (const count of first.values()) t.true(Math.abs(count - 1_000) < 130, `${count}`);
  b.step(2, { type: 'hint', peer: 'a' });
  t.deepEqual(
    b.rendezvousOrder(choice()),
    a.rendezvousOrder(choice()),
    'a suspicion that others do not share changes nothing',
  );
});

test('N1 equal inputs give the same handler on any server, and always exactly one', (t) => {
  const load = fc.record({
    priority: fc.double({ min: 0.1, max: 100, noNaN: true }),
    outstanding: fc.nat(9),
    serviceMs: fc.integer({ min: 1, max: 99 }),
  });
  const subset = fc.subarray(['a', 'b', 'c', 'd']);
  const policy = fc.constantFrom<Policy>('least-outstanding', 'least-load');
  fc.assert(
    fc.property(
      policy,
      fc.array(load, { minLength: 4, maxLength: 4 }),
      subset,
      subset,
      (chosen, loads, tried, reachable) => {
        const seenBy = (order: readonly number[]): string => {
          const election = hearing(chosen, [{}, ...loads.slice(1)]);
          for (const i of order) election.step(2, { type: 'hint', peer: ['b', 'c', 'd'][i]! });
          return election.chooseHandler(choice({ tried, reachable }));
        };
        const handler = seenBy([0, 1, 2]);
        t.is(seenBy([2, 1, 0]), handler);
        t.true(['a', 'b', 'c', 'd'].includes(handler));
        if (reachable.length > 0) t.true(reachable.includes(handler));
      },
    ),
    { numRuns: 300 },
  );
});
