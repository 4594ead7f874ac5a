import ts from 'typescript';

/** A test as its source names it. */
export interface TestTitle {
  /** As written; what is only known at run time stands as `…`. */
  readonly title: string;
  readonly line: number;
}

/**
 * The titles of all tests in a source text: the first argument of every call of `test` or of one of its modifiers
 * (`test.serial`), and the `title` of every object that also has a `run` (a case of a compliance suite), when that is a
 * string or a template.
 */
export function readTitles(source: string, fileName = 'a.test.ts'): TestTitle[] {
  const file = ts.createSourceFile(fileName, source, ts.ScriptTarget.Latest, true);
  const titles: TestTitle[] = [];
  const visit = (node: ts.Node): void => {
    const title = literalText(titleOf(node));
    if (title !== undefined) {
      titles.push({ title, line: file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1 });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return titles;
}

/**
 * The requirement ids that a title begins with: `T1 T2, N5: …` names T1, T2 and N5. An implementation's name may stand
 * before them, as compliance suites have it: `mysql: D1 …` (or `${name}: D1 …`).
 */
export function leadingIds(title: string): string[] {
  const words = title.replace(/^(?![A-Z]\d+:)(?:[^\s:]*:|…)\s+/, '').split(/\s+/);
  const ids: string[] = [];
  for (const word of words) {
    const id = /^([A-Z]\d+)[,:;]?$/.exec(word)?.[1];
    if (id === undefined) break;
    ids.push(id);
    if (word.endsWith(':')) break;
  }
  return ids;
}

function titleOf(node: ts.Node): ts.Expression | undefined {
  if (ts.isCallExpression(node)) return isTest(node.expression) ? node.arguments[0] : undefined;
  if (!ts.isObjectLiteralExpression(node)) return undefined;
  const named = (name: string): ts.ObjectLiteralElementLike | undefined =>
    node.properties.find((property) => property.name !== undefined && property.name.getText() === name);
  const title = named('title');
  return title !== undefined && ts.isPropertyAssignment(title) && named('run') ? title.initializer : undefined;
}

function isTest(callee: ts.Expression): boolean {
  if (ts.isIdentifier(callee)) return callee.text === 'test';
  return ts.isPropertyAccessExpression(callee) && isTest(callee.expression);
}

function literalText(node: ts.Expression | undefined): string | undefined {
  if (node === undefined) return undefined;
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateExpression(node)) {
    return node.head.text + node.templateSpans.map((span) => `…${span.literal.text}`).join('');
  }
  return undefined;
}
