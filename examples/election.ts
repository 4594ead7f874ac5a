// Three servers elect a leader, it dies, its successor announces itself. No socket, no clock: time is a number.
// Run: node --conditions=@p2pimg/source examples/election.ts

import { Election, type ElectionEffect, type ElectionEvent, type ServerId } from '@p2pimg/election';

const members = ['s1', 's2', 's3'].map((id, i) => ({ id, host: `192.0.2.${i + 1}`, port: 8085 }));
const loads: Record<ServerId, number> = { s1: 0.5, s2: 0.2, s3: 0.9 };
const alive = new Map(members.map(({ id }) => [id, new Election({ self: id, members, incarnation: 1 }, () => 0.5)]));

let now = 0;
const mailbox: { readonly to: ServerId; readonly from: ServerId; readonly effect: ElectionEffect }[] = [];

function step(id: ServerId, event: ElectionEvent): void {
  for (const effect of alive.get(id)?.step(now, event) ?? []) {
    if (effect.type === 'send') mailbox.push({ to: effect.to, from: id, effect });
    else if (effect.fact.kind === 'leader')
      console.log(`${now} ms  ${id}: ${effect.fact.leader} leads, epoch ${effect.fact.epoch}`);
    else if (effect.fact.kind === 'died') console.log(`${now} ms  ${id}: ${effect.fact.peer} is dead`);
  }
}

function runUntil(end: number): void {
  for (; now < end; now++) {
    for (const [id, election] of alive) if ((election.nextTimeout() ?? Infinity) <= now) step(id, { type: 'timeout' });
    for (const { to, from, effect } of mailbox.splice(0)) {
      if (effect.type === 'send') step(to, { type: 'message', from, message: effect.message });
    }
  }
}

for (const id of alive.keys()) {
  step(id, { type: 'start' });
  step(id, { type: 'load', value: loads[id]! });
}
runUntil(1_000);

const leader = alive.get('s1')?.leader ?? '';
console.log(`${now} ms  ${leader} is switched off`);
alive.delete(leader);
runUntil(2_000);

const [survivor] = alive.values();
console.log(
  `group: ${survivor
    ?.view()
    .members.map(({ id, state }) => `${id} ${state}`)
    .join(', ')}`,
);
