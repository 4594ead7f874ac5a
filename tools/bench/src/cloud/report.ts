/** From answers to figures. */

import type { Answer } from './protocol.ts';

/** In ms. */
export interface Times {
  readonly average: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

export interface AnswerFigures {
  readonly requests: number;
  readonly failures: number;
  /** What went wrong, with how often. */
  readonly failed: Readonly<Record<string, number>>;
  /** From the first request to the last answer. */
  readonly totalSeconds: number;
  readonly requestsPerSecond: number;
  /** Until the picture was back, as the original measured it. */
  readonly responseMs: Times;
  /** Until it was extracted, compared, kept on the disk and published. */
  readonly completeMs: Times;
  readonly perServer: Readonly<Record<string, number>>;
}

export function figuresOf(answers: readonly Answer[]): AnswerFigures {
  const good = answers.filter(({ failure }) => failure === undefined);
  const totalSeconds =
    (largest(answers.map(({ ended }) => ended)) - smallest(answers.map(({ begun }) => begun))) / 1_000;
  return {
    requests: answers.length,
    failures: answers.length - good.length,
    failed: tally(answers.flatMap(({ failure }) => (failure === undefined ? [] : [failure]))),
    totalSeconds,
    requestsPerSecond: good.length / totalSeconds,
    responseMs: timesOf(good.map(({ begun, back }) => back - begun)),
    completeMs: timesOf(good.map(({ begun, ended }) => ended - begun)),
    perServer: tally(good.map(({ server }) => server).sort()),
  };
}

export function timesOf(durations: readonly number[]): Times {
  const sorted = [...durations].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  const average = sorted.reduce((sum, ms) => sum + ms, 0) / Math.max(1, sorted.length);
  return { average, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: sorted.at(-1) ?? 0 };
}

function tally(names: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

const largest = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), -Infinity);
const smallest = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b), Infinity);
