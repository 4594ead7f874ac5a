import type { Actor, ActorAdapter, ActorIo, NodeId } from '../src/index.ts';

export type PingEvent =
  | { readonly type: 'timeout' }
  | { readonly type: 'message'; readonly from: NodeId; readonly text: string }
  | { readonly type: 'refused'; readonly peer: NodeId }
  | { readonly type: 'say'; readonly to: NodeId; readonly text: string; readonly reliable: boolean };

export type PingEffect = { readonly to: NodeId; readonly text: string; readonly reliable: boolean };

/** Sends `ping` to its peers every 10 ms of its own clock, and remembers all that it sees. */
export class Pinger implements Actor<PingEvent, PingEffect> {
  readonly seen: string[] = [];
  readonly times: number[] = [];
  readonly refusals: NodeId[] = [];
  timeouts = 0;
  readonly #peers: readonly NodeId[];
  #next: number;

  constructor(now: number, peers: readonly NodeId[]) {
    this.#peers = peers;
    this.#next = now + 10;
  }

  step(now: number, event: PingEvent): readonly PingEffect[] {
    this.times.push(now);
    switch (event.type) {
      case 'message':
        this.seen.push(event.text);
        return [];
      case 'refused':
        this.refusals.push(event.peer);
        return [];
      case 'say':
        return [{ to: event.to, text: event.text, reliable: event.reliable }];
      case 'timeout':
        this.timeouts += 1;
        this.#next = now + 10;
        return this.#peers.map((to) => ({ to, text: `ping ${this.timeouts}`, reliable: false }));
    }
  }

  nextTimeout(): number {
    return this.#next;
  }
}

export function pingAdapter(peers: readonly NodeId[]): ActorAdapter<PingEvent, PingEffect, string> {
  return {
    create: (birth) => {
      birth.disk.set('starts', Number(birth.disk.get('starts') ?? 0) + 1);
      return new Pinger(birth.now, peers);
    },
    timeout: { type: 'timeout' },
    message: (from, text) => ({ type: 'message', from, text }),
    refused: (peer) => ({ type: 'refused', peer }),
    perform: (effect: PingEffect, io: ActorIo<PingEvent, string>) =>
      effect.reliable ? io.sendReliably(effect.to, effect.text) : io.send(effect.to, effect.text),
  };
}
