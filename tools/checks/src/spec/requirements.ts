/** One row of docs/requirements.md. */
export interface Requirement {
  readonly id: string;
  readonly text: string;
}

/** A row of the document cannot be used; the message names its line. */
export class BadRequirement extends Error {
  override readonly name = 'BadRequirement';
}

const ROW = /^\|\s*([^|]*?)\s*\|\s*(.*?)\s*\|\s*$/;
const ID = /^[A-Z]\d+$/;

/** Reads all table rows whose first cell is an id. @throws BadRequirement for an id that stands twice, or without words. */
export function parseRequirements(markdown: string): Requirement[] {
  const rows = new Map<string, Requirement>();
  for (const [index, line] of markdown.split('\n').entries()) {
    const [, id = '', text = ''] = ROW.exec(line) ?? [];
    if (!ID.test(id)) continue;
    if (rows.has(id)) throw new BadRequirement(`line ${index + 1}: ${id} stands there twice`);
    if (text === '') throw new BadRequirement(`line ${index + 1}: ${id} says nothing`);
    rows.set(id, { id, text });
  }
  return [...rows.values()];
}
