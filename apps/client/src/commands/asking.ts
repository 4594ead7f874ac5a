/** request, request-more */

import type { News } from '@p2pimg/client';
import type { Command } from 'commander';
import { z } from 'zod';
import type { Api } from '../api/api.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import type { Output } from '../output.ts';
import { ArrivalProgress } from '../progress.ts';
import { delivered, plural } from '../wording.ts';
import { clientAction, type Outcome, type Session } from './action.ts';
import { imageArgument, ownerOf, viewsArgument } from './arguments.ts';
import { deliverySchema, exitOf } from './delivery.ts';

const asked = z.object({
  requestId: z.string(),
  delivery: deliverySchema,
  /** With --wait; `none` when the time was up. */
  answer: z.enum(['approved', 'rejected', 'none']).optional(),
});
type Asked = z.infer<typeof asked>;

interface AskOptions {
  readonly views: number;
  readonly wait?: boolean;
}

export function addAsking(program: Command): void {
  program
    .command('request')
    .description('ask the owner of an image for it')
    .argument('<image>', 'its id, as "peers" lists it', imageArgument)
    .requiredOption('--views <n>', 'how many', viewsArgument)
    .option('--wait', 'stay until the picture is here, or refused; for --timeout seconds at most')
    .action(
      clientAction(
        asked,
        (session, imageId: string, options: AskOptions) =>
          ask(session, imageId, options, {
            more: false,
            call: (api) =>
              api.call('requestImage', {
                ownerId: ownerOf(imageId),
                imageId,
                views: options.views,
              }),
          }),
        { untimed: true },
      ),
    );

  program
    .command('request-more')
    .description('ask for more views of a picture that is here')
    .argument('<image>', 'its id', imageArgument)
    .requiredOption('--views <n>', 'how many more', viewsArgument)
    .option('--wait', 'stay until the owner has answered; for --timeout seconds at most')
    .action(
      clientAction(
        asked,
        (session, imageId: string, options: AskOptions) =>
          ask(session, imageId, options, {
            more: true,
            call: (api) => api.call('requestMore', { imageId, views: options.views }),
          }),
        { untimed: true },
      ),
    );
}

interface Kind {
  readonly more: boolean;
  readonly call: (api: Api) => Promise<Omit<Asked, 'answer'>>;
}

/** The calls have time limits of their own; what is waited for without one is a person. */
async function ask(
  { api, context }: Session,
  imageId: string,
  { views, wait }: AskOptions,
  { more, call }: Kind,
): Promise<Outcome<Asked>> {
  const { output, settings } = context;
  const owner = ownerOf(imageId);
  const answers = wait ? new Answers(api, output, imageId, more) : undefined;
  try {
    const { requestId, delivery } = await call(api);
    const what = plural(views, more ? 'more view' : 'view');
    const text = `Asked for ${what} of ${imageId}: ${delivered(delivery, owner)}.`;
    if (answers === undefined) return { value: { requestId, delivery }, text, exit: exitOf(delivery) };
    output.note(`${text} Waiting for the answer …`);
    const answer = await answers.within(settings.timeout * 1_000);
    return { value: { requestId, delivery, answer: answer.kind }, text: answer.text, exit: answer.exit };
  } finally {
    answers?.stop();
  }
}

interface Answer {
  readonly kind: NonNullable<Asked['answer']>;
  readonly text: string;
  readonly exit: ExitCode | undefined;
}

/** Listens for how a request ends, and tells meanwhile how far the picture is. */
class Answers {
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

  async within(ms: number): Promise<Answer> {
    const nothing: Answer = {
      kind: 'none',
      text: `No answer within ${ms / 1_000} s; when it comes, you get it at the next sign-in.`,
      exit: EXIT.queued,
    };
    const timer = Promise.withResolvers<Answer>();
    const timeout = setTimeout(() => timer.resolve(nothing), ms);
    try {
      return await Promise.race([this.#answered, timer.promise]);
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
