import type { RequestType } from '@p2pimg/wire';
import type { Histogram, Metric, Registry } from 'prom-client';

/** From a read on loopback to a large picture on a slow line. */
const SECONDS = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const NAME = 'p2pimg_request_seconds';

type Values = Awaited<ReturnType<Histogram<'le' | 'type'>['get']>>['values'];

interface Observed {
  /** How many took so long at most, and longer than the step before; the last: longer than all. */
  readonly counts: number[];
  sum: number;
}

/**
 * A histogram of how long requests take, by type. prom-client's own looks its labels up by a text that it makes of them each time, and every
 * request is observed; this one is made into what prom-client writes when somebody asks.
 */
export class RequestSeconds {
  readonly #observed = new Map<RequestType, Observed>();

  constructor(registry: Registry) {
    const metric = {
      name: NAME,
      help: 'From taking a request up to its answer',
      type: 'histogram',
      aggregator: 'sum',
      get: async () => ({ ...metric, values: this.#values() }),
    };
    // What a registry asks of a metric; the type names prom-client's own classes.
    registry.registerMetric(metric as unknown as Metric);
  }

  observe(type: RequestType, seconds: number): void {
    let observed = this.#observed.get(type);
    if (observed === undefined) {
      observed = { counts: new Array<number>(SECONDS.length + 1).fill(0), sum: 0 };
      this.#observed.set(type, observed);
    }
    let step = 0;
    while (step < SECONDS.length && seconds > SECONDS[step]!) step += 1;
    observed.counts[step]! += 1;
    observed.sum += seconds;
  }

  /** As the format wants them: each step counts all that took no longer. */
  #values(): Values {
    return [...this.#observed].flatMap(([type, { counts, sum }]): Values => {
      let count = 0;
      const steps = counts.map((more, step) => {
        count += more;
        return { metricName: `${NAME}_bucket`, labels: { le: SECONDS[step] ?? '+Inf', type }, value: count };
      });
      return [
        ...steps,
        { metricName: `${NAME}_sum`, labels: { type }, value: sum },
        { metricName: `${NAME}_count`, labels: { type }, value: count },
      ];
    });
  }
}
