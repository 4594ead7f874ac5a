import type { MemberConfig } from './config.ts';
import type { ElectionMessage, ServerId } from './messages.ts';

export type ElectionEvent =
  /** The first event. */
  | { readonly type: 'start' }
  /** `nextTimeout()` is due. */
  | { readonly type: 'timeout' }
  /** A well-formed message out of an authenticated session with `from`. */
  | { readonly type: 'message'; readonly from: ServerId; readonly message: ElectionMessage }
  /** Something says that the peer may be gone (ECONNREFUSED, a closed session). Hastens probes, proves nothing. */
  | { readonly type: 'hint'; readonly peer: ServerId }
  /** This server's load (≥ 0; load average or CPU share of the last minute) and event-loop utilisation (0 … 1). */
  | { readonly type: 'load'; readonly value: number; readonly utilization?: number }
  /** The manifest changed. */
  | { readonly type: 'members'; readonly members: readonly MemberConfig[] }
  /** This server begins to drain: it hands its lead over and takes nothing new. */
  | { readonly type: 'leave' };

export type ElectionEffect =
  | {
      readonly type: 'send';
      readonly to: ServerId;
      readonly message: ElectionMessage;
      /** False: one datagram that may be lost. True (only `coordinator`): too long for one in a large cloud. */
      readonly reliable: boolean;
    }
  | { readonly type: 'report'; readonly fact: ElectionFact };

/** What happened, for logs and metrics. */
export type ElectionFact =
  /** Everybody's priority as this server sees it, best first; about once a second. */
  | {
      readonly kind: 'priorities';
      readonly priorities: readonly { readonly id: ServerId; readonly priority: number; readonly state: MemberState }[];
    }
  /** First heard of in this run. */
  | { readonly kind: 'appeared'; readonly peer: ServerId; readonly incarnation: number }
  | {
      readonly kind: 'suspected';
      readonly peer: ServerId;
      readonly incarnation: number;
      readonly cause: 'silence' | 'hint';
    }
  | { readonly kind: 'refuted'; readonly peer: ServerId; readonly incarnation: number }
  | { readonly kind: 'died'; readonly peer: ServerId; readonly incarnation: number; readonly silentMs: number }
  /** Its process ended and a new one began before it was missed: what it was doing is lost. */
  | { readonly kind: 'restarted'; readonly peer: ServerId; readonly incarnation: number }
  | { readonly kind: 'revived'; readonly peer: ServerId; readonly incarnation: number }
  | { readonly kind: 'leaving'; readonly peer: ServerId }
  /** This server has raised its own incarnation. */
  | {
      readonly kind: 'incarnation';
      readonly incarnation: number;
      readonly cause: 'doubted' | 'stood-still';
      readonly stillMs?: number;
    }
  | { readonly kind: 'joined'; readonly epoch: number }
  | {
      readonly kind: 'leader';
      readonly leader: ServerId;
      readonly previous: ServerId | undefined;
      readonly epoch: number;
    }
  | {
      readonly kind: 'group';
      readonly epoch: number;
      readonly leader: ServerId;
      readonly revision: number;
      readonly order: readonly ServerId[];
    }
  /** A message that changed nothing. */
  | { readonly kind: 'ignored'; readonly from: ServerId; readonly message: string; readonly cause: IgnoreCause };

export type IgnoreCause = 'unknown-sender' | 'stale' | 'unasked' | 'malformed';

/**
 * `leaving` is alive, but takes nothing new. `dead` includes "never heard of".
 */
export type MemberState = 'alive' | 'suspect' | 'leaving' | 'dead';

export interface MemberView {
  readonly id: ServerId;
  readonly state: MemberState;
  /** 0 when never heard of. */
  readonly incarnation: number;
  /** 1 / load, in (0, 100]. */
  readonly priority: number;
  /** Requests that it is handling, as far as this server knows now. */
  readonly outstanding: number;
  /** Smoothed, in ms. */
  readonly serviceMs: number;
  /** 0 … 1 */
  readonly utilization: number;
  /** Share of its heartbeats that did not arrive (last 100 or so), 0 … 1; 0 for this server. */
  readonly heartbeatLoss: number;
}

export interface GroupView {
  readonly self: ServerId;
  readonly incarnation: number;
  /** No view yet, or lost it while it stood still: neither leads nor handles. */
  readonly joining: boolean;
  /** 0 before the first leader; never goes back. */
  readonly epoch: number;
  readonly leader: ServerId | undefined;
  readonly revision: number;
  /** All configured servers: the coordination group in its order (the same on all servers at the same epoch, leader and revision), then the others. */
  readonly members: readonly MemberView[];
}

/** Inputs of a choice. */
export interface Choice {
  /** 32 hexadecimal digits. */
  readonly requestId: string;
  /** Servers that the client has tried without success. */
  readonly tried: readonly ServerId[];
  /** Servers that the client can reach; empty: all. */
  readonly reachable: readonly ServerId[];
}
