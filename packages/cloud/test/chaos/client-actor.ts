import type { Actor, ActorAdapter, NodeId } from '@p2pimg/netsim';
import type { AnyAck, AnyRequest, CloudMessage } from '@p2pimg/wire';
import type { SimMessage } from './messages.ts';

const RESEND_MS = 300;
const MAX_RESEND_MS = 2_400;

/** One request and what has become of it. */
export interface Attempt {
  readonly request: AnyRequest;
  readonly at: number;
  waitMs: number;
  /** Every acknowledgement that came, also after the first final one. */
  readonly acks: AnyAck[];
  answeredAt: number | undefined;
  result: string | undefined;
}

export type ClientEvent =
  | { readonly type: 'ask'; readonly request: AnyRequest }
  | { readonly type: 'resend'; readonly id: string }
  | { readonly type: 'cloud'; readonly from: NodeId; readonly message: CloudMessage }
  | {
      readonly type: 'result';
      readonly from: NodeId;
      readonly id: string;
      readonly lane: number;
      readonly digest: string;
    }
  | { readonly type: 'timeout' };

export type ClientEffect =
  | { readonly type: 'send'; readonly to: NodeId; readonly message: SimMessage }
  | { readonly type: 'resendLater'; readonly id: string; readonly waitMs: number };

/** Sends every request to all servers, and again until there is a final answer. */
export class ClientActor implements Actor<ClientEvent, ClientEffect> {
  readonly attempts: Map<string, Attempt> = new Map();
  readonly #servers: number;

  constructor(servers: number) {
    this.#servers = servers;
  }

  step(now: number, event: ClientEvent): readonly ClientEffect[] {
    switch (event.type) {
      case 'ask': {
        const { request } = event;
        const fresh = { acks: [], answeredAt: undefined, result: undefined };
        this.attempts.set(request.id, { request, at: now, waitMs: RESEND_MS, ...fresh });
        return this.#sendAll(request.id);
      }
      case 'resend':
        return this.attempts.get(event.id)?.answeredAt === undefined ? this.#sendAll(event.id) : [];
      case 'cloud':
        return this.#onCloud(now, event.from, event.message);
      case 'result': {
        const attempt = this.attempts.get(event.id);
        if (attempt !== undefined) attempt.result = event.digest;
        return [{ type: 'send', to: event.from, message: { kind: 'taken', id: event.id, lane: event.lane } }];
      }
      case 'timeout':
        return [];
    }
  }

  nextTimeout(): undefined {
    return undefined;
  }

  #onCloud(now: number, from: NodeId, message: CloudMessage): readonly ClientEffect[] {
    if (message.kind === 'assigned') {
      const { id, lane } = message.assigned;
      const open = this.attempts.get(id)?.answeredAt === undefined;
      return lane !== undefined && open ? [{ type: 'send', to: from, message: { kind: 'upload', id, lane } }] : [];
    }
    const { ack } = message;
    const attempt = this.attempts.get(ack.id);
    attempt?.acks.push(ack);
    if (attempt !== undefined && ack.status !== 'error') attempt.answeredAt ??= now;
    return [];
  }

  #sendAll(id: string): readonly ClientEffect[] {
    const attempt = this.attempts.get(id);
    if (attempt === undefined) return [];
    const message = { kind: 'client', message: { kind: 'request', request: attempt.request } } as const;
    const sends = Array.from({ length: this.#servers }, (_, to): ClientEffect => ({ type: 'send', to, message }));
    const { waitMs } = attempt;
    attempt.waitMs = Math.min(MAX_RESEND_MS, waitMs * 2);
    return [...sends, { type: 'resendLater', id, waitMs }];
  }
}

export function clientAdapter(servers: number): ActorAdapter<ClientEvent, ClientEffect, SimMessage> {
  return {
    create: () => new ClientActor(servers),
    timeout: { type: 'timeout' },
    message: (from, message) => {
      if (message.kind === 'cloud') return { type: 'cloud', from, message: message.message };
      if (message.kind === 'result') return { ...message, type: 'result', from };
      throw new Error(`a client got ${message.kind}`);
    },
    perform: (effect, io) => {
      if (effect.type === 'send') io.sendReliably(effect.to, effect.message);
      else io.after(effect.waitMs, { type: 'resend', id: effect.id });
    },
  };
}
