/** The menu: Register / Sign In, then the eight entries, until Shutdown or Ctrl-C. */

import { printable } from '@p2pimg/wire/names';
import { abortable } from '../api/abortable.ts';
import type { Api } from '../api/api.ts';
import { leave } from '../commands/context.ts';
import { connect } from '../connect.ts';
import { EXIT } from '../exit.ts';
import { failureOf } from '../failure.ts';
import { interruptible } from '../interruption.ts';
import type { ClientSettings } from '../settings.ts';
import { newsLine } from '../wording.ts';
import { Bell } from './bell.ts';
import { entries } from './entries.ts';
import { liveSelect } from './live-select.ts';
import { Screen } from './screen.ts';

export async function runMenu(settings: ClientSettings): Promise<void> {
  let screen: Screen | undefined;
  // A prompt takes Ctrl-C itself; this is for when none waits.
  const absorb = (): boolean => screen?.interrupt() ?? false;
  await interruptible(
    async (signal) => {
      const client = await connect(settings, { ask: true, signal });
      screen = new Screen(abortable(client, signal), signal);
      await session(client, screen);
    },
    { absorb },
  );
}

async function session(client: Api, screen: Screen): Promise<void> {
  const bell = new Bell(screen.api);
  try {
    const { signedIn } = await screen.api.call('status', {});
    if (!signedIn) await start(screen, bell);
    await mainMenu(screen, bell);
    // Shutdown means offline, whoever holds the client.
    await client.stop?.();
  } catch (error) {
    const failure = await failureOf(error);
    if (failure?.exitCode !== EXIT.interrupted) throw error;
    process.exitCode = EXIT.interrupted;
  } finally {
    bell.close();
    const stays = client.daemon && process.exitCode === EXIT.interrupted;
    screen.say(stays ? 'The daemon keeps this client online.' : 'Going offline …');
    await leave(client);
  }
}

async function start(screen: Screen, bell: Bell): Promise<void> {
  for (;;) {
    const choices = [
      { name: '1. Register', value: 'register' },
      { name: '2. Sign In', value: 'signIn' },
    ] as const;
    const { notices, subscribe } = bell;
    const welcome = { message: 'Welcome', choices: () => choices, notices, subscribe };
    const chosen = await liveSelect(welcome, { signal: screen.signal });
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
  const { clientId } = await screen.api.call('status', {});
  for (;;) {
    await bell.refresh();
    const choices = () =>
      entries.map(({ label }, i) => {
        const waiting = label === 'View Client Requests' && bell.waiting > 0 ? ` (${bell.waiting} new)` : '';
        return { name: `${i + 1}. ${label}${waiting}`, value: i };
      });
    const { notices, subscribe } = bell;
    const menu = { message: `Main Menu (you are client ${clientId})`, choices, notices, subscribe };
    const chosen = await liveSelect(menu, { signal: screen.signal });
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
    const failure = await failureOf(error);
    if (failure === undefined || failure.exitCode === EXIT.interrupted) throw error;
    say(`Not done: ${printable(failure.message, 500)}`);
    return undefined;
  }
}
