import test from 'ava';
import { ClientError } from '../../src/core/errors.ts';
import { encoded, killedBefore, pictureOf, signedIn } from '../sim/sharing.ts';
import { type SimClient, World } from '../sim/world.ts';

function owning(): { readonly world: World; readonly owner: SimClient } {
  const world = new World();
  return { world, owner: signedIn(world) };
}

const namesOf = (count: number): readonly string[] => Array.from({ length: count }, (_, n) => `picture ${n}`);
const idOf = (name: string): string => `client1-${name}`;
const stateOf = ({ core }: SimClient, name: string) => core?.model.get('own', idOf(name))?.state;

/** Hides all at once; returns the numbers of the calls. */
function encodeAll(world: World, owner: SimClient, names: readonly string[]): readonly number[] {
  return names.map((name) => world.call(owner, 'encode', pictureOf(owner, name)));
}

/** How the calls have ended: `ok`, or the error's code. */
function outcomes(world: World, owner: SimClient, calls: readonly number[]): readonly string[] {
  world.runUntil(() => calls.every((call) => owner.outcomes.has(call)));
  return calls.map((call) => {
    const outcome = owner.outcomes.get(call)!;
    return outcome.ok ? 'ok' : outcome.error.code;
  });
}

function listed(world: World, owner: SimClient): readonly string[] {
  return [...world.cloud.members.get(owner.jobs.key)!.images].toSorted();
}

test('S3 U3: what is hidden at the same time is published together', (t) => {
  const { world, owner } = owning();
  const names = namesOf(40);
  const ended = outcomes(world, owner, encodeAll(world, owner, names));
  t.true(ended.every((how) => how === 'ok'));
  t.deepEqual(
    world.cloud.publications.map(({ length }) => length),
    [16, 16, 8],
  );
  t.deepEqual(listed(world, owner), names.map(idOf).toSorted());
  t.true(names.every((name) => stateOf(owner, name) === 'published'));
});

test('S3 U3: a picture does not go on waiting for one that turns out wrong', (t) => {
  const { world, owner } = owning();
  const took = (names: readonly string[], delayed: string): number => {
    world.lateMs = 5;
    world.onEffect = (_, effect) =>
      effect.kind === 'sendCloud' && effect.request.type === 'encode' && effect.request.body.imageId === idOf(delayed)
        ? 'late'
        : 'go';
    const start = world.now;
    const [first] = names.map((name) =>
      world.call(owner, 'encode', {
        ...pictureOf(owner, name),
        ...(name === delayed ? { digest: 'digest of another' } : {}),
      }),
    );
    t.deepEqual(outcomes(world, owner, [first!]), ['ok']);
    return world.now - start;
  };
  const alone = took(['alone'], 'nobody');
  const beside = took(['right', 'wrong'], 'wrong');
  t.log(`${alone} ms alone, ${beside} ms beside a wrong one`);
  t.true(beside > alone && beside < alone + 15, `${alone} ms alone, ${beside} ms beside a wrong one`);
});

test('C2 N4: what happens at the same time does not leave more history than is to be remembered', (t) => {
  const { world, owner } = owning();
  const most = 1_000;
  for (let n = 0; n < most - 5; n++) {
    const at = { at: n, what: 'encoded', imageId: 'client1-x', peer: undefined, views: undefined } as const;
    owner.disk.push({ table: 'history', key: `old ${n}`, value: at });
  }
  world.crash(owner);
  world.start(owner);
  world.ask(owner, 'signIn', {});
  outcomes(world, owner, encodeAll(world, owner, namesOf(30)));
  encoded(world, owner, 'last');
  const remembered = owner.core!.model.all('history');
  t.is(remembered.length, most);
  t.is(remembered.at(-1)?.imageId, idOf('last'));
});

test('S3: a publication that nobody shares goes at once, by itself', (t) => {
  const { world, owner } = owning();
  for (const name of namesOf(3)) encoded(world, owner, name);
  t.deepEqual(
    world.cloud.publications,
    namesOf(3).map((name) => [idOf(name)]),
  );
});

test('S3 G1: a picture that does not hold what was sent is neither kept nor published', (t) => {
  const { world, owner } = owning();
  const call = world.call(owner, 'encode', { ...pictureOf(owner), digest: 'digest of another' });
  t.deepEqual(outcomes(world, owner, [call]), ['encoding_mismatch']);
  t.deepEqual([world.cloud.publications, owner.core!.model.all('own'), [...owner.jobs.blobs]], [[], [], []]);
});

