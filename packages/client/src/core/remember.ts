import type { Context } from './context.ts';
import { type Change, type HistoryEntry, put, remove } from './records.ts';

/** The changes that add one line to the history, and drop the oldest past the limit. */
export function remember(context: Context, entry: Omit<HistoryEntry, 'at'>): readonly Change[] {
  const changes: Change[] = [put('history', context.newId(), { at: context.now, ...entry })];
  const { model, settings } = context;
  if (model.size('history') >= settings.maxRemembered) changes.push(remove('history', model.keys('history')[0]!));
  return changes;
}
