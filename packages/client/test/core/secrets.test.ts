import test from 'ava';
import type { JobName } from '../../src/core/jobs.ts';
import type { SharingMode } from '../../src/core/sharing/mode.ts';
import { IMAGE, sharing } from '../sim/sharing.ts';

/** Steps of a view after which a key waits in memory. */
const STEPS: readonly (readonly [SharingMode, JobName])[] = [
  [{ kind: 'witnessed' }, 'spendView'],
  [{ kind: 'witnessed' }, 'rewriteBand'],
  [{ kind: 'offline', views: 3, hours: 1 }, 'reserveViews'],
  [{ kind: 'offline', views: 3, hours: 1 }, 'rewriteBand'],
  [{ kind: 'trusting' }, 'rewriteBand'],
];

for (const [mode, step] of STEPS) {
  test(`M5: ${mode.kind}: a view that fails at ${step} leaves no key in memory`, (t) => {
    const { world, viewer } = sharing({ mode, views: 6 });
    const run = viewer.jobs.run.bind(viewer.jobs);
    let spent = step !== 'rewriteBand';
    viewer.jobs.run = (job) => {
      spent ||= job.name === 'spendView' || job.name === 'spendAlone';
      if (job.name === step && spent) throw new Error('the disk is full');
      return run(job);
    };
    t.throws(() => world.ask(viewer, 'view', { imageId: IMAGE }), { message: /the disk is full/ });
    t.deepEqual([...viewer.jobs.secrets], []);
    viewer.jobs.run = run;
    t.like(world.ask(viewer, 'view', { imageId: IMAGE }), { shown: 'picture' }, 'the next one is shown');
    t.deepEqual([...viewer.jobs.secrets], []);
  });
}

test('M5: a view that the cloud refuses, or that it was asked for under another grant, leaves no key in memory', (t) => {
  const { world, owner, viewer } = sharing();
  for (const server of ['s1', 's2', 's3']) world.serverDown(server);
  t.throws(() => world.ask(viewer, 'view', { imageId: IMAGE }), { message: /cloud did not answer/ });
  t.is(viewer.jobs.secrets.size, 1, 'the next attempt asks with the same key');
  world.downServers.clear();
  for (const client of [owner, viewer])
    for (const server of ['s1', 's2', 's3']) world.give(client, { kind: 'cloudUp', server });
  world.ask(owner, 'changeRights', { imageId: IMAGE, viewerId: 2, change: { kind: 'add', views: 1 } });
  world.run(5_000);
  t.like(world.ask(viewer, 'view', { imageId: IMAGE }), { shown: 'picture' });
  t.deepEqual([...viewer.jobs.secrets], []);
  world.crash(owner);
  const [row] = world.cloud.rows.values();
  row!.used = row!.allowed;
  t.like(world.ask(viewer, 'view', { imageId: IMAGE }), { shown: 'default' });
  t.deepEqual([...viewer.jobs.secrets], []);
});
