import { createInterface } from 'node:readline';
import { ANSWERS_PER_LINE, type Answer, END, type Order, type Told } from './protocol.ts';

/** Makes the request with that number; says when the picture is back. Resolves to who did it. */
export type Request = (order: Order, number: number, onBack: () => void) => Promise<string>;

/** Takes orders on standard input, one at a time, and tells on standard output what became of them. */
export function takeOrders(request: Request, close: () => Promise<void>): void {
  createInterface(process.stdin).on('line', (line) => {
    if (line === END) void close().then(() => process.exit(0));
    else void obey(JSON.parse(line) as Order, request);
  });
  tell({ kind: 'ready' });
}

async function obey(order: Order, request: Request): Promise<void> {
  let answered = 0;
  let untold: Answer[] = [];
  const tellAnswers = (): void => {
    tell({ kind: 'answers', answers: untold, answered });
    untold = [];
  };
  await makeRequests(order, request, (answer) => {
    answered += 1;
    untold.push(answer);
    if (untold.length === ANSWERS_PER_LINE) tellAnswers();
  });
  tellAnswers();
  tell({ kind: 'done' });
}

/** Keeps so many requests in flight until all are answered. Never rejects. */
async function makeRequests(order: Order, request: Request, onAnswer: (answer: Answer) => void): Promise<void> {
  let next = 0;
  const place = async (): Promise<void> => {
    while (next < order.requests) {
      const begun = now();
      let back: number | undefined;
      const outcome = await request(order, next++, () => (back = now())).then(
        (server) => ({ server }),
        (error: Error) => ({ server: '', failure: `${error.name}: ${error.message}` }),
      );
      const ended = now();
      onAnswer({ begun, back: back ?? ended, ended, ...outcome });
    }
  };
  await Promise.all(Array.from({ length: order.inFlight }, place));
}

function now(): number {
  return performance.timeOrigin + performance.now();
}

function tell(told: Told): void {
  process.stdout.write(`${JSON.stringify(told)}\n`);
}
