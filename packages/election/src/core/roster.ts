import { addressKey } from './address.ts';
import { checkMembers, type ElectionTiming, type MemberConfig } from './config.ts';
import { Member } from './member.ts';
import type { ServerId } from './messages.ts';
import { compareRanked } from './order.ts';

/** The servers of the cloud as this one knows them. */
export class Roster {
  /** By IP, then port: `all[i].place === i`. Never empty. */
  all: readonly Member[] = [];
  /** Theirs, in that order. */
  ids: readonly ServerId[] = [];
  me: Member;
  /** Somebody came, went or changed since the group was last compared with the roster. */
  changed = true;

  readonly #self: ServerId;
  readonly #timing: ElectionTiming;
  #byId: ReadonlyMap<ServerId, Member> = new Map();
  #peers: readonly Member[] = [];
  #others: readonly ServerId[] = [];

  /** @throws MembershipError */
  constructor(self: ServerId, configs: readonly MemberConfig[], timing: ElectionTiming) {
    this.#self = self;
    this.#timing = timing;
    this.me = this.set(configs);
  }

  /**
   * Takes a new list; what is known about those who stay is kept.
   * @returns this server
   * @throws MembershipError
   */
  set(configs: readonly MemberConfig[]): Member {
    checkMembers(this.#self, configs);
    const keyed = configs.map((config) => ({ config, key: addressKey(config.host, config.port) }));
    keyed.sort((a, b) => (a.key < b.key ? -1 : 1));
    this.all = keyed.map(({ config }, place) => {
      const known = this.#byId.get(config.id);
      if (known === undefined) return new Member(config, place, this.#timing);
      known.place = place;
      return known;
    });
    this.ids = this.all.map(({ id }) => id);
    this.#byId = new Map(this.all.map((member) => [member.id, member]));
    this.me = this.#byId.get(this.#self)!;
    this.#peers = this.all.filter((member) => member !== this.me);
    this.changed = true;
    return this.me;
  }

  /** Everybody but this server, by place. */
  get peers(): readonly Member[] {
    return this.#peers;
  }

  /** Peers that are not dead, by place. The same list as long as it is true: it is asked for with every notice. */
  others(): readonly ServerId[] {
    let count = 0;
    for (let i = 0; i < this.#peers.length; i++) {
      const { id, detector } = this.#peers[i]!;
      if (detector.state === 'dead') continue;
      if (this.#others[count] !== id) return this.#findOthers();
      count += 1;
    }
    return count === this.#others.length ? this.#others : this.#findOthers();
  }

  #findOthers(): readonly ServerId[] {
    this.#others = this.#peers.filter(({ detector }) => detector.state !== 'dead').map(({ id }) => id);
    return this.#others;
  }

  get(id: ServerId): Member | undefined {
    return this.#byId.get(id);
  }

  /** A member other than this server. */
  peer(id: ServerId): Member | undefined {
    const member = this.#byId.get(id);
    return member === this.me ? undefined : member;
  }

  /** A leader that is no member any more comes after all that are. */
  readonly placeOf = (id: ServerId): number => this.#byId.get(id)?.place ?? Number.MAX_SAFE_INTEGER;

  /** Best first. */
  ranked(): Member[] {
    return [...this.all].sort(compareRanked);
  }
}
