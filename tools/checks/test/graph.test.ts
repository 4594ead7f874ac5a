import test from 'ava';
import { BEGIN, dependencyGraph, END, NoPlaceForGraph, withGraph } from '../src/graph.ts';
import type { Package } from '../src/workspace.ts';

const house = (name: string, ...dependencies: string[]): Package => ({
  name: `@p2pimg/${name}`,
  dir: `packages/${name}`,
  private: false,
  dependencies: dependencies.map((one) => `@p2pimg/${one}`),
});

test('the graph shows what the product needs, without arrows that another path implies', (t) => {
  const packages = [
    house('cloud', 'identity', 'wire', 'netsim'),
    house('identity', 'wire'),
    house('wire'),
    { ...house('netsim'), dir: 'tools/netsim' },
  ];
  t.is(
    dependencyGraph(packages),
    [
      '```mermaid',
      'flowchart TD',
      '  cloud',
      '  identity',
      '  wire',
      '  cloud --> identity',
      '  identity --> wire',
      '```',
    ].join('\n'),
  );
});

test('only what stands between the markers is written, and writing again changes nothing', (t) => {
  const once = withGraph(`before\n${BEGIN}\nold\n${END}\nafter\n`, 'new');
  t.is(once, `before\n${BEGIN}\n\nnew\n\n${END}\nafter\n`);
  t.is(withGraph(once, 'new'), once);
});

test('a document without the markers is refused', (t) => {
  t.throws(() => withGraph(`${END}${BEGIN}`, 'new'), { instanceOf: NoPlaceForGraph });
});
