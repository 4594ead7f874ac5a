import type { AnyAck, AnyRequest, ListedUser, PendingGrant, PendingNotice, WireAddress } from '@p2pimg/wire';

interface Member {
  readonly clientId: number;
  key: string;
  signKey: string;
  address: WireAddress | undefined;
  counter: number;
  readonly images: Set<string>;
  visibility: 'everyone' | 'contacts' | 'nobody';
}

interface Row {
  readonly viewerId: number;
  readonly ownerId: number;
  readonly imageId: string;
  grant: string;
  version: number;
  allowed: number;
  used: number;
  acked: number;
}

/** What the cloud reads in a grant. */
export interface GrantFields {
  readonly grantId: string;
  readonly version: number;
  readonly allowed: number;
  readonly ownerId: number;
  readonly viewerId: number;
}

/** What the cloud reads in a rotation: session keys of before and after, and the new key of signatures. */
export interface RotationFields {
  readonly clientId: number;
  readonly from: string;
  readonly to: string;
  readonly signTo: string;
}

/** One directory behind all servers: what the real one promises, without its storage. */
export class FakeCloud {
  readonly members: Map<string, Member> = new Map();
  readonly rows: Map<string, Row> = new Map();
  readonly notices: Map<number, Map<string, PendingNotice>> = new Map();
  readonly #answered = new Map<string, AnyAck>();
  readonly #released = new Map<string, { sequence: number; used: number }>();
  releases = 0;
  /** Image ids of each request that was to publish some, in order. */
  readonly publications: (readonly string[])[] = [];
  /** Image ids under which the directory has other pictures. */
  readonly taken: Set<string> = new Set();
  /** Takes no new clients. */
  closed = false;
  /** Refuses rotations for their time, as a server whose clock differs does. */
  clockWrong = false;
  /** Changes when the directory is restored. */
  generation: string = '0'.repeat(32);
  readonly #parseGrant: (grant: string) => GrantFields;
  readonly #parseRotation: (statement: string) => RotationFields;

  constructor(parseGrant: (grant: string) => GrantFields, parseRotation: (statement: string) => RotationFields) {
    this.#parseGrant = parseGrant;
    this.#parseRotation = parseRotation;
  }

  /** Undefined for an encode: the world moves its bytes. */
  handle(server: string, key: string, request: AnyRequest): AnyAck {
    const known = this.#answered.get(`${key} ${request.id}`);
    if (known !== undefined) return { ...known, server };
    const ack = this.#answer(server, key, request);
    if (ack.status === 'success') this.#answered.set(`${key} ${request.id}`, ack);
    return ack;
  }

  #answer(server: string, key: string, request: AnyRequest): AnyAck {
    const { type, id } = request;
    const ok = (body: object): AnyAck => ({ type, id, server, status: 'success', body }) as AnyAck;
    const no = (code: string): AnyAck =>
      ({ type, id, server, status: 'refused', error: { code, message: code } }) as AnyAck;
    if (request.type === 'register') {
      if (this.closed) return no('registration_closed');
      const member = this.members.get(key) ?? this.#newMember(key, request.body.signKey);
      return ok({ clientId: member.clientId });
    }
    if (request.type === 'rotate_keys' && this.clockWrong) return no('request_too_far_ahead');
    if (request.type === 'rotate_keys')
      return this.#rotate(key, request.body.statement) ? ok({ clientId: 1 }) : no('bad_rotation');
    const me = this.members.get(key);
    if (me === undefined && request.type !== 'lookup') return no('not_registered');
    if (request.type === 'lookup') return this.#lookup(request.body, me !== undefined, ok) ?? no('unknown_client');
    if (me === undefined) return no('not_registered');
    switch (request.type) {
      case 'sign_in': {
        if (request.body.counter <= me.counter) return no('stale_counter');
        me.counter = request.body.counter;
        me.address = { host: '127.0.0.1', port: request.body.port };
        me.visibility = request.body.visibility;
        const { generation } = this;
        return ok({
          clientId: me.clientId,
          leaseMs: 30_000,
          generation,
          address: me.address,
          pending: this.#pending(me, 50),
        });
      }
      case 'renew':
        return ok({ renewed: request.body.counter === me.counter, leaseMs: 30_000 });
      case 'shutdown':
        me.address = undefined;
        return ok({ offline: true });
      case 'active_users':
        return ok({ users: [...this.members.values()].filter((each) => each !== me && each.address).map(listed) });
      case 'publish': {
        const ids = request.body.images.map(({ imageId }) => imageId);
        this.publications.push(ids);
        if (ids.some((imageId) => this.taken.has(imageId))) return no('image_digest');
        for (const imageId of ids) me.images.add(imageId);
        return ok({});
      }
      case 'unpublish':
        me.images.delete(request.body.imageId);
        return ok({ imageId: request.body.imageId });
      case 'change-view': {
        const row = this.#keep(request.body.imageId, request.body.grant);
        const { version } = this.#parseGrant(request.body.grant);
        if (row.version === version && row.grant !== request.body.grant) return no('grant_bytes');
        return ok({ version: row.version });
      }
      case 'granted': {
        const { imageId, viewerId } = request.body;
        const row = [...this.rows.values()].find((each) => each.imageId === imageId && each.viewerId === viewerId);
        return ok(row === undefined ? {} : { newest: { grant: row.grant, used: row.used } });
      }
      case 'leave_notice': {
        const { to, noticeId, kind, imageId } = request.body;
        const box = this.notices.get(to) ?? new Map<string, PendingNotice>();
        this.notices.set(to, box.set(noticeId, { noticeId, from: me.clientId, kind, imageId }));
        return ok({});
      }
      case 'grants':
        return ok(this.#pending(me, request.body.limit));
      case 'acknowledge':
        for (const { grantId, version } of request.body.grants) {
          const row = this.rows.get(grantId);
          if (row) row.acked = Math.max(row.acked, version);
        }
        for (const noticeId of request.body.notices) this.notices.get(me.clientId)?.delete(noticeId);
        return ok({});
      case 'release_view': {
        const row = this.#keep(request.body.imageId, request.body.grant);
        const repeat = this.#released.get(request.body.nonce);
        if (repeat) return ok({ ...repeat, version: row.version, allowed: row.allowed, share: 'AA' });
        row.used = Math.max(row.used, request.body.used);
        const { views } = request.body;
        if (row.used + views > row.allowed) return no(row.allowed === 0 ? 'revoked' : 'no_views_left');
        row.used += views;
        this.releases += views;
        const release = { sequence: row.used, used: row.used };
        this.#released.set(request.body.nonce, release);
        return ok({ ...release, version: row.version, allowed: row.allowed, share: 'AA' });
      }
      default:
        return no('unsupported');
    }
  }

