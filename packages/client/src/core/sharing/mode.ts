import type { GrantMode } from '@p2pimg/rights';
import { MAX_OFFLINE_HOURS, MAX_OFFLINE_VIEWS } from '@p2pimg/wire';
import { ClientError } from '../errors.ts';

/**
 * Who counts a viewer's views. `witnessed`: the cloud, one by one. `offline`: the cloud counts up to `views` in advance for one device,
 * which shows them without it until `hours` after the mode was chosen or views were added; restoring that device's whole home can repeat them.
 * `trusting`: the viewer's own ledger; restoring it repeats all.
 */
export type SharingMode =
  | { readonly kind: 'witnessed' }
  | { readonly kind: 'offline'; readonly views: number; readonly hours: number }
  | { readonly kind: 'trusting' };

export const WITNESSED: SharingMode = { kind: 'witnessed' };

const HOUR_MS = 3_600_000;

/** @throws ClientError `mode_invalid` */
export function checkMode(mode: SharingMode): void {
  if (mode.kind !== 'offline') return;
  const { views, hours } = mode;
  if (!isIn(views, MAX_OFFLINE_VIEWS) || !isIn(hours, MAX_OFFLINE_HOURS)) {
    throw new ClientError(
      'mode_invalid',
      `offline: 1 to ${MAX_OFFLINE_VIEWS} views in advance, for 1 to ${MAX_OFFLINE_HOURS} hours`,
    );
  }
}

function isIn(value: number, most: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= most;
}

/** What a mode means in a grant that is issued now. */
export interface ModeTerms {
  readonly mode: GrantMode;
  readonly offlineViews: number;
  /** Milliseconds since the epoch; 0 for never. */
  readonly expiresAt: number;
}

/** The mode that a grant says; the hours are those from its signing to its end. */
export function modeOf({ mode, offlineViews, expiresAt }: ModeTerms, issuedAt: number): SharingMode {
  if (mode !== 'offline') return { kind: mode };
  const hours = Math.ceil((expiresAt - issuedAt) / HOUR_MS);
  return { kind: mode, views: offlineViews, hours: Math.min(Math.max(hours, 1), MAX_OFFLINE_HOURS) };
}

export function modeTerms(mode: SharingMode, now: number): ModeTerms {
  if (mode.kind !== 'offline') return { mode: mode.kind, offlineViews: 0, expiresAt: 0 };
  return { mode: 'offline', offlineViews: mode.views, expiresAt: now + mode.hours * HOUR_MS };
}
