import { mkdir, writeFile } from 'node:fs/promises';
import { tempDir } from '@p2pimg/testkit';
import test from 'ava';
import { placesFor } from '../../src/menu/pick-picture.ts';

test('C1 N7: pictures and folders are offered, narrowed down by typing; names cannot draw on the terminal', async (t) => {
  const dir = await tempDir();
  t.teardown(dir.remove);
  await mkdir(dir.at('holidays'));
  await mkdir(dir.at('.git'));
  for (const name of ['b.png', 'A.JPG', 'notes.txt', '\u001b[2Jx.jpeg']) await writeFile(dir.at(name), '');
  await writeFile(dir.at('holidays', 'beach.jpg'), '');
  const names = async (term: string, folder = dir.path): Promise<readonly string[]> =>
    (await placesFor(folder, term)).map((choice) => ('name' in choice ? choice.name : `(${choice.separator})`));

  const all = await names('');
  t.deepEqual([all[0], all.at(-2), all.at(-1)], ['holidays/', '../', 'Back']);
  t.deepEqual([...all.slice(1, -2)].sort(), ['A.JPG', 'b.png', '\ufffd[2Jx.jpeg'].sort());
  t.deepEqual(await names('.JP'), ['\ufffd[2Jx.jpeg', 'A.JPG', 'Back']);
  t.deepEqual(await names('holidays/'), ['beach.jpg', '../', 'Back']);
  t.deepEqual(await names('holidays/bea'), ['beach.jpg', 'Back']);
  t.deepEqual(await names(dir.at('holidays', 'beach.jpg')), [dir.at('holidays', 'beach.jpg'), 'Back']);
  t.deepEqual(await names(dir.at('notes.txt')), [dir.at('notes.txt'), 'Back'], 'what is named whole is believed');
  t.deepEqual(await names('xyz'), ['(Nothing here is named like that: xyz)', 'Back']);
  t.deepEqual(await names('..'), await names('', dir.at('..')));
  t.deepEqual(await names('/no/such/place/x.jpg'), ['(Nothing here is named like that: /no/such/place/x.jpg)', 'Back']);
});
