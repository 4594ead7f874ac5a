import type { CompletionModel } from './actor.ts';
import { EventQueue } from './event-queue.ts';
import type { NodeId } from './faults.ts';
import type { LinkModel } from './link.ts';
import { Network } from './network.ts';
import type { Random } from './random.ts';
import type { SimNode } from './sim-node.ts';
import { TraceHash, type TraceSink, traceLine } from './trace.ts';

export interface SimulationOptions<Message> {
  readonly seed: number;
  /** What differs from `LAN` on every link; `setLink` changes single ones. */
  readonly link?: Partial<LinkModel>;
  /** For bandwidth; without it messages weigh nothing. */
  readonly sizeOf?: (message: Message) => number;
  /** For `corruption`: a spoiled copy. */
  readonly corrupt?: (message: Message, random: Random) => Message;
  /** What differs from `PROMPT` for results that come by `io.complete`. */
  readonly completion?: Partial<CompletionModel>;
  /** For the readable trace. */
  readonly describe?: (message: Message) => string;
  readonly trace?: TraceSink;
  /** Timers fire up to this much late (default 1 ms). */
  readonly timerSlackMs?: number;
  /** The nodes' clocks start at random points in [0, clockSpreadMs) (default 1,000,000 ms). */
  readonly clockSpreadMs?: number;
}

/** What is in the queue. The numbers enter the trace hash. */
export const TIMER = 1;
export const DELIVER = 2;
export const LOCAL = 3;
export const CALL = 4;
export const RESEND = 5;
export const THAW = 6;
export const LOST = 7;

/** What all parts of a simulation share: the time, what is to come, the nodes, the network and its dice, the trace. */
export class World<Message> {
  /** Virtual ms since the start. */
  now = 0;
  /** Messages handed to the network so far. */
  sent = 0;
  readonly options: SimulationOptions<Message>;
  readonly queue: EventQueue = new EventQueue();
  readonly network: Network;
  readonly weather: Random;
  readonly hash: TraceHash = new TraceHash();
  readonly nodes: SimNode[] = [];

  constructor(options: SimulationOptions<Message>, weather: Random) {
    this.options = options;
    this.network = new Network(options.link);
    this.weather = weather;
  }

  /** @throws RangeError */
  node(id: NodeId): SimNode {
    const node = this.nodes[id];
    if (node === undefined) throw new RangeError(`no node ${id}`);
    return node;
  }

  /** A line of the trace about a node. */
  say(id: NodeId, text: () => string): void {
    if (this.options.trace) this.note(this.node(id).name, text);
  }

  note(who: string, text: () => string): void {
    if (this.options.trace) this.options.trace(traceLine(this.now, who, text()));
  }

  text(message: Message): string {
    return this.options.describe ? this.options.describe(message) : JSON.stringify(message);
  }
}
