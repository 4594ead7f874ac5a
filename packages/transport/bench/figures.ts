import type { Figure } from '@p2pimg/testkit/bench';

export interface Metric {
  readonly name: string;
  readonly unit: string;
  readonly better: 'more' | 'less';
}

/** A figure of `name`, and how many times better than that of `against` it is. */
export function figureOf<Name extends string>(
  bench: string,
  { name: what, unit, better }: Metric,
  valueFor: (name: Name) => number,
  name: Name,
  against?: Name,
): Figure {
  const value = valueFor(name);
  const line = { bench, metric: `${what}: ${name}`, value, unit };
  if (against === undefined) return line;
  const ratio = better === 'more' ? value / valueFor(against) : valueFor(against) / value;
  return { ...line, against, ratio };
}
