import { HOT_AT_EXIT, runNode, tempDir } from '@p2pimg/testkit';
import test from 'ava';
import { MAIN } from './support/local-cloud.ts';

test('P1 a server is set up for many small requests before it does anything else', async (t) => {
  await using dir = await tempDir();
  const env = { NODE_OPTIONS: `--import=${HOT_AT_EXIT.href}` };
  const { stderr } = await runNode(MAIN, ['run', '--config', dir.at('none.toml')], { env });
  t.true(Number(/^hot after (\d+) calls$/m.exec(stderr)?.[1]) >= 100_000, stderr);
});
