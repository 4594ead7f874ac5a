import type { SharingMode } from '@p2pimg/client';
import { MAX_OFFLINE_HOURS, MAX_OFFLINE_VIEWS } from '@p2pimg/wire/limits';
import type { Screen } from './screen.ts';

/** Who counts where nobody chose. */
export const WITNESSED: SharingMode = { kind: 'witnessed' };

/** Who counts a viewer's views; undefined for "Back". Asked only when somebody wants to choose: else the cloud counts. */
export async function askMode({ pick, askNumber }: Screen): Promise<SharingMode | undefined> {
  const kind = await pick<SharingMode['kind']>('Who counts the views?', [
    { name: 'The cloud, one by one', value: 'witnessed' },
    { name: 'The cloud, some of them in advance: after the first, they are seen without it', value: 'offline' },
    { name: "The viewer's own client: nobody notices when it is set back", value: 'trusting' },
  ]);
  if (kind !== 'offline') return kind && { kind };
  const views = await askNumber('How many of the views in advance?', MAX_OFFLINE_VIEWS);
  if (views === undefined) return undefined;
  const hours = await askNumber('For how many hours?', MAX_OFFLINE_HOURS);
  return hours === undefined ? undefined : { kind, views, hours };
}
