import { type ActorAdapter, type Birth, type NodeId, Simulation, type SimulationOptions } from '@p2pimg/netsim';
import {
  Election,
  type ElectionConfig,
  type ElectionEffect,
  type ElectionEvent,
  type ElectionFact,
  type ElectionMessage,
  type MemberConfig,
} from '../src/index.ts';

export type Observer = (node: NodeId, fact: ElectionFact) => void;

export interface CloudOptions extends Omit<SimulationOptions<ElectionMessage>, 'describe'> {
  readonly servers: number;
  readonly config?: Partial<ElectionConfig>;
  /** The load that each server reports at its start (default 0.5). */
  readonly loads?: readonly number[];
  readonly onFact?: Observer;
  readonly onSend?: (from: NodeId, message: ElectionMessage) => void;
  /** Crashed hosts answer with ECONNREFUSED (default false). */
  readonly refuses?: boolean;
}

export function names(count: number): string[] {
  return Array.from({ length: count }, (_, i) => (count <= 26 ? String.fromCharCode(97 + i) : `s${i}`));
}

export function memberConfigs(count: number): MemberConfig[] {
  return names(count).map((id, i) => ({ id, host: `10.0.0.${i + 1}`, port: 8085 }));
}

/** A cloud of servers that do nothing but elect. */
export class Cloud {
  readonly simulation: Simulation<ElectionMessage>;
  readonly members: readonly MemberConfig[];

  constructor(options: CloudOptions) {
    const { servers } = options;
    this.members = memberConfigs(servers);
    this.simulation = new Simulation({ ...options, describe: describeMessage });
    for (let i = 0; i < servers; i++) this.simulation.addNode(this.members[i]!.id, this.#adapter(options, i));
  }

  /** The running core of a server; undefined while it is down. */
  election(node: NodeId): Election | undefined {
    return this.simulation.actor<Election>(node);
  }

  running(): Election[] {
    return this.members.map((_, i) => this.election(i)).filter((election) => election !== undefined);
  }

  #adapter(options: CloudOptions, index: NodeId): ActorAdapter<ElectionEvent, ElectionEffect, ElectionMessage> {
    const numbers = new Map(this.members.map(({ id }, i) => [id, i]));
    const refused = (peer: NodeId): ElectionEvent => ({ type: 'hint', peer: this.members[peer]!.id });
    return {
      create: ({ now, restarts, random }: Birth) => {
        const self = this.members[index]!.id;
        const incarnation = 1 + 1000 * restarts;
        const election = new Election({ self, members: this.members, incarnation, ...options.config }, () =>
          random.float(),
        );
        election.step(now, { type: 'load', value: options.loads?.[index] ?? 0.5 });
        return election;
      },
      start: { type: 'start' },
      timeout: { type: 'timeout' },
      message: (from, message) => ({ type: 'message', from: this.members[from]!.id, message }),
      signal: (signal) => (signal === 'SIGTERM' ? { type: 'leave' } : undefined),
      ...(options.refuses && { refused }),
      perform: (effect, io) => {
        if (effect.type === 'report') {
          options.onFact?.(io.node, effect.fact);
          io.note(() => describeFact(effect.fact));
          return;
        }
        options.onSend?.(io.node, effect.message);
        const to = numbers.get(effect.to)!;
        if (effect.reliable) io.sendReliably(to, effect.message);
        else io.send(to, effect.message);
      },
    };
  }
}

/** One line that a newcomer can read. */
export function describeMessage(message: ElectionMessage): string {
  switch (message.type) {
    case 'heartbeat': {
      const { epoch, leader, revision } = message.group;
      const group = epoch === 0 ? 'no group' : `group ${epoch}.${revision} of ${leader}`;
      return `heartbeat ${message.sequence}, incarnation ${message.incarnation}, ${message.phase}, ${group}`;
    }
    case 'probe':
      return `probe for ${message.asker}: still incarnation ${message.incarnation}?`;
    case 'probe_request':
      return `please probe ${message.subject}, incarnation ${message.incarnation}`;
    case 'probe_ack':
      return `${message.subject} lives, incarnation ${message.incarnation} (for ${message.asker})`;
    case 'coordinator':
      return `group ${message.epoch}.${message.revision} of ${message.leader}: ${message.members.map(({ id }) => id).join(' > ')}`;
  }
}

export function describeFact(fact: ElectionFact): string {
  switch (fact.kind) {
    case 'priorities':
      return `priorities: ${fact.priorities.map(({ id, priority, state }) => `${id} ${priority.toFixed(2)} ${state}`).join(', ')}`;
    case 'appeared':
      return `hears of ${fact.peer}`;
    case 'suspected':
      return `suspects ${fact.peer} (${fact.cause}), incarnation ${fact.incarnation}`;
    case 'refuted':
      return `${fact.peer} refutes, incarnation ${fact.incarnation}`;
    case 'died':
      return `${fact.peer} is dead, incarnation ${fact.incarnation}`;
    case 'restarted':
      return `${fact.peer} has restarted`;
    case 'revived':
      return `${fact.peer} is back, incarnation ${fact.incarnation}`;
    case 'leaving':
      return `${fact.peer} is leaving`;
    case 'incarnation':
      return fact.stillMs === undefined
        ? `was doubted: takes incarnation ${fact.incarnation}`
        : `stood still: takes incarnation ${fact.incarnation}`;
    case 'joined':
      return fact.epoch === 0 ? 'waited for a group long enough' : `has a view, epoch ${fact.epoch}`;
    case 'leader':
      return `leader is ${fact.leader}, epoch ${fact.epoch}${fact.previous === undefined ? '' : ` (was ${fact.previous})`}`;
    case 'group':
      return `group ${fact.epoch}.${fact.revision}: ${fact.order.join(' > ')}`;
    case 'ignored':
      return `ignores ${fact.message} from ${fact.from}: ${fact.cause}`;
  }
}
