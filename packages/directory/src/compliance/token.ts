import assert from 'node:assert/strict';
import type { ComplianceCase } from './case.ts';
import { newClaim } from './world.ts';

const HOLD_MS = 1000;

export const tokenCases: readonly ComplianceCase[] = [
  {
    // One case: there is only one token.
    title: 'E6 the failure token: one holder at a time, in turns, free again when its time is over, never doubled',
    run: async ({ directories }) => {
      const [directory] = directories;
      const turnNow = async () => (await directory.readToken({})).row?.turn ?? 0;
      const free = async () => {
        for (;;) {
          const { row, now } = await directory.readToken({});
          if (row === undefined || row.until <= now) return;
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
      };
      await free();
      for (let round = 0; round < 2; round++) {
        const turn = await turnNow();
        const attempts = Array.from({ length: 12 }, (_, index) =>
          directories[index % directories.length]!.takeToken({ holder: `server-${index}`, turn, holdMs: HOLD_MS }),
        );
        const answers = await Promise.all(attempts);
        assert.equal(answers.filter(({ taken }) => taken).length, 1);
        for (const { row } of answers) assert.equal(row.turn, turn + 1);
        const held = answers.find(({ taken }) => taken)?.row;
        assert.ok(held !== undefined);
        assert.deepEqual((await directory.readToken({})).row, held);

        const early = await directory.takeToken({ holder: 'early', turn: turn + 1, holdMs: HOLD_MS });
        // On a slow machine it may be free by now: then it was taken after the time of the first holder.
        assert.ok(!early.taken || early.row.until - HOLD_MS >= held.until);
        await free();
        const stale = await directory.takeToken({ holder: 'stale', turn, holdMs: HOLD_MS });
        assert.equal(stale.taken, false);
      }
    },
  },
  {
    title: 'D5 every handle sees one generation, one schema and one clock',
    run: async ({ directories }) => {
      const infos = await Promise.all(directories.map((directory) => directory.info({})));
      for (const { generation, schemaVersion, now } of infos) {
        assert.deepEqual(generation, infos[0]?.generation);
        assert.equal(generation.length, 16);
        assert.equal(schemaVersion, infos[0]?.schemaVersion);
        assert.ok(Math.abs(now - Date.now()) < 60_000);
      }
    },
  },
  {
    title: 'D5 purging leaves what is in its keeping time',
    run: async ({ directories: [directory], purging = directory }) => {
      const call = { claim: newClaim(), signKey: newClaim().clientKey, boxKey: newClaim().clientKey };
      await directory.register(call);
      assert.ok((await purging.purge({ limit: 1000 })) >= 0);
      assert.equal((await directory.register(call)).replayed, true);
    },
  },
];
