import type { Actor, ActorAdapter, NodeId, Random } from '@p2pimg/netsim';
import type { OperationFailure } from '../../../src/index.ts';
import type { Letter } from '../letter.ts';
import type { ReferenceDirectory } from './reference-directory.ts';

/** Probabilities of what goes wrong between the rows and a server, while both run. */
export interface DirectoryTrouble {
  /** The server is told "unavailable"; as likely as not the call was executed. */
  readonly unknownOutcome: number;
  readonly answerTwice: number;
  readonly answerNever: number;
}

export const NO_TROUBLE: DirectoryTrouble = { unknownOutcome: 0, answerTwice: 0, answerNever: 0 };

export const UNAVAILABLE: OperationFailure = {
  kind: 'unavailable',
  code: 'directory_unavailable',
  message: 'the directory does not answer',
  retryAfterMs: 200,
};

interface Asked {
  readonly from: NodeId;
  readonly letter: Letter;
}
type Call = Extract<Letter, { kind: 'call' }>;
type Reply = { readonly to: NodeId; readonly letter: Letter };

/** The directory as a process of its own: it can crash (its rows survive), freeze, and be cut off from single servers. */
class DirectoryActor implements Actor<Asked | undefined, Reply> {
  readonly #directory: ReferenceDirectory;
  readonly #trouble: DirectoryTrouble;
  readonly #random: Random;
  readonly #wallNow: () => number;

  constructor(directory: ReferenceDirectory, trouble: DirectoryTrouble, random: Random, wallNow: () => number) {
    this.#directory = directory;
    this.#trouble = trouble;
    this.#random = random;
    this.#wallNow = wallNow;
  }

  step(_now: number, asked: Asked | undefined): readonly Reply[] {
    if (asked?.letter.kind !== 'call') return [];
    const result = this.#execute(asked.letter);
    const { asker, opId } = asked.letter;
    const reply: Reply = { to: asked.from, letter: { kind: 'answer', asker, opId, result } };
    if (this.#random.chance(this.#trouble.answerNever)) return [];
    return this.#random.chance(this.#trouble.answerTwice) ? [reply, reply] : [reply];
  }

  nextTimeout(): undefined {
    return undefined;
  }

  #execute({ call }: Call): Extract<Letter, { kind: 'answer' }>['result'] {
    const unknown = this.#random.chance(this.#trouble.unknownOutcome);
    const failed = { ok: false, failure: UNAVAILABLE } as const;
    if (unknown && this.#random.chance(0.5)) return failed;
    const result = this.#directory.execute(this.#wallNow(), call);
    return unknown ? failed : result;
  }
}

export function directoryAdapter(
  directory: ReferenceDirectory,
  trouble: DirectoryTrouble,
  wallNow: () => number,
): ActorAdapter<Asked | undefined, Reply, Letter> {
  return {
    create: ({ random }) => new DirectoryActor(directory, trouble, random, wallNow),
    timeout: undefined,
    message: (from, letter) => ({ from, letter }),
    perform: ({ to, letter }, io) => io.sendReliably(to, letter),
  };
}
