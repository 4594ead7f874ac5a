import type { ActorAdapter } from '@p2pimg/netsim';
import type { Letter } from '../letter.ts';
import { ClientActor, type ClientEvent, type ClientSurroundings, type Sending } from './client-actor.ts';
import type { Person } from './society.ts';

export function clientAdapter(s: ClientSurroundings, person: Person): ActorAdapter<ClientEvent, Sending, Letter> {
  return {
    create: ({ node, random, now }) => {
      s.history.forget(person);
      return new ClientActor(s, node, person, random, now);
    },
    start: { type: 'timeout' },
    timeout: { type: 'timeout' },
    message: (from, letter) => ({ type: 'letter', from, letter }),
    refused: (peer) => {
      const server = s.serverIds[peer];
      return server === undefined ? undefined : { type: 'refused', server };
    },
    signal: (signal) => (signal === 'reconnect' ? { type: 'reconnect' } : undefined),
    perform: ({ to, letter }, io) => io.sendReliably(to, letter),
  };
}
