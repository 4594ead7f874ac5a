import type { Context } from './context.ts';
import { type Change, type HistoryEntry, put, remove } from './records.ts';

/** The changes that add one line to the history, and drop the oldest past the limit: those as well that came at the same time as others. */
export function remember(context: Context, entry: Omit<HistoryEntry, 'at'>): readonly Change[] {
  const changes: Change[] = [put('history', context.newId(), { at: context.now, ...entry })];
  const { model, settings } = context;
  const past = model.size('history') + changes.length - settings.maxRemembered;
  for (const key of model.oldest('history', past)) changes.push(remove('history', key));
  return changes;
}
