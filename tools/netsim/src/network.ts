import type { NodeId } from './faults.ts';
import { LAN, Link, type LinkModel } from './link.ts';

/** The directed links between all nodes. Changes return the function that takes them back; they may overlap in any order. */
export class Network {
  readonly #defaults: LinkModel;
  readonly #links: Link[][] = [];

  constructor(change: Partial<LinkModel> | undefined) {
    this.#defaults = { ...LAN, ...change };
  }

  addNode(): void {
    for (const row of this.#links) row.push(new Link(this.#defaults));
    this.#links.push(Array.from({ length: this.#links.length + 1 }, () => new Link(this.#defaults)));
  }

  /** @throws RangeError for an unknown node */
  link(from: NodeId, to: NodeId): Link {
    const link = this.#links[from]?.[to];
    if (link === undefined) throw new RangeError(`no link ${from} → ${to}`);
    return link;
  }

  /** Cuts `from` → `to`, and unless `oneWay` also the way back. */
  cut(from: readonly NodeId[], to: readonly NodeId[], oneWay: boolean): () => void {
    const links = from.flatMap((a) =>
      to.flatMap((b) => (oneWay ? [this.link(a, b)] : [this.link(a, b), this.link(b, a)])),
    );
    for (const link of links) link.cuts += 1;
    return () => {
      for (const link of links) link.cuts -= 1;
    };
  }
}
