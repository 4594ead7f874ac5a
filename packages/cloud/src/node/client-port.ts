import {
  type Address,
  type CloseReason,
  type IncomingTransfer,
  type Lane,
  LaneRefusedError,
  type OutgoingTransfer,
  openTransport,
  type Session,
  type StaticKeys,
  type Transport,
  type TransportLimits,
  type TransportStats,
} from '@p2pimg/transport';
import {
  encodeAck,
  encodeAssigned,
  fromHex,
  MAX_MESSAGE_BYTES,
  MAX_STEGO_BYTES,
  toHex,
  type VersionRange,
} from '@p2pimg/wire';
import type { BytesHandle, CloudEffect, OperationId, SessionId } from '../core/effects.ts';
import type { CloudEvent, OperationFailure, OperationResult } from '../core/events.ts';
import { LingeringLanes } from './lingering-lanes.ts';
import { Owed } from './owed.ts';

/** Somebody speaks no version of messages that is spoken here. */
export type Incompatible = (who: string, theirs: VersionRange) => void;

export interface ClientPortOptions {
  readonly keys: StaticKeys;
  readonly bind: Address;
  readonly limits: Partial<TransportLimits>;
  readonly give: (event: CloudEvent) => void;
  readonly versions: VersionRange;
  readonly onMessage: (session: SessionId, bytes: Uint8Array, version: number) => void;
  readonly onIncompatible: Incompatible;
}

/** An upload that has been asked for, or an operation that a lane's end would leave without an end. */
interface Pending {
  readonly opId: OperationId;
  readonly lane: number;
}

interface Upload extends Pending {
  readonly bytes: number;
}

/** A worker port whose work has ended well waits this long for the next request of the same client (SPEC S4, S5). */
const LANE_LINGER_MS = 1_000;
/** Of all clients; past it the one that has waited longest is closed. */
const MOST_LINGERING = 64;

interface ClientSession {
  readonly id: SessionId;
  readonly owed: Owed;
  readonly session: Session;
  readonly lanes: Map<number, Lane>;
  /** Lanes whose last transfer, the result, has arrived: nothing of their work can come any more. */
  readonly finished: Set<number>;
  /** By request id. */
  readonly uploads: Map<string, Upload>;
  readonly pending: Map<OperationId, Pending>;
}

type Of<T extends CloudEffect['type']> = Extract<CloudEffect, { readonly type: T }>;

/** Sessions with clients on the parent port, and their worker ports (SPEC S2, S4). Anybody may open a session. */
export class ClientPort {
  readonly #options: ClientPortOptions;
  readonly #sessions = new Map<SessionId, ClientSession>();
  readonly #results = new Map<OperationId, OutgoingTransfer>();
  /** Worker ports that are being opened and still wanted. */
  readonly #opening = new Set<OperationId>();
  readonly #lingering: LingeringLanes = new LingeringLanes(MOST_LINGERING, LANE_LINGER_MS);
  #transport: Transport | undefined;
  #lastSession = 0;

  private constructor(options: ClientPortOptions) {
    this.#options = options;
  }

