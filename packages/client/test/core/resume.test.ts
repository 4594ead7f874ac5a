import test from 'ava';
import { partBytes, partId, partsFrom, wholeParts } from '../../src/core/sharing/parts.ts';
import { PICTURE_BYTES } from '../sim/fake-jobs.ts';
import { IMAGE, offering } from '../sim/sharing.ts';

for (const who of ['viewer', 'owner'] as const) {
  test(`T1 M3: the ${who} killed after each part of a picture: only the parts that are missing are sent again`, (t) => {
    const parts = partsFrom(PICTURE_BYTES, 0);
    t.is(parts.length, 4);
    for (let kept = 1; kept < parts.length; kept++) {
      const { world, owner, viewer } = offering();
      const killed = who === 'viewer' ? viewer : owner;
      let written = 0;
      let restarted = false;
      let sentAgain = 0;
      world.onEffect = (client, effect) => {
        if (restarted && client === owner && effect.kind === 'sendTransfer')
          sentAgain += effect.range!.to - effect.range!.from;
        if (client === viewer && effect.kind === 'job' && effect.job.name === 'writePart' && written++ === kept) {
          world.crash(killed);
          return killed === viewer ? 'crash' : 'go';
        }
        return 'go';
      };
      world.call(viewer, 'answerOffer', { id: viewer.core!.model.all('offer')[0]!.id, accepted: true });
      world.runUntil(() => killed.core === undefined);
      restarted = true;
      world.start(killed);
      world.ask(killed, 'signIn', {});
      world.runUntil(() => viewer.core!.model.get('held', IMAGE) !== undefined);
      const there = killed === viewer ? kept : kept + 1; // the viewer goes on writing what it has
      const told = viewer.news.filter((news) => news.kind === 'imageArriving');
      if (killed === viewer) {
        const resumedFrom = kept * partBytes(PICTURE_BYTES);
        t.like(told.at(-1), { imageId: IMAGE, bytes: PICTURE_BYTES, resumedFrom }, 'people are told');
        t.true(told.some(({ done }) => done === resumedFrom));
      }
      t.is(sentAgain, Math.max(0, PICTURE_BYTES - there * partBytes(PICTURE_BYTES)), `after ${kept} parts`);
      t.deepEqual(viewer.core!.model.all('arriving'), []);
    }
  });
}

test('T1: other bytes than those that were begun are sent from the first', (t) => {
  const { world, owner, viewer } = offering();
  let written = 0;
  world.onEffect = (client, effect) => {
    if (client === viewer && effect.kind === 'job' && effect.job.name === 'writePart' && ++written === 3)
      return 'crash';
    return 'go';
  };
  world.call(viewer, 'answerOffer', { id: viewer.core!.model.all('offer')[0]!.id, accepted: true });
  world.runUntil(() => viewer.core === undefined);
  world.onEffect = () => 'go';
  const begun = viewer.disk.findLast(({ table }) => table === 'arriving');
  world.ask(owner, 'changeRights', { imageId: IMAGE, viewerId: 2, change: { kind: 'add', views: 1 } });
  world.start(viewer);
  world.ask(viewer, 'signIn', {});
  world.runUntil(() => viewer.core!.model.get('held', IMAGE) !== undefined);
  t.is(viewer.core!.model.get('held', IMAGE)!.allowed, 4);
  t.false(viewer.jobs.blobs.has((begun!.value as { blob: string }).blob), 'the old beginning is deleted');
});

test('T1 W2: parts cover a picture of any length, each with an id of its own', (t) => {
  for (const bytes of [1, 32_767, 32_768, 32_769, 100_000, 5_000_000, 64 * 1024 * 1024]) {
    const parts = partsFrom(bytes, 0);
    t.true(parts.length <= 128);
    t.is(
      parts.reduce((sum, { length }) => sum + length, 0),
      bytes,
    );
    t.is(new Set(parts.map(({ offset }) => partId('ab'.repeat(16), offset))).size, parts.length);
    t.is(wholeParts(bytes, bytes), bytes);
    t.is(wholeParts(bytes, bytes - 1), parts.at(-1)!.offset);
  }
});