  #lookup(
    who: { readonly clientId: number } | { readonly boxKey: string },
    registered: boolean,
    ok: (body: object) => AnyAck,
  ): AnyAck | undefined {
    const other = [...this.members.values()].find((each) =>
      'clientId' in who ? each.clientId === who.clientId : each.key === who.boxKey,
    );
    if (other === undefined) return undefined;
    const { clientId, signKey, key } = other;
    const address = other.visibility === 'everyone' ? other.address : undefined;
    const online = registered && address !== undefined;
    return ok({ clientId, online, signKey, boxKey: key, ...(online ? { address } : {}) });
  }

  /** Statements of simulations and real ones alike; who signed is not looked at. */
  #rotate(sessionKey: string, statement: string): boolean {
    const { clientId, from, to, signTo } = this.#parseRotation(statement);
    const member = [...this.members.values()].find((each) => each.clientId === clientId);
    if (member === undefined || ![from, to].includes(sessionKey)) return false;
    if (member.key === to) return true;
    if (member.key !== from) return false;
    this.members.delete(from);
    Object.assign(member, { key: to, signKey: signTo });
    this.members.set(to, member);
    return true;
  }

  #newMember(key: string, signKey: string): Member {
    const member: Member = {
      clientId: this.members.size + 1,
      key,
      signKey,
      address: undefined,
      counter: 0,
      images: new Set<string>(),
      visibility: 'everyone',
    };
    this.members.set(key, member);
    return member;
  }

  #keep(imageId: string, grant: string): Row {
    const { grantId, version, allowed, ownerId, viewerId } = this.#parseGrant(grant);
    const row = this.rows.get(grantId);
    if (row === undefined) {
      const fresh = { viewerId, ownerId, imageId, grant, version, allowed, used: 0, acked: 0 };
      this.rows.set(grantId, fresh);
      return fresh;
    }
    if (version > row.version) Object.assign(row, { grant, version, allowed });
    return row;
  }

  #pending({ clientId }: Member, limit: number): { grants: PendingGrant[]; notices: PendingNotice[]; more: boolean } {
    const grants = [...this.rows.values()]
      .filter((row) => row.viewerId === clientId && row.version > row.acked)
      .map(({ imageId, ownerId, version, used, grant }) => ({ imageId, ownerId, version, used, grant }));
    const notices = [...(this.notices.get(clientId)?.values() ?? [])].slice(0, Math.max(0, limit - grants.length));
    return { grants: grants.slice(0, limit), notices, more: grants.length > limit };
  }
}

function listed({ clientId, address, key, signKey, images }: Member): ListedUser {
  return { clientId, address: address!, signKey, boxKey: key, images: [...images], moreImages: false };
}