test('S3 D3: one picture that is refused harms no other, and can be told from them', (t) => {
  const { world, owner } = owning();
  const names = namesOf(6);
  world.cloud.taken.add(idOf('picture 3'));
  const ended = outcomes(world, owner, encodeAll(world, owner, names));
  t.deepEqual(ended, ['ok', 'ok', 'ok', 'cloud_refused', 'ok', 'ok']);
  t.deepEqual(listed(world, owner), names.filter((name) => name !== 'picture 3').map(idOf));
  t.is(stateOf(owner, 'picture 3'), 'encoded');
  // The next ones share a request again.
  const before = world.cloud.publications.length;
  const more = namesOf(12).slice(6);
  t.true(outcomes(world, owner, encodeAll(world, owner, more)).every((how) => how === 'ok'));
  t.is(world.cloud.publications.length - before, 1);
});

test('S3 T1: killed before each effect while several are published: repeated, each of them is known once and for all', (t) => {
  const names = namesOf(4);
  let n = 1;
  for (let killed = true; killed; n++) {
    const { world, owner } = owning();
    killed = killedBefore(world, owner, n, () => {
      const calls = encodeAll(world, owner, names);
      world.runUntil(() => owner.core === undefined || calls.every((call) => owner.outcomes.has(call)));
    });
    if (owner.core === undefined) world.start(owner);
    world.ask(owner, 'signIn', {});
    for (const name of names) {
      if (stateOf(owner, name) !== 'published') encoded(world, owner, name);
    }
    t.deepEqual(listed(world, owner), names.map(idOf), `killed at ${n}`);
    t.deepEqual(
      names.map((name) => stateOf(owner, name)),
      names.map(() => 'published'),
      `killed at ${n}`,
    );
    t.is(owner.core!.model.all('own').length, names.length);
    t.false(
      owner.news.some((news) => news.kind === 'trouble'),
      `killed at ${n}`,
    );
  }
  t.true(n > 60, `${n} effects`);
});

test('S3 T1: a request for several that is lost is sent again', (t) => {
  const { world, owner } = owning();
  let lost = 0;
  world.onEffect = (_, effect) => {
    const isGroup = effect.kind === 'sendCloud' && effect.request.type === 'publish';
    return isGroup && effect.request.body.images.length > 1 && lost++ < 3 ? 'lose' : 'go';
  };
  t.true(outcomes(world, owner, encodeAll(world, owner, namesOf(5))).every((how) => how === 'ok'));
  t.true(lost > 3);
  t.deepEqual(listed(world, owner), namesOf(5).map(idOf));
});

test('S3 M1: a picture is withdrawn after the publication that it waits for, never before', (t) => {
  const { world, owner } = owning();
  let isLost = true;
  const lost: string[] = [];
  world.onEffect = (_, effect) => {
    if (effect.kind !== 'sendCloud' || effect.request.type !== 'publish' || !isLost) return 'go';
    lost.push(...effect.request.body.images.map(({ imageId }) => imageId));
    return 'lose';
  };
  const first = encodeAll(world, owner, ['a']);
  world.runUntil(() => lost.includes(idOf('a')));
  const calls = [...first, ...encodeAll(world, owner, ['b', 'c'])];
  world.runUntil(() => stateOf(owner, 'b') === 'encoded' && stateOf(owner, 'c') === 'encoded');
  const withdrawn = ['a', 'b'].map((name) => world.call(owner, 'unpublish', { imageId: idOf(name) }));
  isLost = false;
  t.deepEqual(outcomes(world, owner, [...calls, ...withdrawn]), ['ok', 'ok', 'ok', 'ok', 'ok']);
  t.deepEqual(world.cloud.publications, [[idOf('a')], [idOf('b'), idOf('c')]]);
  t.deepEqual(listed(world, owner), [idOf('c')]);
  t.deepEqual(
    ['a', 'b', 'c'].map((name) => stateOf(owner, name)),
    ['withdrawn', 'withdrawn', 'published'],
  );
});

test('S3 U3: a picture does not wait long for one that is still being hidden, nor at all for one that could not be', (t) => {
  const { world, owner } = owning();
  world.onEffect = (_, effect) =>
    effect.kind === 'sendCloud' && effect.request.type === 'encode' && effect.request.body.imageId === idOf('slow')
      ? 'lose'
      : 'go';
  const took = (name: string): number => {
    const start = world.now;
    t.deepEqual(outcomes(world, owner, encodeAll(world, owner, [name])), ['ok']);
    return world.now - start;
  };
  const alone = took('alone');
  const slow = encodeAll(world, owner, ['slow']);
  const beside = took('beside');
  t.true(beside > alone && beside < alone + 100, `${alone} ms alone, ${beside} ms beside a slow one`);
  t.deepEqual(outcomes(world, owner, slow), ['cloud_unreachable']);
  t.is(took('after'), alone);
});

