/** The menu: Register / Sign In, then the eight entries, until Shutdown or Ctrl-C. */

import { printable } from '@p2pimg/wire';
import { leave } from '../commands/context.ts';
import { connect } from '../connect.ts';
import { EXIT, failureOf } from '../exit.ts';
import type { ClientSettings } from '../settings.ts';
import { newsLine } from '../wording.ts';
import { Bell } from './bell.ts';
import { entries, type Screen } from './entries.ts';
import { liveSelect } from './live-select.ts';

export async function runMenu(settings: ClientSettings): Promise<void> {
  const api = await connect(settings);
  const bell = new Bell(api);
  const screen: Screen = { api, say: (text) => process.stdout.write(`${text}\n`) };
  const onSignal = (): void => void leave(api).finally(() => process.exit(EXIT.interrupted));
  process.once('SIGTERM', onSignal);
  process.once('SIGHUP', onSignal);
  try {
    const { signedIn } = await api.call('status', {});
    if (!signedIn) await start(screen, bell);
    await mainMenu(screen, bell);
  } catch (error) {
    const failure = failureOf(error);
    if (failure?.exitCode !== EXIT.interrupted) throw error;
    process.exitCode = EXIT.interrupted;
  } finally {
    process.off('SIGTERM', onSignal);
    process.off('SIGHUP', onSignal);
    bell.close();
    process.stdout.write('Going offline …\n');
    await leave(api);
  }
}

async function start(screen: Screen, bell: Bell): Promise<void> {
  for (;;) {
    const choices = [
      { name: '1. Register', value: 'register' },
      { name: '2. Sign In', value: 'signIn' },
    ] as const;
    const chosen = await liveSelect({
      message: 'Welcome',
      choices: () => choices,
      notices: bell.notices,
      subscribe: bell.subscribe,
    });
    const done = await survived(screen, () => (chosen === 'register' ? register(screen) : signIn(screen, bell)));
    if (done === true) return;
  }
}

async function register({ api, say }: Screen): Promise<boolean> {
  const { clientId, recoveryKey } = await api.call('register', {});
  const { fingerprint } = await api.call('status', {});
  say(`Registered. Your client number is ${clientId}; your fingerprint ${fingerprint}.`);
  if (recoveryKey !== undefined) say(`Recovery key, shown only now; keep it on paper:\n  ${recoveryKey}`);
  return false;
}

async function signIn({ api, say }: Screen, bell: Bell): Promise<boolean> {
  const { news } = await api.call('signIn', {});
  say('Sign-in successful!');
  const lines = news.map(newsLine).filter((line) => line !== undefined);
  say(lines.length === 0 ? 'Nothing came while you were away.' : lines.join('\n'));
  bell.clear();
  return true;
}

async function mainMenu(screen: Screen, bell: Bell): Promise<void> {
  for (;;) {
    await bell.refresh();
    const choices = () =>
      entries.map(({ label }, i) => {
        const waiting = label === 'View Client Requests' && bell.waiting > 0 ? ` (${bell.waiting} new)` : '';
        return { name: `${i + 1}. ${label}${waiting}`, value: i };
      });
    const chosen = await liveSelect({
      message: 'Main Menu',
      choices,
      notices: bell.notices,
      subscribe: bell.subscribe,
    });
    bell.clear();
    const entry = entries[chosen];
    if (entry?.run === undefined) return;
    await survived(screen, () => entry.run?.(screen));
  }
}

/** What goes wrong is told in one line, and the menu goes on. */
async function survived<T>({ say }: Screen, step: () => Promise<T> | undefined): Promise<T | undefined> {
  try {
    return await step();
  } catch (error) {
    const failure = failureOf(error);
    if (failure === undefined || failure.exitCode === EXIT.interrupted) throw error;
    say(`Not done: ${printable(failure.message, 500)}`);
    return undefined;
  }
}
