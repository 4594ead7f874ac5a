import type { EndpointEvent } from '../core/events.ts';
import { Numbered } from '../core/numbered.ts';
import { type Session as CoreSession, MAX_DATAGRAM_MESSAGE_BYTES } from '../core/session/session.ts';
import type { IncomingTransfer as CoreIncoming } from '../core/transfers/incoming-transfer.ts';
import type { OutgoingTransfer as CoreOutgoing } from '../core/transfers/outgoing-transfer.ts';
import { MessageTooLargeError, SendQueueFullError, SessionClosedError, TransferRefusedError } from './errors.ts';
import type {
  Address,
  CloseReason,
  Lane,
  OutgoingTransfer,
  Session,
  SessionHandlers,
  TransferRequest,
} from './interface.ts';
import { LaneHandles } from './lane-handles.ts';
import type { SessionContext } from './session-context.ts';
import { IncomingHandle, OutgoingHandle, PURPOSES } from './transfer-handles.ts';

/** Told when the peer's transport has a message, or never will. */
type Acknowledged = Pick<PromiseWithResolvers<void>, 'resolve' | 'reject'>;

function ignore(): void {}

/** One session as the program sees it: promises and callbacks over the core's events. */
export class SessionHandle implements Session {
  readonly remoteKey: Uint8Array;
  readonly initiator: boolean;
  /** Called when acknowledgements have been missing for long; the link's business. */
  onUnresponsive: () => void = () => {};
  readonly #core: CoreSession;
  readonly #context: SessionContext;
  readonly #address: Address;
  readonly #opened: PromiseWithResolvers<void> = Promise.withResolvers<void>();
  readonly #ended: PromiseWithResolvers<CloseReason> = Promise.withResolvers<CloseReason>();
  readonly #messages = new Numbered<Acknowledged>();
  readonly #outgoing = new Map<CoreOutgoing, OutgoingHandle>();
  readonly #early = new Set<OutgoingHandle>();
  readonly #incoming = new Map<CoreIncoming, IncomingHandle>();
  readonly #lanes: LaneHandles;
  #handlers: SessionHandlers = {};
  #isOpen = false;
  #reason: CloseReason | undefined;

  constructor(core: CoreSession, address: Address, context: SessionContext) {
    this.#core = core;
    this.#context = context;
    this.#address = address;
    this.#lanes = new LaneHandles(core, context, () => this.#handlers.onLane);
    this.remoteKey = core.remoteKey;
    this.initiator = core.initiator;
    this.#opened.promise.catch(() => {});
    if (core.state === 'established') this.#open();
  }

  /** The core's session, for a handshake that asks after it. */
  get core(): CoreSession {
    return this.#core;
  }

  /** Whether acknowledgements have been missing for long. */
  get unresponsive(): boolean {
    return this.#core.isSilent(this.#context.now());
  }

  get opened(): Promise<void> {
    return this.#opened.promise;
  }

  /** Resolves, with the reason, when the session is over. */
  get ended(): Promise<CloseReason> {
    return this.#ended.promise;
  }

  get remoteAddress(): Address {
    const path = this.#core.path;
    return path === undefined ? this.#address : { host: path.host, port: path.port };
  }

  get version(): number {
    return this.#core.version;
  }

  get roundTripMs(): number | undefined {
    return this.#core.roundTripMs;
  }

  setHandlers(handlers: SessionHandlers): void {
    this.#handlers = handlers;
  }

