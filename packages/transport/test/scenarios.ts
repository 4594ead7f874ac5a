import {
  type FaultProfile,
  type LinkModel,
  Random,
  randomFaults,
  type Scenario,
  type ScenarioOptions,
  type ScenarioResult,
  Simulation,
} from '@p2pimg/netsim';
import type { EndpointLimits } from '../src/core/limits.ts';
import { ClientProgram, ServerProgram } from './simulation/programs.ts';
import { type Datagram, peerAdapter, type SimPeer, Witness } from './simulation/sim-peer.ts';
import { Ledger, makeWork, type Work, type WorkKind } from './simulation/work.ts';

const LIMITS: Partial<EndpointLimits> = {
  sessionIdleMs: 5_000,
  handshakeTimeoutMs: 3_000,
  laneIdleMs: 3_000,
  maxLanes: 40,
  maxReassemblyBytes: 2_000_000,
  maxReassemblyBytesPerSession: 1_000_000,
};

interface Shape {
  readonly clients: number;
  /** Of each client. */
  readonly works: number;
  readonly kinds: readonly WorkKind[];
  readonly pauseMs: number;
  /** When faults have ended and the links are good again. */
  readonly calmMs: number;
  /** From calm to all work done. */
  readonly settleMs: number;
  readonly faults?: Omit<FaultProfile, 'nodes' | 'fromMs' | 'untilMs'>;
  readonly corruption?: number;
  /** Times that a client's address changes. */
  readonly rebinds?: number;
  /** No session may end by itself. */
  readonly keepsSessions?: boolean;
  readonly limits?: Partial<EndpointLimits>;
}

function run(options: ScenarioOptions, shape: Shape): ScenarioResult {
  const { seed, trace } = options;
  const dice = new Random(seed);
  const witness = new Witness();
  const ledger = new Ledger(witness);
  const simulation = new Simulation<Datagram>({
    seed,
    link: weather(dice, shape),
    sizeOf: ({ bytes }) => bytes.length,
    corrupt: (datagram, random) => ({ ...datagram, bytes: spoiled(datagram.bytes, random) }),
    describe: ({ from, to, bytes }) =>
      `${from.host}:${from.port} → ${to.host}:${to.port} type ${bytes[0]! & 15}, ${bytes.length} B`,
    ...(trace && { trace }),
  });
  const limits = { ...LIMITS, ...shape.limits };
  simulation.addNode(
    'server',
    peerAdapter(limits, witness, (peer) => new ServerProgram(peer, ledger, witness)),
  );
  const clients = Array.from({ length: shape.clients }, (_, i) => {
    const work = makeWork(dice, shape.works, shape.kinds, i * 1_000);
    const node = simulation.addNode(
      `client${i + 1}`,
      peerAdapter(limits, witness, (peer) => new ClientProgram(peer, ledger, witness, work, shape.pauseMs)),
    );
    return { node, work };
  });
  const nodes = shape.clients + 1;
  const faults =
    options.faults ??
    (shape.faults === undefined
      ? []
      : randomFaults(dice, { ...shape.faults, nodes, fromMs: 0, untilMs: shape.calmMs - shape.faults.maxMs }));
  simulation.schedule(faults);
  for (let i = 0; i < (shape.rebinds ?? 0); i++) {
    const client = dice.pick(clients).node;
    const at = dice.between(100, shape.calmMs);
    const move = dice.chance(0.5);
    simulation.at(at, () => simulation.inject(client, { type: 'rebind', move }));
  }
  simulation.onStep = (node) => checkBounds(simulation.actor<SimPeer>(node), limits, witness);
  simulation.runUntil(shape.calmMs);
  for (let a = 0; a < nodes; a++) for (let b = 0; b < nodes; b++) simulation.setLink(a, b, CALM);
  simulation.runUntil(shape.calmMs + shape.settleMs);
  checkWork(clients, witness);
  for (const { node } of clients) {
    const peer = simulation.actor<SimPeer>(node);
    const program = peer?.program as ClientProgram | undefined;
    if (shape.keepsSessions === true && program?.sessions !== 1)
      witness.violate(`${program?.sessions} sessions for one`);
    program?.finish(simulation.localTime(node));
    simulation.inject(node, { type: 'timeout' });
  }
  const end = shape.calmMs + shape.settleMs + 6_000;
  simulation.runUntil(end);
  for (let node = 0; node < nodes; node++) checkNothingLeft(simulation.actor<SimPeer>(node), node, witness);
  const requests = clients.reduce((sum, { work }) => sum + work.length, 0);
  return { hash: simulation.hash(), violations: witness.violations, faults, virtualMs: end, requests };
}

