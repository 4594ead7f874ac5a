/** What is wrong with a profile, its port, the servers or the clock: one finding for each thing that can be. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Manifest, ManifestExpiredError, ManifestNotYetValidError } from '@p2pimg/identity';
import type { Api, Status } from '../api/api.ts';
import { CommandError, type Failure } from '../exit.ts';
import { failureOf } from '../failure.ts';
import { plural } from '../wording.ts';
import { serverFindings } from './servers.ts';

export interface Finding {
  readonly check: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** How long a server may take to answer a handshake before it counts as down. */
const LINK_MS = 3_000;

/** Codes with which servers turn a request away because of its times. */
const CLOCK_REASONS: readonly string[] = ['request_expired', 'request_too_far_ahead'];
/** Codes for keys that the directory does not know. */
const KEY_REASONS: readonly string[] = ['unknown_client', 'not_registered', 'key_mismatch'];

export function keysFinding(folder: string): Finding {
  const there = existsSync(join(folder, 'keys.json'));
  return { check: 'keys', ok: there, detail: there ? 'there' : `none in ${folder}: p2pimg register` };
}

/** Why the client could not even be opened. @throws the error itself when nobody foresaw it */
export async function openingFinding(error: unknown, port: number): Promise<Finding> {
  if (isPortError(error)) {
    const why =
      error.code === 'EADDRINUSE'
        ? 'another program has it: choose another one with --bind-port, or 0 for a free one'
        : `it may not be bound (${error.code})`;
    return { check: 'port', ok: false, detail: `UDP ${port}: ${why}` };
  }
  const { message } = await foreseen(error);
  // Signed by the operator, so rather the clock here is wrong than the one there.
  if (error instanceof ManifestNotYetValidError)
    return { check: 'clock', ok: false, detail: `${clockText()}: ${message}` };
  if (error instanceof ManifestExpiredError) {
    const detail = `${message}; ask the operator for the new one (if ${new Date().toISOString()} is the right time)`;
    return { check: 'manifest', ok: false, detail };
  }
  return { check: 'profile', ok: false, detail: message };
}

export async function examineClient(api: Api, manifest: Manifest): Promise<readonly Finding[]> {
  const status = await settled(api);
  const { clientId, port, waiting, links, daemon } = status;
  const online = await cloudFindings(api, status);
  return [
    { check: 'port', ok: true, detail: `UDP ${port} is bound${daemon ? ' by the daemon' : ''}` },
    ...(await serverFindings(manifest, links)),
    {
      check: 'registration',
      ok: clientId !== undefined,
      detail: clientId === undefined ? 'not registered: p2pimg register' : `client ${clientId}`,
    },
    ...online,
    {
      check: 'outbox',
      ok: true,
      detail: waiting === 0 ? 'empty' : `${plural(waiting, 'message')} for peers who are offline`,
    },
  ];
}

/** The status when all links are up, or have had their time. */
async function settled(api: Api): Promise<Status> {
  const until = performance.now() + LINK_MS;
  for (;;) {
    const status = await api.call('status', {});
    if (Object.values(status.links).every((up) => up) || performance.now() > until) return status;
    await sleep(50);
  }
}

/** Asks the cloud something, which shows whether keys and clock are right. */
async function cloudFindings(api: Api, { clientId, signedIn, links }: Status): Promise<readonly Finding[]> {
  if (clientId === undefined || !Object.values(links).some((up) => up)) return [];
  try {
    await (signedIn ? api.call('activeUsers', {}) : api.call('signIn', {}));
  } catch (error) {
    const { message, reason } = await foreseen(error);
    if (reason !== undefined && CLOCK_REASONS.includes(reason)) {
      return [{ check: 'clock', ok: false, detail: clockText() }];
    }
    if (reason !== undefined && KEY_REASONS.includes(reason)) {
      const detail = `the cloud does not know these keys as client ${clientId}'s: they were replaced here, or by a rotation elsewhere`;
      return [{ check: 'key match', ok: false, detail }];
    }
    return [{ check: 'sign-in', ok: false, detail: message }];
  }
  return [
    { check: 'clock', ok: true, detail: 'close enough to that of the cloud' },
    { check: 'key match', ok: true, detail: 'the cloud knows these keys' },
    { check: 'sign-in', ok: true, detail: signedIn ? 'signed in' : 'works' },
  ];
}

function clockText(): string {
  return `this machine's clock (${new Date().toISOString()}) and the cloud's differ by minutes: set it`;
}

async function foreseen(error: unknown): Promise<Failure> {
  const failure = await failureOf(error);
  if (failure === undefined) throw error;
  return failure;
}

function isPortError(error: unknown): error is NodeJS.ErrnoException {
  return !(error instanceof CommandError) && error instanceof Error && 'syscall' in error && error.syscall === 'bind';
}
