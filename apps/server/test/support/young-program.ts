/** Works with many short-lived objects and prints the most that V8's young generation has taken, in bytes: `young-program.ts [tuned]`. */

import { getHeapSpaceStatistics } from 'node:v8';
import { tuneEngine } from '../../src/engine.ts';

const TURNS = 60;

if (process.argv[2] === 'tuned') tuneEngine();
const kept: object[] = [];
let most = 0;
for (let turn = 0; turn < TURNS; turn++) {
  // A tenth outlives a collection, which is what makes V8 grow the space.
  for (let i = 0; i < 200_000; i++) kept[i % 20_000] = { turn, i };
  const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
  most = Math.max(most, young?.space_size ?? 0);
  await new Promise((resolve) => setTimeout(resolve, 20));
}
console.log(most);
