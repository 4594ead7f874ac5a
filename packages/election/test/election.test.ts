import test from 'ava';
import {
  Election,
  type ElectionConfig,
  type ElectionEffect,
  type ElectionMessage,
  type Heartbeat,
  MAX_PRIORITY,
  MembershipError,
  priorityOf,
  TimingError,
} from '../src/index.ts';
import { Cloud, type Fact, memberConfigs } from './cloud.ts';

const members = memberConfigs(3);

function started(config: Partial<ElectionConfig> = {}): Election {
  const election = new Election({ self: 'a', members, incarnation: 1, ...config }, () => 0.5);
  election.step(0, { type: 'start' });
  return election;
}

function heartbeat(change: Partial<Heartbeat> = {}): Heartbeat {
  return {
    type: 'heartbeat',
    sequence: 1,
    incarnation: 1,
    phase: 'member',
    group: { epoch: 0, revision: 0 },
    priority: 1,
    outstanding: 0,
    serviceMs: 50,
    utilization: 0,
    ...change,
  };
}

const facts = (effects: readonly ElectionEffect[]): string[] =>
  effects.map((effect) =>
    effect.type === 'report' ? effect.fact.kind : `send ${effect.message.type} to ${effect.to}`,
  );

test('E1 a change of leader costs n − 1 messages at most, a death or a revival O(n), for 2 … 50 servers', (t) => {
  for (const servers of [2, 3, 5, 10, 25, 50]) {
    let coordinators = 0;
    const onSend = (_: number, message: ElectionMessage): void => {
      if (message.type === 'coordinator') coordinators += 1;
    };
    const cloud = new Cloud({
      servers,
      seed: servers,
      loads: Array.from({ length: servers }, (_, i) => i + 1),
      onSend,
    });
    const { simulation } = cloud;
    const during = (ms: number): number => {
      coordinators = 0;
      simulation.runUntil(simulation.now + ms);
      return coordinators;
    };
    t.is(during(900), servers - 1, 'the first leader announces itself once to each');
    t.is(cloud.server(1)?.election.leader, cloud.members[0]!.id);
    simulation.apply({ kind: 'crash', at: 0, node: 0, disk: 'lost', downMs: 1_000 });
    t.true(during(900) <= 2 * (servers - 1), 'the successor announces itself');
    t.true(during(900) <= 3 * (servers - 1), 'the revived one is told by each, and all get the new order');
    t.is(during(900), 0, 'quiet');
  }
});

test('E1 E2 priorities that cross in real time change the order, at most once a second, not the leader', (t) => {
  let groups = 0;
  const cloud = new Cloud({
    servers: 3,
    seed: 1,
    loads: [0.1, 0.2, 0.3],
    onFact: (node, { kind }) => {
      if (node === 0 && kind === 'group') groups += 1;
    },
  });
  const { simulation } = cloud;
  simulation.runUntil(1_000);
  groups = 0;
  for (let i = 0; i < 14; i++) {
    simulation.inject(1, { type: 'load', value: i % 2 === 0 ? 9 : 0.2 });
    simulation.runUntil(simulation.now + 400);
  }
  t.true(groups >= 2 && groups <= 6, `${groups}`);
  t.is(cloud.server(2)?.election.leader, 'a');
  simulation.inject(0, { type: 'load', value: 5 });
  simulation.runUntil(simulation.now + 2_500);
  for (const election of cloud.elections()) {
    const view = election.view();
    t.is(view.leader, 'a');
    t.deepEqual(
      view.members.map(({ id }) => id),
      ['b', 'c', 'a'],
    );
    t.deepEqual(
      view.members.map(({ priority }) => priority),
      [5, 1 / 0.3, 0.2],
    );
  }
});

test('U1 E2 E4 each server reports everybody’s priority about once a second, and who leads', (t) => {
  const reports: Fact[][] = [[], [], []];
  const onFact = (node: number, fact: Fact): void => void reports[node]!.push(fact);
  const cloud = new Cloud({ servers: 3, seed: 1, loads: [0.5, 0.2, 0], onFact });
  cloud.simulation.runUntil(5_500);
  for (const facts of reports) {
    const priorities = facts.filter((fact) => fact.kind === 'priorities');
    t.is(priorities.length, 5);
    t.deepEqual(priorities.at(-1)?.priorities, [
      { id: 'c', priority: 100, state: 'alive' },
      { id: 'b', priority: 5, state: 'alive' },
      { id: 'a', priority: 2, state: 'alive' },
    ]);
    t.like(
      facts.find((fact) => fact.kind === 'leader'),
      { leader: 'c', epoch: 1 },
    );
  }
});

test('E2 N2 the priority is finite at load 0, whatever the load is', (t) => {
  t.is(priorityOf(0), MAX_PRIORITY);
  t.is(priorityOf(-1), MAX_PRIORITY);
  t.is(priorityOf(Number.NaN), MAX_PRIORITY);
  t.is(priorityOf(0.5), 2);
  t.true(priorityOf(Number.POSITIVE_INFINITY) > 0);
});

