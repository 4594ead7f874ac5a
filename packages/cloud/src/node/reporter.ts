import type { ElectionFact } from '@p2pimg/election';
import type { VersionRange } from '@p2pimg/wire';
import type { ChosenBy, CloudFact } from '../core/facts.ts';
import { type Log, Throttle } from './log.ts';

const HOW: Readonly<Record<ChosenBy, string>> = {
  leader: 'chosen by the leader',
  order: 'next in order',
  'take-over': 'takes over',
  again: 'asked again',
};

/** Puts facts into words (SPEC U1): who is how busy, who leads, who was chosen for what. */
export class Reporter {
  readonly #log: Log;
  readonly #throttle: Throttle = new Throttle();

  constructor(log: Log) {
    this.#log = log;
  }

  report(fact: CloudFact): void {
    switch (fact.kind) {
      case 'election':
        this.#election(fact.fact);
        break;
      case 'chosen': {
        const { requestId, requestType, handler, by, attempt } = fact;
        this.#log.info({ requestId, handler, by, attempt }, `${requestType}: handler ${handler}, ${HOW[by]}`);
        break;
      }
      case 'ended': {
        const { requestId, requestType, outcome, code, ms } = fact;
        const fields = { requestId, outcome, code, ms: Math.round(ms * 10) / 10 };
        this.#log.info(fields, `${requestType}: ${outcome}${code === undefined ? '' : ` (${code})`}`);
        break;
      }
      case 'moved':
        this.#log.info(fact, `request moves on: ${fact.from} ${fact.cause}`);
        break;
      case 'silence':
        this.#log.warn({}, fact.silent ? 'plays dead: deaf and mute from now on' : 'is back from playing dead');
        break;
      case 'token':
        this.#log.info(fact.fact, fact.fact.kind === 'token-taken' ? 'has the failure token' : 'lets its turn pass');
        break;
      case 'fault':
        this.#log.error({ requestId: fact.requestId, err: fact.error }, `${fact.requestType}: internal error`);
        break;
      case 'doubled':
        this.#log.debug(fact, `request begun twice, also by ${fact.other}`);
        break;
      case 'turnedAway':
        this.#seldom(`turned away ${fact.code}`, `requests turned away: ${fact.code}`);
        break;
      case 'noRoom':
        this.#seldom(
          `no room ${fact.share}`,
          `no worker port and no place in the queue: the limit of the ${fact.share}`,
        );
        break;
      case 'begun': // said by whoever chose
        break;
      case 'duplicate':
      case 'lateCompletion':
      case 'ignored':
        this.#log.debug(fact, fact.kind);
        break;
    }
  }

  /** A message that could not be read; at most one line a second of each kind. */
  malformed(port: 'client' | 'peer', error: Error): void {
    this.#seldom(`${port} ${error.name}`, `malformed message on the ${port} port: ${error.name}`);
  }

  /** At most one line a second of each port. */
  incompatible(port: 'client' | 'peer', who: string, theirs: VersionRange, ours: VersionRange): void {
    const says = ({ lowest, highest }: VersionRange): string => `${lowest} to ${highest}`;
    const message = `no common version of messages on the ${port} port: ${who} speaks ${says(theirs)}, this server ${says(ours)}`;
    this.#seldom(`${port} version`, message);
  }

  #seldom(kind: string, message: string): void {
    const suppressed = this.#throttle.pass(kind, performance.now());
    if (suppressed !== undefined) this.#log.warn(suppressed > 0 ? { suppressed } : {}, message);
  }

  #election(fact: ElectionFact): void {
    switch (fact.kind) {
      case 'priorities': {
        const list = fact.priorities.map(({ id, priority, state }) => {
          return `${id} ${priority.toFixed(2)}${state === 'alive' ? '' : ` (${state})`}`;
        });
        this.#log.debug({}, `priorities: ${list.join(', ')}`);
        break;
      }
      case 'leader': {
        const { leader, previous, epoch } = fact;
        this.#log.info({ leader, previous, epoch }, `leader is ${leader}`);
        break;
      }
      case 'group':
        this.#log.info({ epoch: fact.epoch, revision: fact.revision }, `group: ${fact.order.join(' > ')}`);
        break;
      case 'appeared':
      case 'revived':
      case 'restarted':
      case 'leaving':
      case 'refuted':
        this.#log.info({ peer: fact.peer }, `server ${fact.peer} ${fact.kind}`);
        break;
      case 'suspected':
        this.#log.warn({ peer: fact.peer, cause: fact.cause }, `server ${fact.peer} is suspected: ${fact.cause}`);
        break;
      case 'died':
        this.#log.warn({ peer: fact.peer, silentMs: fact.silentMs }, `server ${fact.peer} is dead`);
        break;
      case 'incarnation':
        this.#log.warn(fact, `takes incarnation ${fact.incarnation}: ${fact.cause}`);
        break;
      case 'joined':
        this.#log.info({ epoch: fact.epoch }, 'has joined the group');
        break;
      case 'ignored':
        this.#log.debug(fact, `ignored ${fact.message} of ${fact.from}: ${fact.cause}`);
        break;
    }
  }
}
