import { type SeedFailure, sweep } from '@p2pimg/netsim';
import type { ExecutionContext } from 'ava';
import { scenarios } from '../scenarios.ts';

/** The default run ends before it. */
const FROM = 10_001;

/** What broke in this many seeds that the default run does not have. */
export function sweepFurther(t: ExecutionContext, name: string, seeds: number): readonly SeedFailure[] {
  const { failures, ...totals } = sweep(`cloud/${name}`, scenarios[name]!, FROM, seeds);
  t.log(JSON.stringify(totals));
  return failures;
}