test('E4 N2 N4 messages from strangers, from oneself, stale or out of range change nothing', (t) => {
  const election = started();
  election.step(1, { type: 'message', from: 'b', message: heartbeat({ sequence: 5, incarnation: 7 }) });
  const before = JSON.stringify(election.view());
  const coordinator = { type: 'coordinator', epoch: 9, leader: 'b', revision: 1, members: [] } as const;
  const cases: [string, string, ElectionMessage][] = [
    ['a stranger', 'mallory', heartbeat({ priority: 100 })],
    ['a stranger as leader', 'mallory', { ...coordinator, leader: 'mallory' }],
    ['oneself', 'a', heartbeat({ incarnation: 99 })],
    ['an old sequence', 'b', heartbeat({ sequence: 5, incarnation: 7, priority: 9 })],
    ['an old incarnation', 'b', heartbeat({ sequence: 9, incarnation: 6, priority: 9 })],
    ['an infinite priority', 'b', heartbeat({ sequence: 6, incarnation: 7, priority: Number.POSITIVE_INFINITY })],
    ['a priority above the floor', 'b', heartbeat({ sequence: 6, incarnation: 7, priority: 101 })],
    ['an incarnation that could not be surpassed', 'b', heartbeat({ incarnation: 2 ** 53 })],
    ['an epoch that could not be surpassed', 'b', { ...coordinator, epoch: 2 ** 53 }],
    ['a probe that could not be surpassed', 'b', { type: 'probe', nonce: 1, incarnation: 2 ** 53, asker: 'b' }],
    ['a leader who is no member', 'b', { ...coordinator, leader: 'mallory' }],
    ['an unasked answer', 'b', { type: 'probe_ack', nonce: 1, subject: 'c', incarnation: 9, asker: 'a' }],
    [
      'an answer in the name of another',
      'b',
      { type: 'probe_ack', nonce: 1, subject: 'c', incarnation: 9, asker: 'c' },
    ],
    ['a probe request for oneself', 'b', { type: 'probe_request', nonce: 1, subject: 'a', incarnation: 1 }],
    ['a probe request for a stranger', 'b', { type: 'probe_request', nonce: 1, subject: 'mallory', incarnation: 1 }],
  ];
  for (const [what, from, message] of cases) {
    t.deepEqual(facts(election.step(2, { type: 'message', from, message })), ['ignored'], what);
    t.is(JSON.stringify(election.view()), before, what);
  }
});

test('E1 a group with strangers or impossible priorities in it is taken without them', (t) => {
  const election = started();
  const entries = [
    { id: 'b', incarnation: 1, priority: 9 },
    { id: 'mallory', incarnation: 1, priority: 100 },
    { id: 'c', incarnation: 1, priority: 1e9 },
  ];
  election.step(1, {
    type: 'message',
    from: 'b',
    message: { type: 'coordinator', epoch: 1, leader: 'b', revision: 1, members: entries },
  });
  t.deepEqual(
    election.view().members.map(({ id, state }) => `${id} ${state}`),
    ['b alive', 'a alive', 'c dead'],
  );
});

test('E4 a doubted server answers with a higher incarnation, and passes on only what others say of themselves', (t) => {
  const election = started();
  const probe = { type: 'probe', nonce: 7, incarnation: 4, asker: 'c' } as const;
  const effects = election.step(1, { type: 'message', from: 'b', message: probe });
  t.deepEqual(facts(effects), ['incarnation', 'send probe_ack to b']);
  t.is(election.view().incarnation, 5);
  const ack = { type: 'probe_ack', nonce: 7, subject: 'b', incarnation: 9, asker: 'c' } as const;
  t.deepEqual(facts(election.step(2, { type: 'message', from: 'b', message: ack })), ['send probe_ack to c']);
});

test('E4 short lateness of this process itself is not the peers’ silence', (t) => {
  const election = started();
  election.step(1, { type: 'message', from: 'b', message: heartbeat() });
  // The process is stepped 120 ms late three times: far more than three heartbeats, but each time it was its own fault.
  let now = 1;
  for (let i = 0; i < 3; i++) {
    now = (election.nextTimeout() ?? now) + 120;
    t.false(facts(election.step(now, { type: 'timeout' })).includes('suspected'));
    t.false(facts(election.step(now, { type: 'timeout' })).includes('incarnation'));
  }
});

