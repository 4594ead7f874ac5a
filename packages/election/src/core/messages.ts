/**
 * What servers say to each other about being alive and about who leads.
 *
 * Every message travels inside an authenticated server-to-server session, so the receiver knows `from` before it reads a
 * field. All of them tolerate loss, duplication and reordering: a lost one is made good by the next heartbeat.
 */

/** A server's name in the cloud's manifest: 1 … 64 characters, unique in the cloud. */
export type ServerId = string;

/**
 * `joining`: has no view yet, or lost it while it stood still; neither leads nor handles.
 * `member`: serves. `leaving`: drains; finishes what it has, takes and leads nothing new.
 */
export type ServerPhase = 'joining' | 'member' | 'leaving';

/**
 * Names one coordination group. Groups are ordered by epoch, then by the leader's address, then by revision: of any two,
 * every server prefers the same one. The epoch rises when the leader changes; the revision begins with the leader's
 * incarnation and rises when the leader changes the group. No two groups ever have the same name.
 */
export interface GroupName {
  /** 0 … 2^53 − 1; 0 means "none yet". */
  readonly epoch: number;
  /** Absent only at epoch 0. */
  readonly leader?: ServerId;
  /** 0 … 2^53 − 1. */
  readonly revision: number;
}

/** From every server to every other, each heartbeat interval, as one datagram. */
export interface Heartbeat {
  readonly type: 'heartbeat';
  /** 1, 2, 3 … within one incarnation. A number not above the last one seen is stale. */
  readonly sequence: number;
  /** 1 … 2^52. Rises when the server starts, refutes a suspicion, or stood still. */
  readonly incarnation: number;
  readonly phase: ServerPhase;
  /** The group that the sender follows; a receiver that knows a later one sends it. */
  readonly group: GroupName;
  /** 1 / load, in (0, 100]. */
  readonly priority: number;
  /** Requests that the sender is handling now. */
  readonly outstanding: number;
  /** Smoothed service time of one request in ms, > 0 and ≤ 3,600,000. */
  readonly serviceMs: number;
  /** Event-loop utilisation, 0 … 1. */
  readonly utilization: number;
}

/** "Are you there? I hold this incarnation of yours for suspect or dead." */
export interface Probe {
  readonly type: 'probe';
  /** Chosen by the asker, returned in the answer; 0 … 2^32 − 1. */
  readonly nonce: number;
  /** The incarnation in doubt. Its owner answers with a higher one. 0 when the asker never heard of it. */
  readonly incarnation: number;
  /** The server that asks; differs from the sender when the probe comes through a helper. */
  readonly asker: ServerId;
}

/** From a probed server to the sender of the probe, who passes it on when the asker is another. */
export interface ProbeAck {
  readonly type: 'probe_ack';
  readonly nonce: number;
  /** The server that was probed. */
  readonly subject: ServerId;
  /** Higher than the incarnation in doubt. */
  readonly incarnation: number;
  readonly asker: ServerId;
}

/** "Probe `subject` for me." */
export interface ProbeRequest {
  readonly type: 'probe_request';
  readonly nonce: number;
  readonly subject: ServerId;
  readonly incarnation: number;
}

/** One line of the coordination group. */
export interface GroupEntry {
  readonly id: ServerId;
  readonly incarnation: number;
  /** In (0, 100]. */
  readonly priority: number;
}

/**
 * The coordination group, highest priority first (ties: IP, then port). Sent by a new leader to announce itself, by the
 * leader when the order or the membership changes, and by anybody to a server whose heartbeat names an older group.
 */
export interface Coordinator {
  readonly type: 'coordinator';
  /** 1 … 2^53 − 1. */
  readonly epoch: number;
  readonly leader: ServerId;
  readonly revision: number;
  /** 1 … 100 entries, distinct ids; the leader is among them, unless it is leaving. */
  readonly members: readonly GroupEntry[];
}

export type ElectionMessage = Heartbeat | Probe | ProbeAck | ProbeRequest | Coordinator;
