import { type ActorAdapter, type Birth, type NodeId, Simulation, type SimulationOptions } from '@p2pimg/netsim';
import {
  Election,
  type ElectionConfig,
  type ElectionFact,
  type ElectionMessage,
  FailureToken,
  type FailureTokenConfig,
  type FailureTokenFact,
  type MemberConfig,
} from '../src/index.ts';
import { describeFact, describeMessage } from './describe.ts';
import { ServerActor, type ServerEffect, type ServerEvent, TokenDirectory } from './server-actor.ts';

export type Fact = ElectionFact | FailureTokenFact;

export interface CloudOptions extends Omit<SimulationOptions<ElectionMessage>, 'describe'> {
  readonly servers: number;
  readonly config?: Partial<ElectionConfig>;
  /** The load that each server reports at its start (default 0.5). */
  readonly loads?: readonly number[];
  /** Play failures. */
  readonly token?: Pick<FailureTokenConfig, 'holdMs' | 'intervalMs'>;
  readonly onFact?: (node: NodeId, fact: Fact) => void;
  readonly onSend?: (from: NodeId, message: ElectionMessage) => void;
  /** Hosts answer for crashed processes with ECONNREFUSED (default false). */
  readonly refuses?: boolean;
}

const DIRECTORY_MS = 3;

/** a, b, c …, in the order of their addresses. */
export function memberConfigs(count: number): MemberConfig[] {
  const name = (i: number): string => (count <= 26 ? String.fromCharCode(97 + i) : `s${i}`);
  return Array.from({ length: count }, (_, i) => ({ id: name(i), host: `10.0.0.${i + 1}`, port: 8085 }));
}

/** Servers that do nothing but elect, on one virtual network. */
export class Cloud {
  readonly simulation: Simulation<ElectionMessage>;
  readonly members: readonly MemberConfig[];
  readonly directory: TokenDirectory = new TokenDirectory();
  readonly #options: CloudOptions;
  readonly #numbers: ReadonlyMap<string, NodeId>;

  constructor(options: CloudOptions) {
    this.#options = options;
    this.members = memberConfigs(options.servers);
    this.#numbers = new Map(this.members.map(({ id }, i) => [id, i]));
    this.simulation = new Simulation({ ...options, describe: describeMessage });
    for (const [i, { id }] of this.members.entries()) this.simulation.addNode(id, this.#adapter(i));
  }

  server(node: NodeId): ServerActor | undefined {
    return this.simulation.actor<ServerActor>(node);
  }

  /** The cores of all servers whose processes run. */
  elections(): Election[] {
    return this.members.flatMap((_, i) => this.server(i)?.election ?? []);
  }

  number(id: string): NodeId {
    const node = this.#numbers.get(id);
    if (node === undefined) throw new RangeError(`no server ${id}`);
    return node;
  }

  #create(index: NodeId, { now, restarts, random }: Birth): ServerActor {
    const { config, loads, token } = this.#options;
    const self = this.members[index]!.id;
    const incarnation = 1 + 1000 * restarts;
    const election = new Election({ self, members: this.members, incarnation, ...config }, () => random.float());
    election.step(now, { type: 'load', value: loads?.[index] ?? 0.5 });
    const order = this.members.map(({ id }) => id);
    return new ServerActor(election, token && new FailureToken({ self, order, ...token }));
  }

  #adapter(index: NodeId): ActorAdapter<ServerEvent, ServerEffect, ElectionMessage> {
    const options = this.#options;
    const refused = (peer: NodeId): ServerEvent => ({ type: 'hint', peer: this.members[peer]!.id });
    return {
      create: (birth) => this.#create(index, birth),
      start: { type: 'start' },
      timeout: { type: 'timeout' },
      message: (from, message) => ({ type: 'message', from: this.members[from]!.id, message }),
      signal: (signal) => (signal === 'SIGTERM' ? { type: 'leave' } : undefined),
      ...(options.refuses && { refused }),
      perform: (effect, io) => {
        switch (effect.type) {
          case 'report':
            options.onFact?.(io.node, effect.fact);
            io.note(() => describeFact(effect.fact));
            break;
          case 'send':
            options.onSend?.(io.node, effect.message);
            if (effect.reliable) io.sendReliably(this.number(effect.to), effect.message);
            else io.send(this.number(effect.to), effect.message);
            break;
          case 'directory': {
            if (!this.directory.up) break;
            const answer = this.directory.execute(this.simulation.now, effect.call);
            io.after(DIRECTORY_MS, { type: 'answer', opId: effect.opId, answer });
            break;
          }
          case 'silence':
            io.note(() => 'plays dead');
            break;
        }
      },
    };
  }
}
