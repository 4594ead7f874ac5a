import type { DirectoryMethod } from '../interface.ts';
import type { Engine } from '../sql/engine.ts';
import { calls } from './calls.ts';
import { purge } from './purge.ts';

/** Runs a checked call on an engine. */
export function runCall(engine: Engine, method: DirectoryMethod | 'purge', call: object): Promise<unknown> {
  if (method === 'purge') return purge(engine, call as { limit: number });
  return calls[method](engine, call as never);
}
