/** Messages between servers, on the peer port. */

import { z } from 'zod';
import { MAX_NOTICES, MAX_SERVERS } from '../limits.ts';
import * as f from './fields.ts';

/** Attempts at one request that are counted. */
export const MAX_ATTEMPT = 1000;
export const MAX_INCARNATION: number = 2 ** 52;
export const MAX_PRIORITY = 100;
/** What a heartbeat says that a request takes, in ms: at most an hour. */
export const MAX_SERVICE_MS = 3_600_000;

/** The leader says who handles a request. When it names itself, it has begun, too: no `handling` of it follows. */
export interface Stamp {
  readonly type: 'stamp';
  readonly id: string;
  readonly handler: string;
  readonly epoch: number;
  /** Stamps of one request are ordered by (epoch, attempt). */
  readonly attempt: number;
}

/** A server has taken a request up; sent to all peers. */
export interface Handling {
  readonly type: 'handling';
  readonly id: string;
  readonly attempt: number;
}

/** The handler has answered the request, or has given it up (`passed`) for the next in order. */
export interface Done {
  readonly type: 'done';
  readonly id: string;
  /** The attempt that ended: a `done` may overtake the `stamp` and the `handling` that it belongs to. */
  readonly attempt: number;
  readonly outcome: 'answered' | 'passed' | 'cancelled';
}

export type RequestNotice = Stamp | Handling | Done;

/** What a server has to tell a peer about requests, oldest first: 1 to `MAX_NOTICES` at a time. They travel in no other way. */
export interface Notices {
  readonly type: 'notices';
  readonly notices: readonly RequestNotice[];
}

/** See `@p2pimg/election`, whose messages these are: there they are explained field by field. */
export interface ServerGroupName {
  readonly epoch: number;
  readonly leader?: string;
  readonly revision: number;
}

export interface Heartbeat {
  readonly type: 'heartbeat';
  readonly sequence: number;
  readonly incarnation: number;
  readonly phase: 'joining' | 'member' | 'leaving';
  readonly group: ServerGroupName;
  readonly priority: number;
  readonly outstanding: number;
  readonly serviceMs: number;
  readonly utilization: number;
}

export interface Probe {
  readonly type: 'probe';
  readonly nonce: number;
  readonly incarnation: number;
  readonly asker: string;
}

export interface ProbeAck {
  readonly type: 'probe_ack';
  readonly nonce: number;
  readonly subject: string;
  readonly incarnation: number;
  readonly asker: string;
}

export interface ProbeRequest {
  readonly type: 'probe_request';
  readonly nonce: number;
  readonly subject: string;
  readonly incarnation: number;
}

export interface Coordinator {
  readonly type: 'coordinator';
  readonly epoch: number;
  readonly leader: string;
  readonly revision: number;
  readonly members: readonly { readonly id: string; readonly incarnation: number; readonly priority: number }[];
}

export type ElectionNotice = Heartbeat | Probe | ProbeAck | ProbeRequest | Coordinator;

export type ServerMessage = Notices | ElectionNotice;
export type ServerMessageType = ServerMessage['type'];

type Schemas = { readonly [T in ServerMessageType]: z.ZodType<Omit<Extract<ServerMessage, { type: T }>, 'type'>> };

const attempt = z.int().min(0).max(MAX_ATTEMPT);
const counter = z.int().min(0);
const incarnation = z.int().min(0).max(MAX_INCARNATION);
const priority = z.number().positive().max(MAX_PRIORITY);
const group: z.ZodType<ServerGroupName> = z.strictObject({
  epoch: counter,
  leader: z.exactOptional(f.serverId),
  revision: counter,
});

const notice: z.ZodType<RequestNotice> = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('stamp'), id: f.requestId, handler: f.serverId, epoch: counter, attempt }),
  z.strictObject({ type: z.literal('handling'), id: f.requestId, attempt }),
  z.strictObject({
    type: z.literal('done'),
    id: f.requestId,
    attempt,
    outcome: z.enum(['answered', 'passed', 'cancelled']),
  }),
]);

export const serverMessageSchemas: Schemas = {
  notices: z.strictObject({ notices: z.array(notice).min(1).max(MAX_NOTICES) }),
  heartbeat: z.strictObject({
    sequence: z.int().min(1),
    incarnation,
    phase: z.enum(['joining', 'member', 'leaving']),
    group,
    priority,
    outstanding: f.u32,
    serviceMs: z.number().positive().max(MAX_SERVICE_MS),
    utilization: z.number().min(0).max(1),
  }),
  probe: z.strictObject({ nonce: f.u32, incarnation, asker: f.serverId }),
  probe_ack: z.strictObject({ nonce: f.u32, subject: f.serverId, incarnation, asker: f.serverId }),
  probe_request: z.strictObject({ nonce: f.u32, subject: f.serverId, incarnation }),
  coordinator: z.strictObject({
    epoch: z.int().min(1),
    leader: f.serverId,
    revision: counter,
    members: z
      .array(z.strictObject({ id: f.serverId, incarnation, priority }))
      .min(1)
      .max(MAX_SERVERS),
  }),
};