  sendMessage(bytes: Uint8Array): Promise<void> {
    if (bytes.length > this.#context.maxMessageBytes) {
      return Promise.reject(new MessageTooLargeError(bytes.length, this.#context.maxMessageBytes));
    }
    if (this.#core.state === 'handshaking') return this.#opened.promise.then(() => this.sendMessage(bytes));
    if (this.#reason !== undefined) return Promise.reject(new SessionClosedError(this.#reason));
    const number = this.#core.sendMessage(bytes);
    if (number === undefined) return Promise.reject(new SendQueueFullError());
    const acknowledged = Promise.withResolvers<void>();
    this.#messages.add(number, acknowledged);
    this.#context.flush();
    return acknowledged.promise;
  }

  tell(bytes: Uint8Array, settled: () => void = ignore): void {
    const isOdd = bytes.length > this.#context.maxMessageBytes || this.#core.state === 'handshaking';
    if (isOdd || this.#reason !== undefined) {
      this.sendMessage(bytes).then(settled, settled);
      return;
    }
    const number = this.#core.sendMessage(bytes);
    if (number === undefined) {
      settled();
      return;
    }
    if (settled !== ignore) this.#messages.add(number, { resolve: settled, reject: settled });
    this.#context.flush();
  }

  sendDatagram(bytes: Uint8Array): boolean {
    const queued = bytes.length <= MAX_DATAGRAM_MESSAGE_BYTES && this.#core.sendDatagram(bytes);
    if (queued) this.#context.flush();
    return queued;
  }

  async openLane(): Promise<Lane> {
    await this.#opened.promise;
    return this.#lanes.open();
  }

  sendTransfer(request: TransferRequest): OutgoingTransfer {
    const handle = new OutgoingHandle(request.onProgress, (core) => {
      this.#outgoing.delete(core);
      this.#core.cancelTransfer(core);
      this.#context.flush();
    });
    if (this.#reason !== undefined) handle.fail(new SessionClosedError(this.#reason));
    else if (request.id.length !== 16) handle.fail(new TransferRefusedError('the id must have 16 bytes'));
    else if (this.#core.state === 'handshaking') {
      this.#early.add(handle);
      this.#opened.promise.then(
        () => {
          if (this.#early.delete(handle) && !handle.ended) this.#startTransfer(handle, request);
        },
        () => {},
      );
    } else this.#startTransfer(handle, request);
    return handle;
  }

  close(): void {
    this.#core.close('local', this.#context.now());
    this.#context.flush();
  }

  /** Asks the peer for a sign of life. */
  ping(): void {
    if (this.#core.state !== 'established') return;
    this.#core.ping();
    this.#context.flush();
  }

  /** Takes one event of the core. Handlers may throw: that is their program's own business. */
  handle(event: EndpointEvent): void {
    switch (event.type) {
      case 'incoming':
      case 'established':
        this.#open();
        return;
      case 'unresponsive':
        this.onUnresponsive();
        return;
      case 'closed':
        this.#close(event.reason);
        return;
      case 'message':
        this.#handlers.onMessage?.(event.bytes);
        return;
      case 'message-acknowledged':
        this.#messages.take(event.number)?.resolve();
        return;
      case 'transfer-offered':
        this.#offered(event.transfer);
        return;
      case 'transfer-progress':
        this.#incoming.get(event.transfer)?.progressed();
        return;
      case 'transfer-received':
        this.#incoming.get(event.transfer)?.received();
        this.#incoming.delete(event.transfer);
        return;
      case 'receive-failed':
        this.#incoming.get(event.transfer)?.failed(event.reason);
        this.#incoming.delete(event.transfer);
        return;
      case 'send-progress':
        this.#outgoing.get(event.transfer)?.progressed();
        return;
      case 'transfer-sent':
        this.#outgoing.get(event.transfer)?.sent();
        this.#outgoing.delete(event.transfer);
        return;
      case 'send-failed':
        this.#outgoing.get(event.transfer)?.failed(event.reason);
        this.#outgoing.delete(event.transfer);
        return;
      default:
        this.#lanes.handle(event);
    }
  }

  #open(): void {
    this.#isOpen = true;
    this.#opened.resolve();
  }

  #startTransfer(handle: OutgoingHandle, request: TransferRequest): void {
    const { id, purpose, bytes, lane } = request;
    const core = this.#core.sendTransfer({ id, purpose: PURPOSES.indexOf(purpose), bytes, lane: lane?.id ?? 0 });
    handle.start(core);
    this.#outgoing.set(core, handle);
    this.#context.flush();
  }

  #offered(transfer: CoreIncoming): void {
    const purpose = PURPOSES[transfer.purpose];
    if (purpose === undefined || this.#handlers.onTransfer === undefined) {
      this.#core.stopTransfer(transfer, 'refused');
      return;
    }
    const lane = this.#lanes.get(transfer.lane);
    const handle = new IncomingHandle(this.#core, transfer, purpose, lane, () => this.#context.flush());
    this.#incoming.set(transfer, handle);
    try {
      this.#handlers.onTransfer(handle);
    } finally {
      if (!handle.decided) handle.refuse();
      if (!transfer.accepted) this.#incoming.delete(transfer);
    }
  }

  #close(reason: CloseReason): void {
    this.#reason = reason;
    // A stack is not taken for nobody: most sessions end with nothing under way.
    let error: SessionClosedError | undefined;
    const closed = (): SessionClosedError => (error ??= new SessionClosedError(reason));
    if (!this.#isOpen) this.#opened.reject(closed());
    for (const message of this.#messages.takeAll()) message.reject(closed());
    for (const handle of [...this.#outgoing.values(), ...this.#early]) handle.fail(closed());
    for (const handle of this.#incoming.values()) handle.closed(reason);
    this.#lanes.end(closed);
    this.#outgoing.clear();
    this.#early.clear();
    this.#incoming.clear();
    this.#ended.resolve(reason);
    this.#handlers.onClose?.(reason);
  }
}
