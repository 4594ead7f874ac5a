import type { ClientMessage, CloudMessage, ServerMessage } from '@p2pimg/wire';

/** What travels in the simulated world: the real messages, and transfers as one message each. */
export type SimMessage =
  | { readonly kind: 'peer'; readonly message: ServerMessage }
  | { readonly kind: 'client'; readonly message: ClientMessage }
  | { readonly kind: 'cloud'; readonly message: CloudMessage }
  | { readonly kind: 'upload'; readonly id: string; readonly lane: number }
  | { readonly kind: 'result'; readonly id: string; readonly lane: number; readonly digest: string }
  /** The client's transport has the result. */
  | { readonly kind: 'taken'; readonly id: string; readonly lane: number };

export function describe(message: SimMessage): string {
  switch (message.kind) {
    case 'peer': {
      const { type, ...fields } = message.message;
      return `${type} ${JSON.stringify(fields).slice(0, 160)}`;
    }
    case 'client':
      return message.message.kind === 'cancel'
        ? `cancel ${message.message.id}`
        : `${message.message.request.type} ${message.message.request.id}`;
    case 'cloud': {
      if (message.message.kind === 'assigned') {
        const { id, server, lane } = message.message.assigned;
        return `assigned ${id} ${server} ${lane ?? ''}`;
      }
      const { type, id, status } = message.message.ack;
      return `${type}_ack ${id} ${status}`;
    }
    default:
      return `${message.kind} ${message.id}`;
  }
}
