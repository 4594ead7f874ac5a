/** Messages between servers, on the peer port. */

import { z } from 'zod';
import * as f from './fields.ts';

/** The leader says who handles a request. */
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
  readonly outcome: 'answered' | 'passed' | 'cancelled';
}

export type RequestNotice = Stamp | Handling | Done;

export type ServerMessage = RequestNotice;
export type ServerMessageType = ServerMessage['type'];

type Schemas = { readonly [T in ServerMessageType]: z.ZodType<Omit<Extract<ServerMessage, { type: T }>, 'type'>> };

const attempt = z.int().min(0).max(1000);

export const serverMessageSchemas: Schemas = {
  stamp: z.strictObject({ id: f.requestId, handler: f.serverId, epoch: f.time, attempt }),
  handling: z.strictObject({ id: f.requestId, attempt }),
  done: z.strictObject({ id: f.requestId, outcome: z.enum(['answered', 'passed', 'cancelled']) }),
};
