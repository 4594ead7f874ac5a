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
  equalBytes,
  fromHex,
  MAX_MESSAGE_BYTES,
  MAX_STEGO_BYTES,
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

/** What is under way on a worker port: an upload that has been asked for, or the result. The port's end would leave it without an end. */
interface LaneWork {
  readonly opId: OperationId;
  /** The one transfer that the client may offer; undefined once it has, and for a result. */
  upload: { readonly id: Uint8Array; readonly bytes: number } | undefined;
  readonly result: OutgoingTransfer | undefined;
}

interface WorkerPort {
  readonly lane: Lane;
  work: LaneWork | undefined;
  /** Its last transfer, the result, has arrived: nothing of its work can come any more. */
  isFinished: boolean;
  /** It has no request, and waits for one: nothing is taken on it. */
  isLingering: boolean;
}

/** A worker port whose work has ended well waits this long for the next request of the same client (SPEC S4, S5). */
const LANE_LINGER_MS = 1_000;
/** Of all clients; past it the one that has waited longest is closed. */
const MOST_LINGERING = 64;

interface ClientSession {
  readonly id: SessionId;
  readonly owed: Owed;
  readonly session: Session;
  /** By lane. */
  readonly ports: Map<number, WorkerPort>;
}

type Of<T extends CloudEffect['type']> = Extract<CloudEffect, { readonly type: T }>;

/** Sessions with clients on the parent port, and their worker ports (SPEC S2, S4). Anybody may open a session. */
export class ClientPort {
  readonly #options: ClientPortOptions;
  readonly #sessions = new Map<SessionId, ClientSession>();
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
    const bytes =
      message.kind === 'assigned'
        ? encodeAssigned(message.assigned, { version })
        : encodeAck(message.ack, { version, limit: MAX_STEGO_BYTES });
    const { length } = bytes;
    if (!client.owed.add(length)) return;
    const settled = (): void => client.owed.settle(length);
    if (message.kind === 'assigned' || length <= MAX_MESSAGE_BYTES) {
      client.session.tell(bytes, settled);
      return;
    }
    const id = fromHex(message.ack.id);
    client.session.sendTransfer({ id, purpose: 'answer', bytes }).done.then(settled, settled);
  }

  openLane({ opId, session }: Of<'openLane'>): void {
    const client = this.#sessions.get(session);
    if (client === undefined) {
      this.#complete(opId, gone('the session ended'));
      return;
    }
    const waiting = this.#lingering.take(session)?.id;
    const port = waiting === undefined ? undefined : client.ports.get(waiting);
    if (port !== undefined) {
      port.isLingering = false;
      this.#complete(opId, { ok: true, value: waiting });
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
    const port = this.#portOf(session, lane);
    if (port === undefined) return;
    if (!port.isFinished) {
      port.lane.close();
      return;
    }
    port.isFinished = false;
    port.isLingering = true;
    this.#lingering.add(session, port.lane);
  }

  expectUpload({ opId, session, lane, requestId, bytes }: Of<'expectUpload'>): void {
    const port = this.#portOf(session, lane);
    if (port === undefined) this.#complete(opId, gone('the worker port is closed'));
    else port.work = { opId, upload: { id: fromHex(requestId), bytes }, result: undefined };
  }

  sendTransfer({ opId, session, lane, requestId, bytes }: Of<'sendTransfer'>): void {
    const port = this.#portOf(session, lane);
    const to = this.#sessions.get(session)?.session;
    if (port === undefined || to === undefined) {
      this.#complete(opId, gone('the worker port is closed'));
      return;
    }
    const id = fromHex(requestId);
    const result = to.sendTransfer({ id, purpose: 'result', bytes: bytesOf(bytes), lane: port.lane });
    port.work = { opId, upload: undefined, result };
    result.done.then(
      () => {
        port.isFinished = true;
        this.#settle(port, opId, { ok: true, value: undefined });
      },
      () => this.#settle(port, opId, gone('the client did not take the picture')),
    );
  }

  abandon(opId: OperationId): void {
    this.#opening.delete(opId);
    for (const { ports } of this.#sessions.values()) {
      for (const port of ports.values()) {
        if (port.work?.opId !== opId) continue;
        const { result } = port.work;
        port.work = undefined;
        result?.cancel();
      }
    }
  }

  get #open(): Transport {
    if (this.#transport === undefined) throw new Error('the client port is not open yet');
    return this.#transport;
  }

  #welcome(session: Session): void {
    this.#lastSession += 1;
    const id = this.#lastSession;
    const client: ClientSession = { id, owed: new Owed(), session, ports: new Map() };
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
    const port: WorkerPort = { lane, work: undefined, isFinished: false, isLingering: false };
    client.ports.set(lane.id, port);
    void lane.closed.then(() => {
      this.#lingering.drop(client.id, lane);
      client.ports.delete(lane.id);
      if (port.work !== undefined) this.#settle(port, port.work.opId, gone('the worker port was closed'));
    });
    this.#complete(opId, { ok: true, value: lane.id });
  }

  /** Takes what was asked for, on the port where it was asked for, at the size that was announced. Nothing else. */
  #offered(client: ClientSession, transfer: IncomingTransfer): void {
    const { id, lane, purpose, size } = transfer;
    const port = lane === undefined ? undefined : client.ports.get(lane.id);
    const work = port?.work;
    const upload = work?.upload;
    const isAsked = purpose === 'upload' && size === upload?.bytes && equalBytes(id, upload.id);
    if (port === undefined || work === undefined || !isAsked) {
      transfer.refuse();
      return;
    }
    work.upload = undefined;
    transfer.accept().then(
      (bytes) => this.#settle(port, work.opId, { ok: true, value: bytes }),
      () => this.#settle(port, work.opId, gone('the picture did not arrive')),
    );
  }

  /** One that has a request. */
  #portOf(session: SessionId, lane: number): WorkerPort | undefined {
    const port = this.#sessions.get(session)?.ports.get(lane);
    return port?.isLingering === true ? undefined : port;
  }

  #settle(port: WorkerPort, opId: OperationId, result: OperationResult): void {
    if (port.work?.opId !== opId) return;
    port.work = undefined;
    this.#complete(opId, result);
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