test('E1 E4 a link that is broken for good, both ways or one way, kills nobody and deposes nobody while a third helps', (t) => {
  for (const oneWay of [false, true]) {
    for (const [from, to] of [
      [0, 1],
      [1, 0],
      [1, 2],
    ] as const) {
      const told: string[] = [];
      const onFact = (_: number, { kind }: Fact): void => {
        if (kind === 'died' || kind === 'leader') told.push(kind);
      };
      const cloud = new Cloud({ servers: 3, seed: 4, loads: [0.1, 0.5, 0.9], onFact });
      cloud.simulation.runUntil(1_000);
      t.is(told.splice(0).length, 3, 'each has heard of the first leader');
      cloud.simulation.apply({ kind: 'partition', at: 0, from: [from], to: [to], oneWay, forMs: 1e9 });
      cloud.simulation.runUntil(30_000);
      t.deepEqual(told, []);
    }
  }
});

test('E7 a server that stood still acts on nothing before it has a fresh view', (t) => {
  const cloud = new Cloud({ servers: 3, seed: 5, loads: [0.1, 0.5, 0.9] });
  const { simulation } = cloud;
  simulation.runUntil(1_000);
  t.true(cloud.server(0)?.election.isLeader);
  let sawJoining = false;
  simulation.onStep = (node) => {
    if (node !== 0) return;
    const { joining, leader } = cloud.server(0)!.election.view();
    sawJoining ||= joining;
    if (joining) t.false(cloud.server(0)!.election.isLeader);
    else if (sawJoining) t.is(leader, 'b', 'the view that it gets is the new one');
  };
  simulation.apply({ kind: 'pause', at: 0, node: 0, forMs: 700 });
  simulation.runUntil(2_500);
  t.true(sawJoining);
  t.is(cloud.server(0)?.election.view().incarnation, 2);
});

test('E7 a leader that stood still so briefly that nobody missed it goes on leading', (t) => {
  const cloud = new Cloud({ servers: 3, seed: 6, loads: [0.1, 0.5, 0.9] });
  cloud.simulation.runUntil(1_000);
  cloud.simulation.apply({ kind: 'pause', at: 0, node: 0, forMs: 180 });
  cloud.simulation.runUntil(1_600);
  const { election } = cloud.server(0)!;
  t.is(election.view().incarnation >= 2, true);
  t.true(election.isLeader);
  t.is(election.epoch, 1);
});

test('S1 E1 a server that leads alone is found by one that comes later; membership can grow and shrink', (t) => {
  const alone = new Election({ self: 'a', members: members.slice(0, 1), incarnation: 1 }, () => 0.5);
  alone.step(0, { type: 'start' });
  t.true(alone.isLeader, 'a cloud of one waits for nobody');
  const grown = alone.step(10, { type: 'members', members });
  t.deepEqual(facts(grown), [], 'a stranger to come is not yet a member of the group');
  alone.step(20, { type: 'message', from: 'c', message: heartbeat({ phase: 'joining' }) });
  t.deepEqual(
    alone.view().members.map(({ id, state }) => `${id} ${state}`),
    ['a alive', 'c alive', 'b dead'],
  );
  const shrunk = alone.step(30, { type: 'members', members: members.slice(0, 2) });
  t.true(facts(shrunk).includes('group'));
  t.deepEqual(
    alone.view().members.map(({ id }) => id),
    ['a', 'b'],
  );
  t.throws(() => alone.step(40, { type: 'members', members: members.slice(1) }), { instanceOf: MembershipError });
});

test('E1 impossible configurations are refused with the reason', (t) => {
  const make =
    (config: Partial<ElectionConfig>): (() => Election) =>
    () =>
      new Election({ self: 'a', members, incarnation: 1, ...config }, Math.random);
  const [a, b] = members as [(typeof members)[0], (typeof members)[0]];
  t.throws(make({ self: 'z' }), { instanceOf: MembershipError, message: /"z", is not among/ });
  t.throws(make({ members: [] }), { instanceOf: MembershipError });
  t.throws(make({ members: [a, a] }), { instanceOf: MembershipError, message: /twice/ });
  t.throws(make({ members: [a, { ...b, host: a.host }] }), {
    instanceOf: MembershipError,
    message: /address of another/,
  });
  t.throws(make({ members: [a, { ...b, host: 'example.org' }] }), {
    instanceOf: MembershipError,
    message: /not an IP/,
  });
  t.throws(make({ members: memberConfigs(101) }), { instanceOf: MembershipError, message: /at most 100/ });
  t.throws(make({ incarnation: 0 }), { instanceOf: RangeError });
  t.throws(make({ timing: { heartbeatMs: 0 } }), { instanceOf: TimingError, message: /heartbeatMs/ });
  t.throws(make({ timing: { missedHeartbeats: 2.5 } }), { instanceOf: TimingError, message: /whole/ });
  t.throws(make({ timing: { standstillMs: 40 } }), { instanceOf: TimingError, message: /standstillMs/ });
  t.throws(make({ timing: { standstillMs: 250 } }), {
    instanceOf: TimingError,
    message: /declare a silent server dead/,
  });
  t.throws(make({ timing: { joinMs: 60 } }), { instanceOf: TimingError, message: /joinMs/ });
  t.throws(make({ timing: { indirectProbes: 4 } }), { instanceOf: TimingError, message: /fewer/ });
});
