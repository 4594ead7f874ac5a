import { fileURLToPath } from 'node:url';
import type { Client, News } from '@p2pimg/client';
import { type SpawnedProcess, spawnNode } from '@p2pimg/testkit';
import { eventually } from '../eventually.ts';
import type { NewsOf, PersonOptions } from './person.ts';
import type { Order, RemoteCall, Told } from './protocol.ts';

const PROGRAM = fileURLToPath(new URL('./program.ts', import.meta.url));
/** Past every deadline of a client: an answer comes, or the test hangs and says for what. */
const ANSWER_WITHIN_MS = 150_000;

/** What another process's client rejected with. */
export class RemoteError extends Error {
  override readonly name = 'RemoteError';
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

type Answer<C extends RemoteCall> = Awaited<ReturnType<Client[C]>>;

/** Somebody whose client is a process of its own: it can die without a word. */
export interface RemotePerson extends AsyncDisposable {
  readonly pid: number;
  readonly process: SpawnedProcess;
  /** @throws RemoteError; also when the process dies before it has answered */
  call<C extends RemoteCall>(call: C, ...args: Parameters<Client[C]>): Promise<Answer<C>>;
  /** The first news of a kind, already told or still to come. */
  heard<K extends News['kind']>(kind: K): Promise<NewsOf<K>>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
}

/** @param env added to its environment @throws Error with the program's words when the client cannot be opened */
export async function openRemotePerson(
  options: PersonOptions,
  env: Readonly<Record<string, string>> = {},
): Promise<RemotePerson> {
  const child = await spawnNode(PROGRAM, [JSON.stringify(options)], { env });
  await child.line('{"kind":"open"}', { timeoutMs: ANSWER_WITHIN_MS });
  let last = 0;
  const told = (): Told[] => child.stdout.split('\n').flatMap((line) => (line.startsWith('{') ? [parse(line)] : []));
  const kill = async (): Promise<void> => void (await child.stop());
  return {
    pid: child.pid,
    process: child,
    call: async <C extends RemoteCall>(call: C, ...callArgs: Parameters<Client[C]>): Promise<Answer<C>> => {
      const number = ++last;
      const after = child.lineCount;
      child.write(`${JSON.stringify({ number, call, args: callArgs } satisfies Order)}\n`);
      const pattern = new RegExp(`"kind":"(answer|failure)","number":${number},`);
      const answer = parse(await child.line(pattern, { after, timeoutMs: ANSWER_WITHIN_MS }));
      if (answer.kind === 'answer') return answer.value as Answer<C>;
      if (answer.kind === 'failure') throw new RemoteError(answer.code, answer.message);
      throw new RemoteError('unknown', 'the answer is lost');
    },
    heard: async <K extends News['kind']>(kind: K) =>
      eventually(`a remote person hears ${kind}`, async () => {
        const found = told().find((each) => each.kind === 'news' && each.news.kind === kind);
        return found?.kind === 'news' ? (found.news as NewsOf<K>) : undefined;
      }),
    kill,
    [Symbol.asyncDispose]: kill,
  };
}

function parse(line: string): Told {
  try {
    return JSON.parse(line) as Told;
  } catch {
    return { kind: 'open' }; // cut off by the end of the process
  }
}
