import type { CongestionController } from '../../src/core/recovery/congestion.ts';
import type { Node } from '../support/pair.ts';
import type { SharedLink } from './shared-link.ts';

const LIMITS = { maxTransfersPerSession: 256, maxReassemblyBytesPerSession: 512 << 20, maxReassemblyBytes: 1 << 30 };

/** A pair at the two ends of the link, and a session that the far one opens. */
function open(
  link: SharedLink,
  congestion: (() => CongestionController) | undefined,
): { readonly near: Node; readonly far: Node } {
  const { near, far } = link.pair({ limits: LIMITS, ...(congestion === undefined ? {} : { congestion }) });
  const path = { socket: 0, host: near.host, port: near.ports[0]! };
  far.endpoint.connect({ publicKey: near.endpoint.publicKey, path }, link.now);
  return { near, far };
}

/** One upload from the far end to the near one. */
export class BulkFlow {
  readonly near: Node;
  readonly far: Node;
  /** Bytes that the near end has opened. */
  received = 0;

  /** @param congestion of both ends; default: ours */
  constructor(link: SharedLink, bytes: number, congestion?: () => CongestionController) {
    const { near, far } = open(link, congestion);
    this.near = near;
    this.far = far;
    near.onEvent = (event) => {
      if (event.type === 'transfer-offered') event.session.acceptTransfer(event.transfer);
      if (event.type === 'transfer-progress') this.received = event.transfer.receivedBytes;
    };
    const content = new Uint8Array(bytes);
    far.onEvent = (event) => {
      if (event.type !== 'established') return;
      event.session.sendTransfer({ id: new Uint8Array(16), purpose: 0, bytes: content, lane: 0 });
    };
  }
}

export interface PoolSizes {
  readonly upBytes: number;
  readonly downBytes: number;
  readonly count: number;
  /** Exchanges under way at once. */
  readonly width: number;
}

/** Exchanges of a small upload for a larger answer. */
export class PoolFlow {
  readonly near: Node;
  readonly far: Node;
  /** How long each took, in ms, in order of their ends. */
  readonly times: number[] = [];

  constructor(link: SharedLink, { upBytes, downBytes, count, width }: PoolSizes) {
    const { near, far } = open(link, undefined);
    this.near = near;
    this.far = far;
    const answer = new Uint8Array(downBytes);
    near.onEvent = (event) => {
      if (event.type === 'transfer-offered') event.session.acceptTransfer(event.transfer);
      if (event.type !== 'transfer-received') return;
      event.session.sendTransfer({ id: event.transfer.id, purpose: 1, bytes: answer, lane: 0 });
    };
    const content = new Uint8Array(upBytes);
    const startedAt: number[] = [];
    far.onEvent = (event) => {
      const start = (): void => {
        if (startedAt.length >= count) return;
        const id = Buffer.alloc(16);
        id.writeUInt32BE(startedAt.push(link.now) - 1);
        event.session.sendTransfer({ id, purpose: 0, bytes: content, lane: 0 });
      };
      if (event.type === 'established') for (let i = 0; i < width; i++) start();
      if (event.type === 'transfer-offered') event.session.acceptTransfer(event.transfer);
      if (event.type !== 'transfer-received') return;
      this.times.push(link.now - startedAt[Buffer.from(event.transfer.id).readUInt32BE(0)]!);
      start();
    };
  }
}
