import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '@p2pimg/netsim';
import type { Cloud } from './cloud.ts';

export type StrikeKind = 'SIGKILL' | 'SIGTERM' | 'SIGSTOP';

export interface Strike {
  readonly kind: StrikeKind;
  readonly server: string;
  /** How it ended, for SIGTERM. */
  readonly exitCode?: number | null;
}

export interface FaultsOptions {
  readonly cloud: Cloud;
  readonly random: Random;
  /** Servers that may be away at the same time (default: all but one). */
  readonly mostAway?: number;
  /** Servers that are frozen, but never ended. */
  readonly spared?: readonly string[];
}

const KINDS: readonly StrikeKind[] = ['SIGKILL', 'SIGTERM', 'SIGSTOP'];
/** How long a server or the directory stands still, and how long a dead one stays dead, in ms. */
export const STANDSTILL_MS = [200, 2_000] as const;
export const DEAD_MS = [0, 1_500] as const;

/**
 * Takes servers away and brings them back, as a seed has it. A strike that would take more than may be away waits until
 * another is back.
 */
export class Faults {
  readonly #cloud: Cloud;
  readonly #random: Random;
  readonly #mostAway: number;
  readonly #spared: readonly string[];
  readonly #away = new Map<string, Promise<void>>();
  readonly #strikes: Strike[] = [];

  constructor({ cloud, random, mostAway = cloud.servers.length - 1, spared = [] }: FaultsOptions) {
    this.#cloud = cloud;
    this.#random = random;
    this.#mostAway = mostAway;
    this.#spared = spared;
  }

  get strikes(): readonly Strike[] {
    return this.#strikes;
  }

  /** Strikes one server; resolves once it is away. What was drawn does not depend on how quickly others came back. */
  async strike(): Promise<void> {
    const drawn = this.#random.pick(KINDS);
    const order = shuffled(
      this.#cloud.servers.map(({ id }) => id),
      this.#random,
    );
    const share = this.#random.float();
    while (this.#away.size >= this.#mostAway) await Promise.race(this.#away.values());
    const server = order.find((id) => !this.#away.has(id))!;
    const kind = this.#spared.includes(server) ? 'SIGSTOP' : drawn;
    const [least, most] = kind === 'SIGSTOP' ? STANDSTILL_MS : DEAD_MS;
    const ms = Math.round(least + share * (most - least));
    const gone = Promise.withResolvers<void>();
    this.#away.set(
      server,
      this.#takeAway(kind, server, ms, gone.resolve).finally(() => this.#away.delete(server)),
    );
    await Promise.race([gone.promise, this.#away.get(server)]);
  }

  /** Resolves when all are back. @throws what a restart throws */
  async over(): Promise<void> {
    await Promise.all(this.#away.values());
  }

  async #takeAway(kind: StrikeKind, id: string, ms: number, gone: () => void): Promise<void> {
    const server = this.#cloud.server(id);
    if (kind === 'SIGSTOP') {
      this.#strikes.push({ kind, server: id });
      server.freeze();
      gone();
      await pause(ms);
      server.thaw();
      await server.ready();
      return;
    }
    if (kind === 'SIGKILL') {
      this.#strikes.push({ kind, server: id });
      await server.kill();
      gone();
    } else {
      const ending = server.terminate();
      gone();
      const { code } = await ending;
      this.#strikes.push({ kind, server: id, exitCode: code });
    }
    await pause(ms);
    await server.restart();
  }
}

/** Fisher and Yates. */
function shuffled<T>(items: readonly T[], random: Random): T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [result[i], result[j]] = [result[j]!, result[i]!];
  }
  return result;
}
