import type { NodeId } from '@p2pimg/netsim';
import type { Letter } from '../letter.ts';
import type { History } from './history.ts';

/** A content key reaches the servers that handle its `encode` and no other, however it may travel. */
export class Secrets {
  readonly #history: History;
  readonly #broken: (text: string) => void;
  /** By request and server: that server has opened a worker port for it. */
  readonly #handlers = new Set<string>();

  constructor(history: History, broken: (text: string) => void) {
    this.#history = history;
    this.#broken = broken;
  }

  onWorkerPort(server: NodeId, requestId: string): void {
    this.#handlers.add(`${requestId} ${server}`);
  }

  onLetter(server: NodeId, letter: Letter): void {
    if (letter.kind === 'upload') {
      if (!this.#handlers.has(`${letter.id} ${server}`)) {
        this.#broken(`server ${server} got the content key of ${letter.id}, which it does not handle`);
      }
      return;
    }
    for (const id of requestIdsOf(letter)) {
      const key = this.#history.asked.get(id)?.draft.contentKey;
      if (key !== undefined && JSON.stringify(letter).includes(key)) {
        this.#broken(`server ${server} got the content key of ${id} in a ${letter.kind} message`);
      }
    }
  }
}

/** Of the messages that go to several servers. */
function requestIdsOf(letter: Letter): readonly string[] {
  if (letter.kind === 'peer')
    return letter.message.type === 'notices' ? letter.message.notices.map(({ id }) => id) : [];
  if (letter.kind !== 'client') return [];
  return [letter.message.kind === 'request' ? letter.message.request.id : letter.message.id];
}
