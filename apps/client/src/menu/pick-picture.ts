/** Picks a picture of this machine from a list of files that typing narrows down. */

import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { Separator, search } from '@inquirer/prompts';
import { printable } from '@p2pimg/wire/names';

const PICTURE = /\.(?:png|jpe?g)$/i;
const MOST_CHOICES = 200;

type Place = { readonly kind: 'file' | 'folder'; readonly path: string } | { readonly kind: 'back' };

interface Choice {
  readonly name: string;
  readonly value: Place;
}

/** Starts in the current folder. Undefined for "Back". */
export async function pickPicture(message: string, signal: AbortSignal): Promise<string | undefined> {
  let folder = process.cwd();
  for (;;) {
    const config = {
      message: `${message} In ${printable(folder, 200)} (type to narrow down, or a path)`,
      source: (term: string | undefined) => placesFor(folder, term ?? ''),
      pageSize: 12,
    };
    const picked = await search<Place>(config, { signal });
    if (picked.kind === 'back') return undefined;
    if (picked.kind === 'file') return picked.path;
    folder = picked.path;
  }
}

/** What the list offers for what has been typed so far. */
export async function placesFor(folder: string, term: string): Promise<readonly (Choice | Separator)[]> {
  const path = resolve(folder, term.replace(/^~(?=\/|$)/, homedir()));
  const isPath = term.includes(sep) || term.startsWith('~') || term === '..';
  const inside = isPath && (await kindOf(path)) === 'folder' && (term.endsWith(sep) || !term.includes(sep));
  const where = inside ? path : isPath ? dirname(path) : folder;
  const wanted = (inside ? '' : isPath ? basename(path) : term).toLowerCase();
  const found = (await entriesOf(where)).filter(({ name }) => name.toLowerCase().includes(wanted));
  // A picture with another name than pictures have is taken when its whole path is typed.
  const typed = term !== '' && (await kindOf(path)) === 'file' ? [choiceOf(path, 'file', term)] : [];
  const choices = [
    ...typed,
    ...found
      .filter(({ name }) => typed.length === 0 || join(where, name) !== path)
      .map((entry) => entryChoice(where, entry)),
  ];
  const up: Choice = { name: `..${sep}`, value: { kind: 'folder', path: dirname(where) } };
  const none = term === '' ? 'No pictures here' : `Nothing here is named like that: ${printable(term, 80)}`;
  return [
    ...(choices.length === 0 ? [new Separator(none)] : choices.slice(0, MOST_CHOICES)),
    ...(wanted === '' ? [up] : []),
    { name: 'Back', value: { kind: 'back' } },
  ];
}

/** Folders and pictures, each in the order of their names; what begins with a point is left out. */
async function entriesOf(folder: string): Promise<readonly Dirent[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => !entry.name.startsWith('.') && (entry.isDirectory() || PICTURE.test(entry.name)))
    .sort((a, b) => Number(b.isDirectory()) - Number(a.isDirectory()) || a.name.localeCompare(b.name));
}

function entryChoice(folder: string, entry: Dirent): Choice {
  const kind = entry.isDirectory() ? 'folder' : 'file';
  return choiceOf(join(folder, entry.name), kind, entry.name);
}

function choiceOf(path: string, kind: 'file' | 'folder', name: string): Choice {
  return { name: `${printable(name, 100)}${kind === 'folder' ? sep : ''}`, value: { kind, path } };
}

async function kindOf(path: string): Promise<'file' | 'folder' | undefined> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch {
    return undefined; // nothing is there, or nothing that this user may see
  }
}
