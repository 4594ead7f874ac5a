/** What comes of a request that somebody waits for. */

import type { News } from '@p2pimg/client';
import type { Api } from '../api/api.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { unlessAborted } from '../interruption.ts';
import type { Output } from '../output.ts';
import { ArrivalProgress } from '../progress.ts';
import { plural } from '../wording.ts';

/** How a request ended; `none` when the time was up. */
export interface Answer {
  readonly kind: 'approved' | 'rejected' | 'none';
  readonly text: string;
  readonly exit: ExitCode | undefined;
}

/** Listens for how a request ends, and tells meanwhile how far the picture is. */
export class Answers {
  readonly stop: () => void;
  readonly #answered: Promise<Answer>;
  readonly #output: Output;
  readonly #imageId: string;
  readonly #more: boolean;
  readonly #progress: ArrivalProgress = new ArrivalProgress();

  constructor(api: Api, output: Output, imageId: string, more: boolean) {
    this.#output = output;
    this.#imageId = imageId;
    this.#more = more;
    const { promise, resolve } = Promise.withResolvers<Answer>();
    this.#answered = promise;
    const unsubscribe = api.onNews((news) => {
      const answer = this.#read(news);
      if (answer !== undefined) resolve(answer);
    });
    this.stop = () => {
      unsubscribe();
      output.endProgress();
    };
  }

  /** @throws the signal's reason */
  async within(ms: number, signal: AbortSignal): Promise<Answer> {
    const nothing: Answer = {
      kind: 'none',
      text: `No answer within ${ms / 1_000} s; when it comes, you get it at the next sign-in.`,
      exit: EXIT.queued,
    };
    const timer = Promise.withResolvers<Answer>();
    const timeout = setTimeout(() => timer.resolve(nothing), ms);
    try {
      return await unlessAborted(signal, Promise.race([this.#answered, timer.promise]));
    } finally {
      clearTimeout(timeout);
      this.#output.endProgress();
    }
  }

  #read(news: News): Answer | undefined {
    if (!('imageId' in news) || news.imageId !== this.#imageId) return undefined;
    if (news.kind === 'imageArriving') this.#output.progress(this.#progress.line(news));
    if (news.kind === 'rejected' && news.more === this.#more) {
      return { kind: 'rejected', text: `Client ${news.by} rejected it.`, exit: EXIT.rejected };
    }
    if (news.kind === 'imageArrived' && !this.#more) {
      const text = `${this.#imageId} is here, with ${plural(news.views, 'view')}: p2pimg view ${this.#imageId}`;
      return { kind: 'approved', text, exit: undefined };
    }
    if (news.kind === 'rightsChanged' && this.#more) {
      return {
        kind: 'approved',
        text: `${this.#imageId}: ${news.from} -> ${plural(news.to, 'view')}`,
        exit: undefined,
      };
    }
    return undefined;
  }
}
