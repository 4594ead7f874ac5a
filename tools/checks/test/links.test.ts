import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import test from 'ava';
import { ROOT } from '../src/workspace.ts';

const DOCUMENTS = globSync('{*.md,{docs,examples,packages,apps,tools,.changeset}/**/*.md}', {
  cwd: ROOT,
  exclude: (path) => path.endsWith('node_modules'),
});

/** Where a document's links lead; addresses on the web are not ours to keep. */
function linksOf(markdown: string): string[] {
  const prose = markdown.replace(/^```.*?^```$/gms, '').replace(/`[^`\n]*`/g, '');
  const links = prose.matchAll(/\]\(([^)\s]+)\)|^\[[^\]]+\]:\s+(\S+)/gm);
  return [...links].map(([, inline, named]) => inline ?? named ?? '').filter((to) => !/^[a-z]+:/.test(to));
}

/** The anchor of each heading, as forges make it. */
function anchorsOf(markdown: string): string[] {
  const headings = markdown.replace(/^```.*?^```$/gms, '').matchAll(/^#+ (.*)$/gm);
  return [...headings].map(([, text = '']) =>
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

test('links are found in prose, not in code', (t) => {
  const markdown =
    'See [a](a.md#b) and ![p](p.png).\n```ts\nx[0](no.md)\n```\n`[no](no.md)` [w](https://w) \n[r]: r.md\n';
  t.deepEqual(linksOf(markdown), ['a.md#b', 'p.png', 'r.md']);
  t.deepEqual(anchorsOf('# Two commands\n## S1, `run` & more'), ['two-commands', 's1-run--more']);
});

test('every link in every document leads somewhere', (t) => {
  t.true(DOCUMENTS.includes('README.md'));
  const broken = DOCUMENTS.flatMap((document) => {
    const markdown = readFileSync(join(ROOT, document), 'utf8');
    return linksOf(markdown)
      .filter((link) => !leadsSomewhere(document, markdown, link))
      .map((link) => `${document}: ${link}`);
  });
  t.deepEqual(broken, []);
});

function leadsSomewhere(document: string, markdown: string, link: string): boolean {
  const [path = '', anchor] = decodeURIComponent(link).split('#');
  const target = path === '' ? join(ROOT, document) : join(ROOT, dirname(document), path);
  if (relative(ROOT, target).startsWith('..') || !existsSync(target)) return false;
  if (anchor === undefined) return true;
  return anchorsOf(path === '' ? markdown : readFileSync(target, 'utf8')).includes(anchor);
}

test('every decision is listed in the index', (t) => {
  const index = readFileSync(join(ROOT, 'docs/decisions/README.md'), 'utf8');
  const decisions = globSync('docs/decisions/[0-9]*.md', { cwd: ROOT }).map((path) =>
    path.slice('docs/decisions/'.length),
  );
  t.deepEqual(
    decisions.filter((file) => !linksOf(index).includes(file)),
    [],
  );
});
