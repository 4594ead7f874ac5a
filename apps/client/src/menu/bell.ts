import type { News } from '@p2pimg/client';
import type { Api } from '../api/api.ts';
import { newsLine } from '../wording.ts';

const MOST_NOTICES = 3;

/** What has happened while somebody was at the menu: counted, and told where it does not disturb. */
export class Bell {
  readonly #api: Api;
  readonly #redraws: Set<() => void> = new Set();
  #notices: string[] = [];
  #requests = 0;
  readonly #unsubscribe: () => void;

  constructor(api: Api) {
    this.#api = api;
    this.#unsubscribe = api.onNews((news) => this.#heard(news));
  }

  /** Requests and offers that wait. */
  get waiting(): number {
    return this.#requests;
  }

  readonly notices = (): readonly string[] => this.#notices;

  readonly subscribe = (redraw: () => void): (() => void) => {
    this.#redraws.add(redraw);
    return () => this.#redraws.delete(redraw);
  };

  /** Counts again. */
  async refresh(): Promise<void> {
    const [requests, offers] = await Promise.all([this.#api.call('requests', {}), this.#api.call('offers', {})]);
    this.#requests = requests.length + offers.length;
    for (const redraw of [...this.#redraws]) redraw();
  }

  /** Notices that have been seen go away. */
  clear(): void {
    this.#notices = [];
  }

  close(): void {
    this.#unsubscribe();
  }

  #heard(news: News): void {
    const line = newsLine(news);
    if (line !== undefined) this.#notices = [...this.#notices, line].slice(-MOST_NOTICES);
    // Whatever goes wrong here, the next opening of the list shows the truth.
    this.refresh().catch(() => {});
  }
}
