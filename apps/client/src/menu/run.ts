import type { ClientSettings } from '../settings.ts';

export async function runMenu(settings: ClientSettings): Promise<void> {
  void settings;
}