test('S3 S6: each publication is given up after its own time, and says at which hop; the next ones are asked', (t) => {
  const { world, owner } = owning();
  world.onEffect = (_, effect) => (effect.kind === 'sendCloud' && effect.request.type === 'publish' ? 'lose' : 'go');
  const first = encodeAll(world, owner, ['a', 'b']);
  world.run(10_000);
  const later = encodeAll(world, owner, ['c']);
  const start = world.now;
  t.deepEqual(outcomes(world, owner, first), ['cloud_unreachable', 'cloud_unreachable']);
  t.true(world.now - start < 6_000, 'fifteen seconds after they were asked');
  for (const call of first) {
    const outcome = owner.outcomes.get(call)!;
    t.regex(outcome.ok ? '' : outcome.error.message, /no answer from s1, s2, s3/);
  }
  world.onEffect = () => 'go';
  t.deepEqual(outcomes(world, owner, later), ['ok']);
  t.deepEqual(outcomes(world, owner, encodeAll(world, owner, ['a', 'b'])), ['ok', 'ok']);
  t.deepEqual(listed(world, owner), ['a', 'b', 'c'].map(idOf));
});

test('D5 E7: owners publish together what a restored directory has forgotten, without what they withdraw meanwhile', (t) => {
  const { world, owner } = owning();
  const names = namesOf(70);
  const ended = outcomes(world, owner, encodeAll(world, owner, names));
  t.true(ended.every((how) => how === 'ok'));
  world.cloud.generation = '1'.repeat(32);
  world.cloud.members.get(owner.jobs.key)!.images.clear();
  world.cloud.publications.length = 0;
  const signIn = world.call(owner, 'signIn', {});
  world.runUntil(() => world.cloud.publications.length === 1);
  const withdrawn = ['picture 20', 'picture 69'].map((name) => world.call(owner, 'unpublish', { imageId: idOf(name) }));
  t.deepEqual(outcomes(world, owner, [signIn, ...withdrawn]), ['ok', 'ok', 'ok']);
  const kept = names.filter((name) => name !== 'picture 20' && name !== 'picture 69');
  t.deepEqual(listed(world, owner), kept.map(idOf).toSorted());
  t.is(stateOf(owner, 'picture 20'), 'withdrawn');
  t.true(world.cloud.publications.length <= 8, `${world.cloud.publications.length} requests`);
  t.false(owner.news.some((news) => news.kind === 'trouble'));
});

test('D5 E7: a picture that the restored directory refuses is reported, and stops no other', (t) => {
  const { world, owner } = owning();
  const names = namesOf(5);
  outcomes(world, owner, encodeAll(world, owner, names));
  world.cloud.generation = '1'.repeat(32);
  world.cloud.members.get(owner.jobs.key)!.images.clear();
  world.cloud.taken.add(idOf('picture 2'));
  world.ask(owner, 'signIn', {});
  t.deepEqual(listed(world, owner), names.filter((name) => name !== 'picture 2').map(idOf));
  const troubles = owner.news.flatMap((news) => (news.kind === 'trouble' ? [news.where] : []));
  t.deepEqual(troubles, [`publishing ${idOf('picture 2')} again`]);
});

test('M6: publications that wait while keys are replaced end by themselves, and can be repeated', (t) => {
  const { world, owner } = owning();
  const names = namesOf(6);
  const calls = encodeAll(world, owner, names);
  world.runUntil(() => world.cloud.publications.length === 1);
  const rotation = world.call(owner, 'rotateKeys', {});
  t.is(outcomes(world, owner, [rotation])[0], 'ok');
  const ended = outcomes(world, owner, calls);
  for (const [n, how] of ended.entries()) {
    t.true(['ok', 'cloud_refused', 'cloud_unreachable'].includes(how), how);
    t.is(stateOf(owner, names[n]!), how === 'ok' ? 'published' : 'encoded');
    if (how !== 'ok') encoded(world, owner, names[n]!);
  }
  t.deepEqual(listed(world, owner), names.map(idOf));
  t.throws(() => world.ask(owner, 'encode', pictureOf(owner, names[0])), {
    instanceOf: ClientError,
    code: 'image_exists',
  });
});
