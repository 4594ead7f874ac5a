import type { EffectLog } from '../directory/effect-log.ts';
import type { ServerActor } from '../servers/server-actor.ts';
import type { History } from './history.ts';

type Broken = (text: string) => void;

/** Every request whose client still wanted it has been answered. */
export function checkAnswered(history: History, reachable: ReadonlySet<string>, broken: Broken): void {
  for (const { request, person, errors } of history.open()) {
    if (!person.servers.some((id) => reachable.has(id))) continue;
    broken(
      `${request.type} ${request.id} of ${person.name} was never answered (errors: ${errors.join(', ') || 'none'})`,
    );
  }
}

/** Nothing was done twice, whoever was told about it. */
export function checkEffects(log: EffectLog, broken: Broken): void {
  for (const text of log.repeated()) broken(text);
}

/** Everybody who lives sees the same group, and in it exactly those who live. */
export function checkAgreement(live: readonly ServerActor[], broken: Broken): void {
  const views = live.map(({ core }) => core.status().group);
  const up = views.map(({ self }) => self).sort();
  const shown = views.map(({ epoch, leader, revision, members }) => {
    const order = members.filter(({ state }) => state !== 'dead').map(({ id, state }) => `${id} ${state}`);
    return `${epoch}.${revision} of ${leader}: ${order.join(', ')}`;
  });
  for (const [i, { self, joining, members }] of views.entries()) {
    if (joining) broken(`${self} still joins`);
    if (shown[i] !== shown[0]) broken(`views differ: ${up[0]} ${shown[0]} / ${self} ${shown[i]}`);
    const alive = members.filter(({ state }) => state === 'alive').map(({ id }) => id);
    if (alive.sort().join() !== up.join()) broken(`${self} believes in ${alive.join()}; ${up.join()} live`);
  }
}

/** What is held for requests; everything returns to zero when nobody wants anything any more. */
export function heldBy(server: ServerActor): Readonly<Record<string, number>> {
  const { group, working, workersBusy, workersWaiting } = server.core.status();
  const lanes = [...server.lanes.values()].reduce((sum, open) => sum + open.size, 0);
  // Nobody is chosen by what a dead one seems to have.
  const alive = group.members.filter(({ state }) => state === 'alive');
  const outstanding = alive.reduce((sum, member) => sum + member.outstanding, 0);
  return { working, workersBusy, workersWaiting, lanes, outstanding };
}

export function isIdle(server: ServerActor): boolean {
  return Object.values(heldBy(server)).every((count) => count === 0);
}

/** Nothing is held that belongs to no request any more. */
export function checkIdle(server: ServerActor, broken: Broken): void {
  const { self } = server.core.status().group;
  for (const [what, count] of Object.entries(heldBy(server))) {
    if (count !== 0) broken(`${self} still has ${count} ${what}`);
  }
}

/** The table of ids stays within its limit, at any time. */
export function checkBounded(server: ServerActor, limit: number, broken: Broken): void {
  const { remembered, group } = server.core.status();
  if (remembered > limit) broken(`${group.self} remembers ${remembered} requests, more than ${limit}`);
}
