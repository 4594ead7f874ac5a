/**
 * A quick check of heartbeats, which come often. What passes is what the schema accepts, with the same result; what does not pass may be right
 * all the same: then the schema decides, and says what is wrong.
 */

import { MAX_U32, SERVER_ID_PATTERN } from './fields.ts';
import { type Heartbeat, MAX_INCARNATION, MAX_PRIORITY, MAX_SERVICE_MS } from './server.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Of a message whose version and type have been looked at; the keys are the message's own, in its order. */
export function quickHeartbeat(message: Fields): Omit<Heartbeat, 'type'> | undefined {
  const { sequence, incarnation, phase, group, priority, outstanding, serviceMs, utilization } = message;
  if (!hasKeys(message, 10) || !isGroup(group)) return undefined;
  if (!isCount(sequence) || sequence === 0 || !isCount(incarnation, MAX_INCARNATION)) return undefined;
  if (phase !== 'joining' && phase !== 'member' && phase !== 'leaving') return undefined;
  if (!isPositive(priority, MAX_PRIORITY) || !isCount(outstanding, MAX_U32)) return undefined;
  if (!isPositive(serviceMs, MAX_SERVICE_MS) || !isShare(utilization)) return undefined;
  return { sequence, incarnation, phase, group, priority, outstanding, serviceMs, utilization };
}

/** One with a leader: without, the schema decides. */
function isGroup(value: unknown): value is Heartbeat['group'] {
  if (!isObject(value) || !hasKeys(value, 3)) return false;
  return isCount(value.epoch) && matches(SERVER_ID_PATTERN, value.leader) && isCount(value.revision);
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whoever has all the keys that were asked for and no others has so many. Made by JSON.parse: all keys are its own. */
function hasKeys(value: object, count: number): boolean {
  let keys = 0;
  for (const _ in value) keys += 1;
  return keys === count;
}

function matches(pattern: RegExp, value: unknown): value is string {
  return typeof value === 'string' && pattern.test(value);
}

function isCount(value: unknown, most: number = Number.MAX_SAFE_INTEGER): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= most;
}

function isPositive(value: unknown, most: number): value is number {
  return typeof value === 'number' && value > 0 && value <= most;
}

function isShare(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 1;
}