const CALM: Partial<LinkModel> = { loss: 0, duplicate: 0, reorder: 0, corruption: 0, burst: 0 };

function weather(dice: Random, { corruption = 0 }: Shape): Partial<LinkModel> {
  return {
    delayMs: dice.pick([0.2, 5, 30]),
    jitterMs: dice.pick([0.1, 4]),
    loss: dice.pick([0, 0.01, 0.05]),
    duplicate: dice.pick([0, 0.05]),
    reorder: dice.pick([0, 0.1]),
    reorderMs: 10,
    corruption,
    bytesPerSecond: dice.pick([1_000_000, 12_500_000]),
    queueBytes: dice.pick([60_000, 500_000]),
  };
}

/** One to three bytes changed: somebody on the path, or a bad cable behind a checksum that did not notice. */
function spoiled(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = bytes.slice();
  for (let left = 1 + random.below(3); left > 0; left--) {
    // Headers more often than content.
    const at = random.chance(0.7) ? random.below(Math.min(40, copy.length)) : random.below(copy.length);
    copy[at] = copy[at]! ^ (1 << random.below(8));
  }
  return copy;
}

function checkBounds(peer: SimPeer | undefined, limits: Partial<EndpointLimits>, witness: Witness): void {
  if (peer === undefined) return;
  const { lanes, reassemblyBytes, sessions } = peer.endpoint;
  if (lanes > limits.maxLanes!) witness.violate(`${lanes} lanes`);
  if (reassemblyBytes > limits.maxReassemblyBytes!) witness.violate(`${reassemblyBytes} bytes held`);
  if (sessions > 20) witness.violate(`${sessions} sessions`);
}

function checkWork(clients: readonly { readonly work: readonly Work[] }[], witness: Witness): void {
  for (const { id, kind, size, done, onLane } of clients.flatMap(({ work }) => work)) {
    if (!done) witness.violate(`${kind} ${id} of ${size} bytes${onLane ? ' on a lane' : ''} is not done`);
  }
}

function checkNothingLeft(peer: SimPeer | undefined, node: number, witness: Witness): void {
  const { sessions = 0, lanes = 0, reassemblyBytes = 0, messageBytes = 0 } = peer?.endpoint ?? {};
  if (sessions + lanes + reassemblyBytes + messageBytes > 0) {
    witness.violate(
      `node ${node} keeps ${sessions} sessions, ${lanes} lanes, ${reassemblyBytes} + ${messageBytes} bytes`,
    );
  }
}

const scenario = (about: string, shape: Shape): Scenario => ({ about, run: (options) => run(options, shape) });
const ALL: readonly WorkKind[] = ['message', 'upload', 'download'];

export const scenarios: Readonly<Record<string, Scenario>> = {
  chaos: scenario(
    'crashes, pauses, partitions, bad links, skewed clocks, changed bytes: whole, once, and all of it in the end',
    {
      clients: 2,
      works: 6,
      kinds: ALL,
      pauseMs: 150,
      calmMs: 3_000,
      settleMs: 25_000,
      corruption: 0.005,
      faults: { count: 4, maxMs: 800, weights: { crash: 2, pause: 2, partition: 3, link: 3, skew: 1 } },
    },
  ),
  rebinding: scenario('addresses and ports change under running transfers and lanes: every session survives', {
    clients: 2,
    works: 8,
    kinds: ALL,
    pauseMs: 200,
    calmMs: 2_500,
    settleMs: 20_000,
    rebinds: 3,
    keepsSessions: true,
    limits: { sessionIdleMs: 60_000 },
  }),
  rekey: scenario('keys are renewed twice under load, loss, reordering and changed bytes: the session goes on', {
    clients: 1,
    works: 50,
    kinds: ALL,
    pauseMs: 5_000,
    calmMs: 255_000,
    settleMs: 20_000,
    corruption: 0.002,
    keepsSessions: true,
    limits: { sessionIdleMs: 30_000 },
  }),
};
