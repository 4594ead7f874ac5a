import test from 'ava';
import type { CallArgs, CallName } from '../../src/core/calls.ts';
import { left } from '../../src/core/sharing/rights.ts';
import { IMAGE, pictureOf } from '../sim/sharing.ts';
import { type SimClient, World } from '../sim/world.ts';

/** The use cases U3 to U8 told by people who, after a crash, start again and repeat what is not done yet. */
class Tale {
  readonly world: World = new World();
  readonly owner: SimClient = this.world.add();
  readonly viewer: SimClient = this.world.add();
  shown = 0;

  tell(): void {
    for (const client of [this.owner, this.viewer])
      this.#until(client, 'register', {}, () => client.core?.model.self !== undefined);
    for (const client of [this.owner, this.viewer]) this.#try(client, 'signIn', {});
    this.#encode();
    const views = { imageId: IMAGE, views: 3 };
    this.#until(this.viewer, 'requestImage', { ownerId: 1, ...views }, () => this.#asked('image'));
    this.#approve('image');
    this.#eventually(() => this.#held() !== undefined);
    for (let i = 0; i < 3; i++) this.#view();
    this.#until(this.viewer, 'requestMore', { imageId: IMAGE, views: 4 }, () => this.#asked('increase'));
    this.#approve('increase');
    this.#eventually(() => this.#held()?.allowed === 7);
    const take = { imageId: IMAGE, viewerId: 2, change: { kind: 'take', views: 2 } } as const;
    this.#until(this.owner, 'changeRights', take, () => this.#sent()?.version === 3);
    this.#eventually(() => this.#held()?.version === 3);
    for (let i = 0; i < 3; i++) this.#view();
    this.#wake();
  }

  get allowed(): readonly (number | undefined)[] {
    const [row] = this.world.cloud.rows.values();
    return [row?.allowed, this.#sent()?.allowed, this.#held()?.allowed];
  }

  #encode(): void {
    const published = (): boolean => this.owner.core?.model.get('own', IMAGE)?.state === 'published';
    for (let i = 0; i < 3 && !published(); i++) {
      this.#wake();
      this.#try(this.owner, 'encode', pictureOf(this.owner));
    }
  }

  #approve(kind: 'image' | 'increase'): void {
    this.#wake();
    this.#eventually(() => this.#queued(kind) !== undefined);
    for (let i = 0; i < 3; i++) {
      this.#wake();
      const request = this.#queued(kind);
      if (request?.state === 'waiting') this.#try(this.owner, 'approve', { id: request.id });
    }
  }

  #view(): void {
    this.#wake();
    const outcome = this.#try(this.viewer, 'view', { imageId: IMAGE }) as { readonly shown?: string } | undefined;
    if (outcome?.shown === 'picture') this.shown++;
  }

  #until<N extends CallName>(client: SimClient, name: N, args: CallArgs<N>, done: () => boolean): void {
    for (let i = 0; i < 3 && !done(); i++) {
      this.#wake();
      this.#try(client, name, args);
      this.#wake();
    }
  }

  #eventually(done: () => boolean): void {
    const end = this.world.now + 300_000;
    while (!done() && this.world.now < end) {
      this.#wake();
      this.world.runUntil(done, this.world.now + 1_000);
    }
  }

  /** Whoever has crashed is started again and signs in. */
  #wake(): void {
    for (const client of [this.owner, this.viewer]) {
      if (client.core !== undefined) continue;
      this.world.start(client);
      if (client.core!.model.self !== undefined) this.#try(client, 'signIn', {});
    }
  }

  #try<N extends CallName>(client: SimClient, name: N, args: CallArgs<N>): unknown {
    try {
      return this.world.ask(client, name, args);
    } catch {
      return undefined; // crashed, or done before: the tale goes on
    }
  }

  #asked(kind: string): boolean {
    return this.viewer.core?.model.all('asked').some((asked) => asked.kind === kind) ?? false;
  }

  #queued(kind: string) {
    return this.owner.core?.model.all('queue').find((request) => request.kind === kind);
  }

  #held() {
    return this.viewer.core?.model.get('held', IMAGE);
  }

  #sent() {
    return this.owner.core?.model.all('sent')[0];
  }
}

/** Runs the tale with a crash, or a loss, at the n-th effect of one of the two; undefined when it has fewer. */
function brokenAt(who: 'owner' | 'viewer', n: number, how: 'crash' | 'lose'): Tale | undefined {
  const tale = new Tale();
  let effects = 0;
  tale.world.onEffect = (client, effect) => {
    if (client !== tale[who] || (how === 'lose' && !LOSABLE.includes(effect.kind))) return 'go';
    return ++effects === n ? how : 'go';
  };
  tale.tell();
  return effects >= n ? tale : undefined;
}

/** What a network can swallow without a word. */
const LOSABLE = [
  'sendCloud',
  'cancelCloud',
  'sendPeer',
  'answerPeer',
  'openLane',
  'closeLane',
  'sendTransfer',
  'acceptTransfer',
];

for (const who of ['viewer', 'owner'] as const) {
  test(`U4 U6 U8 T1 N5: each message and transfer of the ${who} lost without a trace: told again, applied once`, (t) => {
    let n = 1;
    for (let tale = brokenAt(who, n, 'lose'); tale !== undefined; tale = brokenAt(who, ++n, 'lose')) {
      t.deepEqual(tale.allowed, [5, 5, 5], `loss of effect ${n}`);
      t.is(tale.shown, 5, `loss of effect ${n}`);
    }
    t.true(n > 30);
  });

  test(`U4 U5 U6 U7 U8 M5 N9 N10: the ${who} killed before each of its effects: changes once, no view gained, at most one lost`, (t) => {
    let n = 1;
    for (let tale = brokenAt(who, n, 'crash'); tale !== undefined; tale = brokenAt(who, ++n, 'crash')) {
      const at = `crash at effect ${n}`;
      t.deepEqual(tale.allowed, [5, 5, 5], at);
      t.true(tale.shown <= 5, `${at}: ${tale.shown} views shown`);
      t.true(tale.shown >= (who === 'viewer' ? 4 : 5), `${at}: ${tale.shown} views shown`);
      t.is(left(tale.viewer.core!.model.get('held', IMAGE)!), 0, at);
      const defects = [tale.owner, tale.viewer].flatMap(({ news }) =>
        news.filter((each) => each.kind === 'trouble' && each.where === 'flow'),
      );
      t.deepEqual(defects, [], at);
    }
    t.log(`${n - 1} crashes`);
    t.true(n > 50);
  });
}
