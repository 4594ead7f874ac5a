/** The picture that `top` shows: pure text from the status pages. */

import type { ServerStatus } from '@p2pimg/cloud';
import { printable } from '@p2pimg/wire';

/** What one server's status page said, or why it said nothing. */
export type Sample =
  | { readonly from: string; readonly status: ServerStatus }
  | { readonly from: string; readonly problem: string };

const COLUMNS: readonly (readonly [string, number])[] = [
  ['server', 10],
  ['state', 10],
  ['role', 8],
  ['load', 8],
  ['doing', 7],
  ['queue', 7],
  ['ms', 8],
  ['loop', 6],
  ['loss', 6],
  ['clients', 8],
  ['answered', 10],
  ['taken over', 11],
];

/** One line for each server that was asked, and what they agree upon. */
export function renderTop(samples: readonly Sample[]): string {
  const head = COLUMNS.map(([name, width]) => name.padEnd(width)).join('');
  return [...agreement(samples), head.trimEnd(), ...samples.map(row)].join('\n');
}

function agreement(samples: readonly Sample[]): string[] {
  const views = new Set(
    samples.flatMap((sample) => {
      if (!('status' in sample)) return [];
      const { leader, epoch } = sample.status.group;
      return [`leader ${leader ?? 'none'}, epoch ${epoch}`];
    }),
  );
  return [[...views].join('  |  ') || 'nobody answers', ...clientVersions(samples), ''];
}

/** So that an operator knows when an old version is out of use; nothing while all speak one. */
function clientVersions(samples: readonly Sample[]): string[] {
  const counts = new Map<string, number>();
  for (const sample of samples) {
    if (!('status' in sample)) continue;
    for (const [version, count] of Object.entries(sample.status.messageVersions.clients)) {
      counts.set(version, (counts.get(version) ?? 0) + count);
    }
  }
  if (counts.size < 2) return [];
  const each = [...counts].sort(([a], [b]) => Number(a) - Number(b)).map(([version, count]) => `${version}: ${count}`);
  return [`sessions with clients by version of messages  ${each.join(', ')}`];
}

function row(sample: Sample): string {
  if (!('status' in sample)) return `${printable(sample.from, 40)}  ${printable(sample.problem, 60)}`;
  const { status } = sample;
  const own = status.group.members.find(({ id }) => id === status.serverId);
  const cells = [
    status.serverId,
    stateOf(status),
    status.isLeader ? 'leader' : '',
    own === undefined ? '' : (1 / own.priority).toFixed(2),
    String(status.working),
    String(status.workersWaiting),
    own === undefined ? '' : own.serviceMs.toFixed(1),
    own === undefined ? '' : `${Math.round(own.utilization * 100)} %`,
    `${Math.round(Math.max(0, ...status.group.members.map(({ heartbeatLoss }) => heartbeatLoss)) * 100)} %`,
    String(status.sessions),
    String(answered(status)),
    String(status.counters.takeovers),
  ];
  return cells
    .map((cell, i) => cell.padEnd(COLUMNS[i]?.[1] ?? 0))
    .join('')
    .trimEnd();
}

function stateOf({ silent, group, directory }: ServerStatus): string {
  if (silent) return 'dead (play)';
  if (group.joining) return 'joining';
  return directory === 'up' ? 'serves' : 'no database';
}

function answered({ counters }: ServerStatus): number {
  return Object.entries(counters.requests)
    .filter(([name]) => /(success|refused|error)$/.test(name))
    .reduce((sum, [, count]) => sum + count, 0);
}
