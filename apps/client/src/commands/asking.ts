/** request, request-more */

import type { Command } from 'commander';
import type { Api } from '../api/api.ts';
import type { Said, Zod } from '../output.ts';
import { delivered, plural } from '../wording.ts';
import { clientAction, type Outcome, type Session } from './action.ts';
import { Answers } from './answers.ts';
import { imageArgument, ownerOf, viewsArgument } from './arguments.ts';
import { deliverySchema, exitOf } from './delivery.ts';

const asked = (z: Zod) =>
  z.object({
    requestId: z.string(),
    delivery: deliverySchema(z),
    /** With --wait; `none` when the time was up. */
    answer: z.enum(['approved', 'rejected', 'none']).optional(),
  });
type Asked = Said<typeof asked>;

interface AskOptions {
  readonly views: number;
  readonly wait?: boolean;
}

/** One of the two things that an owner can be asked for. */
interface Question {
  readonly command: string;
  readonly description: string;
  readonly image: string;
  readonly views: string;
  readonly wait: string;
  /** For a picture that is here. */
  readonly more: boolean;
  readonly call: (api: Api, imageId: string, views: number) => Promise<Omit<Asked, 'answer'>>;
}

const QUESTIONS: readonly Question[] = [
  {
    command: 'request',
    description: 'ask the owner of an image for it',
    image: 'its id, as "peers" lists it',
    views: 'how many',
    wait: 'stay until the picture is here, or refused; for --timeout seconds at most',
    more: false,
    call: (api, imageId, views) => api.call('requestImage', { ownerId: ownerOf(imageId), imageId, views }),
  },
  {
    command: 'request-more',
    description: 'ask for more views of a picture that is here',
    image: 'its id',
    views: 'how many more',
    wait: 'stay until the owner has answered; for --timeout seconds at most',
    more: true,
    call: (api, imageId, views) => api.call('requestMore', { imageId, views }),
  },
];

export function addAsking(program: Command): void {
  for (const question of QUESTIONS) {
    program
      .command(question.command)
      .description(question.description)
      .argument('<image>', question.image, imageArgument)
      .requiredOption('--views <n>', question.views, viewsArgument)
      .option('--wait', question.wait)
      .action(
        // The calls have time limits of their own; what is waited for without one is a person.
        clientAction(
          asked,
          (session, imageId: string, options: AskOptions) => ask(session, question, imageId, options),
          {
            untimed: true,
          },
        ),
      );
  }
}

async function ask(
  { api, signal, context }: Session,
  { more, call }: Question,
  imageId: string,
  { views, wait }: AskOptions,
): Promise<Outcome<Asked>> {
  const { output, settings } = context;
  const answers = wait ? new Answers(api, output, imageId, more) : undefined;
  try {
    const { requestId, delivery } = await call(api, imageId, views);
    const what = plural(views, more ? 'more view' : 'view');
    const text = `Asked for ${what} of ${imageId}: ${delivered(delivery, ownerOf(imageId))}.`;
    if (answers === undefined) return { value: { requestId, delivery }, text, exit: exitOf(delivery) };
    output.note(`${text} Waiting for the answer …`);
    const answer = await answers.within(settings.timeout * 1_000, signal);
    return { value: { requestId, delivery, answer: answer.kind }, text: answer.text, exit: answer.exit };
  } finally {
    answers?.stop();
  }
}
