import { randomBytes } from 'node:crypto';
import { quantile } from '@p2pimg/testkit/bench';
import type { Contender, ContenderName, Packets, ServerAddress } from './contender.ts';
import { cpuMs } from './cpu.ts';
import { moduleOf } from './server.ts';
import { DOWN, inFlight, time, UP } from './work.ts';

/** What a contender can be asked for. */
const WAYS = ['bulk', 'exchange', 'fresh', 'roundTrip', 'open'] as const;
export type Way = (typeof WAYS)[number];

/** What a client is asked to do, and what it answers. */
export interface Orders {
  /** Makes that many bytes; what is measured begins after it. */
  readonly prepare: { readonly order: { readonly bytes: number }; readonly answer: null };
  /** Uploads what was prepared; answered when it has arrived, if anybody waits for it. */
  readonly bulk: { readonly order: object; readonly answer: { readonly ms: number } };
  readonly exchanges: {
    readonly order: { readonly way: 'exchange' | 'fresh'; readonly count: number; readonly inFlight: number };
    readonly answer: { readonly perSecond: number; readonly p99Ms: number };
  };
  readonly opens: {
    readonly order: { readonly count: number; readonly inFlight: number };
    readonly answer: { readonly perSecond: number };
  };
  readonly roundTrips: {
    readonly order: { readonly count: number };
    readonly answer: { readonly p50Ms: number; readonly p99Ms: number };
  };
  readonly packets: { readonly order: object; readonly answer: Packets | null };
  readonly cpu: { readonly order: object; readonly answer: { readonly cpuMs: number } };
  readonly close: { readonly order: object; readonly answer: null };
}

export type OrderName = keyof Orders;
export type Order<Name extends OrderName> = Orders[Name]['order'];
export type Answer<Name extends OrderName> = Orders[Name]['answer'];

const MESSAGE_BYTES = 100;

/** How one contender, of which nobody else is in this process, does as it is asked. */
function obedient(contender: Contender): { [Name in OrderName]: (order: Order<Name>) => Promise<Answer<Name>> } {
  const up = randomBytes(UP);
  const message = randomBytes(MESSAGE_BYTES);
  let content = new Uint8Array(0);
  return {
    async prepare({ bytes }) {
      if (content.length !== bytes) content = randomBytes(bytes);
      return null;
    },
    bulk: async () => ({ ms: await time(() => contender.bulk(content)) }),
    async exchanges({ way, count, inFlight: width }) {
      const times: number[] = [];
      const one = async (): Promise<void> => void times.push(await time(() => contender[way]!(up, DOWN)));
      const ms = await time(() => inFlight(width, count, one));
      return { perSecond: (count / ms) * 1e3, p99Ms: quantile(times, 0.99) };
    },
    async opens({ count, inFlight: width }) {
      const ms = await time(() => inFlight(width, count, contender.open!));
      return { perSecond: (count / ms) * 1e3 };
    },
    async roundTrips({ count }) {
      const times: number[] = [];
      for (let i = 0; i < count; i++) times.push(await time(() => contender.roundTrip!(message)));
      return { p50Ms: quantile(times, 0.5), p99Ms: quantile(times, 0.99) };
    },
    packets: async () => contender.packets?.() ?? null,
    cpu: async () => ({ cpuMs: cpuMs() }),
    close: () => contender.close().then(() => null),
  };
}

if (process.send !== undefined && process.argv[2] === 'client') {
  const [, , , name, server] = process.argv as [string, string, string, ContenderName, string];
  const contender = await moduleOf(name).connect(name, JSON.parse(server) as ServerAddress);
  const obey = obedient(contender);
  process.on('message', ([order, what]: [OrderName, never]) => {
    obey[order](what).then(
      (answer) => process.send?.([order, answer]),
      (error: unknown) => process.send?.({ error: `${name}, ${order}: ${String(error)}` }),
    );
  });
  process.on('disconnect', () => process.exit(0));
  process.send(WAYS.filter((way) => contender[way] !== undefined));
}
