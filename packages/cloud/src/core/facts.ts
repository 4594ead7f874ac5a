import type { ElectionFact, FailureTokenFact, ServerId } from '@p2pimg/election';
import type { RequestType } from '@p2pimg/wire';
import type { Share } from './runs/workers.ts';

/**
 * How a handler came to a request: named by the leader, next in order without it, after another one, or because its client asked again for
 * what it had answered.
 */
export type ChosenBy = 'leader' | 'order' | 'take-over' | 'again';

/** Why a request moved on. */
export type MoveCause = 'suspected' | 'restarted' | 'silent' | 'not-begun' | 'tried' | 'passed';

/** What happened, for logs and metrics. Nothing in it comes from a client's free text. */
export type CloudFact =
  | { readonly kind: 'election'; readonly fact: ElectionFact }
  /** The leader chose, or this server took it up by itself. */
  | {
      readonly kind: 'chosen';
      readonly requestId: string;
      readonly requestType: RequestType;
      readonly handler: ServerId;
      readonly by: ChosenBy;
      readonly attempt: number;
    }
  /** This server began to work on a request. */
  | { readonly kind: 'begun'; readonly by: ChosenBy }
  /** This server ended its work on a request. */
  | {
      readonly kind: 'ended';
      readonly requestId: string;
      readonly requestType: RequestType;
      readonly outcome: 'success' | 'refused' | 'error' | 'passed' | 'cancelled' | 'yielded';
      /** The code of a refusal or an error. */
      readonly code: string | undefined;
      readonly ms: number;
    }
  /** The server that had it will not answer. */
  | { readonly kind: 'moved'; readonly requestId: string; readonly from: ServerId; readonly cause: MoveCause }
  /** Two servers began the same attempt. */
  | { readonly kind: 'doubled'; readonly requestId: string; readonly other: ServerId }
  /** A request came again while it was known, and nothing had to be done. */
  | { readonly kind: 'duplicate'; readonly requestId: string }
  /** Refused before anybody was asked to handle it. */
  | { readonly kind: 'turnedAway'; readonly code: string }
  /** A request found the workers and the queue for them full, or as much of both as its client or its address may have. */
  | { readonly kind: 'noRoom'; readonly share: Share }
  /** A procedure threw what it never should: a defect. */
  | {
      readonly kind: 'fault';
      readonly requestId: string;
      readonly requestType: RequestType;
      readonly error: unknown;
    }
  /** A completion that nobody waited for. */
  | { readonly kind: 'lateCompletion' }
  /** A message that changed nothing. */
  | { readonly kind: 'ignored'; readonly what: string }
  | { readonly kind: 'token'; readonly fact: FailureTokenFact }
  | { readonly kind: 'silence'; readonly silent: boolean };
