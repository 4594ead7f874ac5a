import type { EndpointEvent } from '../core/events.ts';
import type { Session as CoreSession } from '../core/session/session.ts';
import { LaneRefusedError, type SessionClosedError } from './errors.ts';
import type { Lane, SessionHandlers } from './interface.ts';
import { LaneHandle } from './lane-handle.ts';
import type { SessionContext } from './session-context.ts';
import type { WorkerSocket } from './worker-sockets.ts';

type LaneEvent = Extract<EndpointEvent, { readonly lane: number }>;

/** The worker lanes of one session as the program sees them, and the worker ports that they take. */
export class LaneHandles {
  readonly #core: CoreSession;
  readonly #context: SessionContext;
  readonly #onLane: () => SessionHandlers['onLane'];
  readonly #open = new Map<number, LaneHandle>();
  readonly #opening = new Map<number, PromiseWithResolvers<Lane>>();
  /** Why there are no lanes any more. */
  #ended: (() => SessionClosedError) | undefined;

  /** `onLane` gives the program's handler for lanes that the peer offers, if it has one. */
  constructor(core: CoreSession, context: SessionContext, onLane: () => SessionHandlers['onLane']) {
    this.#core = core;
    this.#context = context;
    this.#onLane = onLane;
  }

  get(id: number): Lane | undefined {
    return this.#open.get(id);
  }

  /** Opens a worker port here and offers it. @throws LaneRefusedError, SessionClosedError */
  async open(): Promise<Lane> {
    this.#checkEnd();
    if (this.#core.lanes?.hasRoom !== true) throw new LaneRefusedError('cap');
    const acquired = this.#context.workers.acquire();
    const socket = acquired instanceof Promise ? await acquired : acquired;
    const id = this.#ended === undefined ? this.#offer(socket) : undefined;
    if (id === undefined) {
      this.#context.workers.release(socket.number);
      this.#checkEnd();
      throw new LaneRefusedError('cap');
    }
    const opening = Promise.withResolvers<Lane>();
    this.#opening.set(id, opening);
    const timer = setTimeout(() => this.#giveUp(id), this.#context.laneTimeoutMs);
    try {
      return await opening.promise;
    } finally {
      clearTimeout(timer);
    }
  }

  handle(event: LaneEvent): void {
    switch (event.type) {
      case 'lane-offered':
        this.#offered(event.lane);
        return;
      case 'lane-opened':
        this.#opening.get(event.lane)?.resolve(this.#handle(event.lane));
        this.#opening.delete(event.lane);
        return;
      case 'lane-refused':
        this.#context.workers.release(event.socket);
        this.#fail(event.lane, 'peer');
        return;
      case 'lane-closed':
        this.#context.workers.release(event.socket);
        this.#fail(event.lane, 'unreachable');
        this.#open.get(event.lane)?.ended();
        this.#open.delete(event.lane);
        return;
    }
  }

  /** The session is over. */
  end(closed: () => SessionClosedError): void {
    this.#ended = closed;
    for (const opening of this.#opening.values()) opening.reject(closed());
    for (const lane of this.#open.values()) lane.ended();
    this.#opening.clear();
    this.#open.clear();
  }

  /** @throws SessionClosedError */
  #checkEnd(): void {
    if (this.#ended !== undefined) throw this.#ended();
  }

  #offered(id: number): void {
    if (this.#onLane() === undefined) {
      this.#refuse(id);
      return;
    }
    const acquired = this.#context.workers.acquire();
    if (acquired instanceof Promise) {
      acquired.then(
        (socket) => this.#accept(id, socket),
        () => this.#refuse(id),
      );
    } else {
      this.#accept(id, acquired);
    }
  }

  #refuse(id: number): void {
    this.#core.lanes?.refuse(id);
    this.#context.flush();
  }

  #accept(id: number, socket: WorkerSocket): void {
    if (this.#ended !== undefined || this.#core.lanes?.get(id) === undefined) {
      this.#context.workers.release(socket.number);
      return;
    }
    this.#core.lanes.accept(id, socket.number, socket.udp.port);
    this.#context.flush();
    this.#onLane()?.(this.#handle(id));
  }

  #handle(id: number): LaneHandle {
    const lane = this.#core.lanes?.get(id);
    const handle = new LaneHandle(id, lane?.localPort ?? 0, lane?.path?.port ?? 0, () => {
      if (this.#open.has(id)) this.#close(id);
    });
    this.#open.set(id, handle);
    return handle;
  }

  #offer(socket: WorkerSocket): number | undefined {
    const id = this.#core.lanes?.offer(socket.number, socket.udp.port, this.#context.now());
    this.#context.flush();
    return id;
  }

  #giveUp(id: number): void {
    // `lane-closed` follows, and frees the port.
    if (this.#opening.has(id)) this.#close(id);
  }

  #close(id: number): void {
    this.#core.lanes?.close(id);
    this.#context.flush();
  }

  #fail(id: number, why: 'peer' | 'unreachable'): void {
    const opening = this.#opening.get(id);
    this.#opening.delete(id);
    opening?.reject(new LaneRefusedError(why));
  }
}
