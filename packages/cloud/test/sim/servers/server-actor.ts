import type { Actor, Random } from '@p2pimg/netsim';
import type { ServerMessage } from '@p2pimg/wire';
import { NoticeBatches } from '../../../src/core/notice-batches.ts';
import { type CloudConfig, CloudCore, type CloudEffect, type CloudEvent, type SessionId } from '../../../src/index.ts';
import { UNAVAILABLE } from '../directory/directory-actor.ts';
import type { Connection, Letter } from '../letter.ts';
import { simSuite } from '../sim-suite.ts';

export type ServerEvent =
  | { readonly type: 'letter'; readonly from: string | undefined; readonly letter: Letter; readonly wallMs: number }
  /** The directory's driver gives a call up. */
  | { readonly type: 'overdue'; readonly opId: number }
  /** Whatever was to be told in this moment has been said. */
  | { readonly type: 'momentEnds' }
  | CloudEvent;

/** What the core wants, and what is due at the end of a moment. */
export type ServerEffect =
  | CloudEffect
  | { readonly type: 'tell'; readonly to: readonly string[]; readonly message: ServerMessage };

interface Upload {
  readonly opId: number;
  readonly lane: number;
}

const NOTHING: readonly ServerEffect[] = [];

/** A server's process: the core, and around it what `src/node` does: sessions, worker ports, calls that are overdue. */
export class ServerActor implements Actor<ServerEvent, ServerEffect> {
  readonly core: CloudCore;
  /** Plays dead: nothing goes in or out. */
  silent = false;
  /** Worker ports that are open, by session. */
  readonly lanes: Map<SessionId, Set<number>> = new Map();
  /** Worker ports that are being opened, by operation: whoever gives up waiting gets none. */
  readonly opening: Map<number, { readonly session: SessionId; readonly lane: number }> = new Map();
  /** Uploads that are expected, by request id. */
  readonly uploads: Map<string, Upload> = new Map();
  /** Directory calls that are not answered yet. */
  readonly calls: Set<number> = new Set();
  /** For peers, of this moment. */
  readonly notices: NoticeBatches = new NoticeBatches();
  readonly #sessions = new Map<Connection, SessionId>();
  readonly #connections = new Map<SessionId, Connection>();
  /** The latest of each client. */
  readonly #current = new Map<number, Connection>();
  #lastSession = 0;

  constructor(config: CloudConfig, random: Random) {
    this.core = new CloudCore(config, simSuite(random));
  }

  step(now: number, event: ServerEvent): readonly ServerEffect[] {
    switch (event.type) {
      case 'letter':
        return this.silent && event.letter.kind !== 'answer' ? NOTHING : this.#receive(now, event);
      case 'overdue':
        if (!this.calls.delete(event.opId)) return NOTHING;
        return this.core.step(now, {
          type: 'completed',
          opId: event.opId,
          result: { ok: false, failure: UNAVAILABLE },
        });
      case 'momentEnds':
        return this.notices.take().map((batch) => ({ type: 'tell', ...batch }));
      case 'completed':
        this.opening.delete(event.opId);
        return this.core.step(now, event);
      default:
        return this.core.step(now, event);
    }
  }

  nextTimeout(): number | undefined {
    return this.core.nextTimeout();
  }

  connectionOf(session: SessionId): Connection | undefined {
    return this.#connections.get(session);
  }

  #receive(now: number, { from, letter, wallMs }: Extract<ServerEvent, { type: 'letter' }>): readonly ServerEffect[] {
    switch (letter.kind) {
      case 'peer':
        return this.core.step(now, { type: 'serverMessage', from: from!, message: letter.message });
      case 'client': {
        const opened = this.#open(now, letter.connection);
        if (opened === undefined) return NOTHING;
        const { session, effects } = opened;
        const own = this.core.step(now, { type: 'clientMessage', session, message: letter.message, wallMs });
        return effects.length === 0 ? own : [...effects, ...own];
      }
      case 'upload': {
        const upload = this.uploads.get(letter.id);
        if (upload?.lane !== letter.lane || !this.#sessions.has(letter.connection)) return NOTHING;
        this.uploads.delete(letter.id);
        return this.core.step(now, {
          type: 'completed',
          opId: upload.opId,
          result: { ok: true, value: letter.upload },
        });
      }
      case 'taken':
        return this.core.step(now, { type: 'completed', opId: letter.opId, result: { ok: true, value: undefined } });
      case 'answer':
        if (letter.asker !== this) return NOTHING;
        this.calls.delete(letter.opId);
        return this.core.step(now, { type: 'completed', opId: letter.opId, result: letter.result });
      default:
        throw new Error(`a server got ${letter.kind}`);
    }
  }

  /** The session of a connection, new if need be; undefined for one that has been replaced. */
  #open(
    now: number,
    connection: Connection,
  ): { readonly session: SessionId; readonly effects: readonly ServerEffect[] } | undefined {
    const known = this.#sessions.get(connection);
    if (known !== undefined) return { session: known, effects: NOTHING };
    const { client, key: clientKey, address } = connection;
    const before = this.#current.get(client);
    if (before !== undefined && before.number > connection.number) return undefined;
    const effects = before === undefined ? NOTHING : this.#close(now, before);
    this.#lastSession += 1;
    const session = this.#lastSession;
    this.#sessions.set(connection, session);
    this.#connections.set(session, connection);
    this.#current.set(client, connection);
    return {
      session,
      effects: [...effects, ...this.core.step(now, { type: 'sessionUp', session, clientKey, address })],
    };
  }

  #close(now: number, connection: Connection): readonly ServerEffect[] {
    const session = this.#sessions.get(connection);
    if (session === undefined) return NOTHING;
    this.#sessions.delete(connection);
    this.#connections.delete(session);
    this.lanes.delete(session);
    return this.core.step(now, { type: 'sessionDown', session });
  }
}
