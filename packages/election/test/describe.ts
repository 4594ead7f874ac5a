import type { ElectionMessage } from '../src/index.ts';
import type { Fact } from './cloud.ts';

/** One line that a newcomer can read. */
export function describeMessage(message: ElectionMessage): string {
  switch (message.type) {
    case 'heartbeat': {
      const { epoch, leader, revision } = message.group;
      const group = epoch === 0 ? 'no group' : `group ${epoch}.${revision} of ${leader}`;
      return `heartbeat ${message.sequence}, incarnation ${message.incarnation}, ${message.phase}, ${group}`;
    }
    case 'probe':
      return `probe for ${message.asker}: still incarnation ${message.incarnation}?`;
    case 'probe_request':
      return `probe request: ask ${message.subject} for me`;
    case 'probe_ack':
      return `probe answer for ${message.asker}: ${message.subject} lives, incarnation ${message.incarnation}`;
    case 'coordinator': {
      const { epoch, revision, leader, members } = message;
      return `coordinator: group ${epoch}.${revision} of ${leader}: ${members.map(({ id }) => id).join(' > ')}`;
    }
  }
}

export function describeFact(fact: Fact): string {
  switch (fact.kind) {
    case 'priorities':
      return `priorities: ${fact.priorities.map(({ id, priority, state }) => `${id} ${priority.toFixed(2)} ${state}`).join(', ')}`;
    case 'appeared':
      return `hears of ${fact.peer}`;
    case 'suspected':
      return `suspects ${fact.peer} (${fact.cause}), incarnation ${fact.incarnation}`;
    case 'refuted':
      return `${fact.peer} refutes, incarnation ${fact.incarnation}`;
    case 'died':
      return `${fact.peer} is dead, incarnation ${fact.incarnation}`;
    case 'restarted':
      return `${fact.peer} has restarted`;
    case 'revived':
      return `${fact.peer} is back, incarnation ${fact.incarnation}`;
    case 'leaving':
      return `${fact.peer} is leaving`;
    case 'incarnation':
      return fact.cause === 'doubted'
        ? `was doubted: takes incarnation ${fact.incarnation}`
        : `stood still: takes incarnation ${fact.incarnation}`;
    case 'joined':
      return fact.epoch === 0 ? 'has waited for a group long enough' : `has a view, epoch ${fact.epoch}`;
    case 'leader':
      return `leader is ${fact.leader}, epoch ${fact.epoch}${fact.previous === undefined ? '' : ` (was ${fact.previous})`}`;
    case 'group':
      return `group ${fact.epoch}.${fact.revision}: ${fact.order.join(' > ')}`;
    case 'ignored':
      return `ignores ${fact.message} from ${fact.from}: ${fact.cause}`;
    case 'token-taken':
      return `takes the failure token, turn ${fact.turn}, for ${fact.holdMs} ms`;
    case 'token-skipped':
      return `skips its turn: ${fact.cause}`;
  }
}