  static async open(options: ClientPortOptions): Promise<ClientPort> {
    const port = new ClientPort(options);
    port.#transport = await openTransport({
      keys: options.keys,
      bind: options.bind,
      limits: options.limits,
      versions: options.versions,
      onIncompatible: (_key, { host }, theirs) => options.onIncompatible(host, theirs),
      admit: () => ({ admit: true }),
      onSession: (session) => port.#welcome(session),
    });
    return port;
  }

  get address(): Address {
    return this.#open.address;
  }

  setSilent(silent: boolean): void {
    this.#open.setSilent(silent);
  }

  stats(): TransportStats {
    return this.#open.stats();
  }

  /** By version of messages: the sessions that speak it. */
  versions(): Readonly<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const { session } of this.#sessions.values()) counts[session.version] = (counts[session.version] ?? 0) + 1;
    return counts;
  }

  close(): Promise<void> {
    this.#lingering.stop();
    return this.#open.close();
  }

  sendClient({ session, message }: Of<'sendClient'>): void {
    const client = this.#sessions.get(session);
    if (client === undefined) return;
    const { version } = client.session;
    if (message.kind === 'assigned') {
      const bytes = encodeAssigned(message.assigned, { version });
      client.owed.send(bytes, () => client.session.sendMessage(bytes));
      return;
    }
    const bytes = encodeAck(message.ack, { version, limit: MAX_STEGO_BYTES });
    const id = fromHex(message.ack.id);
    client.owed.send(bytes, () =>
      bytes.length <= MAX_MESSAGE_BYTES
        ? client.session.sendMessage(bytes)
        : client.session.sendTransfer({ id, purpose: 'answer', bytes }).done,
    );
  }

  openLane({ opId, session }: Of<'openLane'>): void {
    const client = this.#sessions.get(session);
    if (client === undefined) {
      this.#complete(opId, gone('the session ended'));
      return;
    }
    const waiting = this.#lingering.take(session);
    if (waiting !== undefined) {
      client.lanes.set(waiting.id, waiting);
      this.#complete(opId, { ok: true, value: waiting.id });
      return;
    }
    this.#opening.add(opId);
    client.session.openLane().then(
      (lane) => {
        if (this.#opening.delete(opId)) this.#laneOpened(client, opId, lane);
        else lane.close();
      },
      (error: unknown) => {
        this.#opening.delete(opId);
        this.#complete(opId, error instanceof LaneRefusedError ? noLane : gone('no worker port'));
      },
    );
  }

  closeLane({ session, lane }: Of<'closeLane'>): void {
    const client = this.#sessions.get(session);
    const open = client?.lanes.get(lane);
    if (client === undefined || open === undefined) return;
    if (!client.finished.delete(lane)) {
      open.close();
      return;
    }
    client.lanes.delete(lane);
    this.#lingering.add(session, open);
  }

  expectUpload({ opId, session, lane, requestId, bytes }: Of<'expectUpload'>): void {
    const client = this.#sessions.get(session);
    if (client?.lanes.has(lane) !== true) {
      this.#complete(opId, gone('the worker port is closed'));
      return;
    }
    client.pending.set(opId, { opId, lane });
    client.uploads.set(requestId, { opId, lane, bytes });
  }

  sendTransfer({ opId, session, lane, requestId, bytes }: Of<'sendTransfer'>): void {
    const client = this.#sessions.get(session);
    const open = client?.lanes.get(lane);
    if (client === undefined || open === undefined) {
      this.#complete(opId, gone('the worker port is closed'));
      return;
    }
    client.pending.set(opId, { opId, lane });
    const transfer = client.session.sendTransfer({
      id: fromHex(requestId),
      purpose: 'result',
      bytes: bytesOf(bytes),
      lane: open,
    });
    this.#results.set(opId, transfer);
    transfer.done.then(
      () => {
        client.finished.add(lane);
        this.#settle(client, opId, { ok: true, value: undefined });
      },
      () => this.#settle(client, opId, gone('the client did not take the picture')),
    );
  }

  abandon(opId: OperationId): void {
    this.#opening.delete(opId);
    this.#results.get(opId)?.cancel();
    this.#results.delete(opId);
    for (const { pending, uploads } of this.#sessions.values()) {
      if (!pending.delete(opId)) continue;
      for (const [requestId, upload] of uploads) if (upload.opId === opId) uploads.delete(requestId);
    }
  }

  get #open(): Transport {
    if (this.#transport === undefined) throw new Error('the client port is not open yet');
    return this.#transport;
  }

  #welcome(session: Session): void {
    this.#lastSession += 1;
    const id = this.#lastSession;
    const owed = new Owed();
    const client: ClientSession = {
      id,
      owed,
      session,
      lanes: new Map(),
      finished: new Set(),
      uploads: new Map(),
      pending: new Map(),
    };
    this.#sessions.set(id, client);
    session.setHandlers({
      onMessage: (bytes) => this.#options.onMessage(id, bytes, session.version),
      onTransfer: (transfer) => this.#offered(client, transfer),
      onClose: (reason) => this.#closed(client, reason),
    });
    const { host, port } = session.remoteAddress;
    this.#options.give({ type: 'sessionUp', session: id, clientKey: session.remoteKey, address: { host, port } });
  }

  #closed(client: ClientSession, _reason: CloseReason): void {
    this.#sessions.delete(client.id);
    this.#options.give({ type: 'sessionDown', session: client.id });
  }

  #laneOpened(client: ClientSession, opId: OperationId, lane: Lane): void {
    client.lanes.set(lane.id, lane);
    void lane.closed.then(() => {
      this.#lingering.drop(client.id, lane);
      client.lanes.delete(lane.id);
      client.finished.delete(lane.id);
      for (const pending of [...client.pending.values()]) {
        if (pending.lane === lane.id) this.#settle(client, pending.opId, gone('the worker port was closed'));
      }
    });
    this.#complete(opId, { ok: true, value: lane.id });
  }

  /** Takes what was asked for, on the port where it was asked for, at the size that was announced. Nothing else. */
  #offered(client: ClientSession, transfer: IncomingTransfer): void {
    const requestId = toHex(transfer.id);
    const upload = client.uploads.get(requestId);
    const asked =
      upload !== undefined &&
      transfer.purpose === 'upload' &&
      transfer.lane?.id === upload.lane &&
      transfer.size === upload.bytes;
    if (!asked) {
      transfer.refuse();
      return;
    }
    client.uploads.delete(requestId);
    transfer.accept().then(
      (bytes) => this.#settle(client, upload.opId, { ok: true, value: bytes }),
      () => this.#settle(client, upload.opId, gone('the picture did not arrive')),
    );
  }

  #settle(client: ClientSession, opId: OperationId, result: OperationResult): void {
    this.#results.delete(opId);
    if (client.pending.delete(opId)) this.#complete(opId, result);
  }

  #complete(opId: OperationId, result: OperationResult): void {
    this.#options.give({ type: 'completed', opId, result });
  }
}

function gone(message: string): OperationResult {
  const failure: OperationFailure = { kind: 'gone', code: 'gone', message };
  return { ok: false, failure };
}

const noLane: OperationResult = {
  ok: false,
  failure: { kind: 'unavailable', code: 'no_worker_port', message: 'no worker port is free', retryAfterMs: 500 },
};

/** The handles of this program are the bytes themselves. */
export function bytesOf(handle: BytesHandle): Uint8Array {
  if (!(handle instanceof Uint8Array)) throw new TypeError('a handle that is no bytes');
  return handle;
}
