import type { PendingBody } from '@p2pimg/wire';
import type { Call, CallArgs, CallName } from './calls.ts';
import { Cloud } from './cloud/cloud.ts';
import { Rotation } from './cloud/rotation.ts';
import { CloudSession } from './cloud/session.ts';
import { Context, type RandomHex } from './context.ts';
import { activeUsers } from './directory.ts';
import type { ClientEffect } from './effects.ts';
import { ClientError } from './errors.ts';
import type { ClientEvent } from './events.ts';
import type { Flow } from './flow/flows.ts';
import { encode } from './images/encode.ts';
import { Publications } from './images/publications.ts';
import { withdraw } from './images/withdraw.ts';
import type { Model } from './model.ts';
import type { News } from './news.ts';
import { AddressBook } from './peers/address-book.ts';
import { Inbox } from './peers/inbox.ts';
import { Outbox } from './peers/outbox.ts';
import { Peers } from './peers/peers.ts';
import type { Change, SentGrant } from './records.ts';
import type { CoreSettings } from './settings.ts';
import { Arrivals } from './sharing/arrivals.ts';
import { grantChanges } from './sharing/grants.ts';
import { Newest } from './sharing/newest.ts';
import { Owner } from './sharing/owner.ts';
import { OwnerMessages } from './sharing/owner-messages.ts';
import { reissueAbove, type Signing } from './sharing/reissue.ts';
import { Rights } from './sharing/rights.ts';
import { sendPicture } from './sharing/sending.ts';
import { closeRefused, Viewer } from './sharing/viewer.ts';
import { ViewerMessages } from './sharing/viewer-messages.ts';
import { Views } from './views/view.ts';

/**
 * The client without sockets, files, clocks or promises: events in, effects out. Everything that has been decided is stored
 * before it is told, so that a crash between any two effects loses nothing that somebody was told of.
 */
export class ClientCore {
  readonly #context: Context;
  readonly #cloud: Cloud;
  readonly #publications: Publications;
  readonly #signing: Signing;
  readonly #rotation: Rotation;
  readonly #session: CloudSession;
  readonly #book: AddressBook;
  readonly #peers: Peers;
  readonly #outbox: Outbox;
  readonly #inbox: Inbox;
  readonly #rights: Rights;
  readonly #arrivals: Arrivals;
  readonly #owner: Owner;
  readonly #viewer: Viewer;
  readonly #views: Views;
  /** What came with the sign-in that is under way. */
  #signInNews: readonly News[] = [];

  /** @param records what earlier `store` effects have put on the disk, in order */
  constructor(settings: CoreSettings, records: readonly Change[], randomHex: RandomHex) {
    const context = new Context(settings, records, randomHex);
    this.#context = context;
    this.#cloud = new Cloud(context);
    this.#publications = new Publications(context, this.#cloud);
    this.#book = new AddressBook(context, this.#cloud);
    this.#signing = { context, book: this.#book, newest: new Newest(context, this.#cloud) };
    this.#rotation = new Rotation(this.#cloud, this.#signing);
    this.#session = new CloudSession(context, this.#cloud, this.#rotation, {
      onSignedIn: (pending, restored) => this.#signedIn(pending, restored),
      onSigningOut: () => this.#outbox.stop(),
    });
    this.#peers = new Peers(context);
    this.#outbox = new Outbox(context, this.#cloud, this.#book, this.#peers, {
      sendPicture: (peer, offerId) => sendPicture(context, this.#peers, peer, offerId),
      onRefused: (entry) => closeRefused(context, entry.id),
      reissue: (sent, version) => this.#reissue(sent, version),
    });
    this.#rights = new Rights(context, this.#cloud, this.#book, this.#outbox);
    this.#arrivals = new Arrivals(context);
    this.#owner = new Owner(context, this.#book, this.#signing.newest, this.#outbox);
    this.#viewer = new Viewer(context, this.#outbox);
    this.#views = new Views(context, this.#cloud, this.#outbox, () => context.flows.spawn(this.#refresh()));
    const ofOwners = new ViewerMessages(context, this.#rights, this.#arrivals, () => this.#viewer.remind());
    const ofViewers = new OwnerMessages(context, this.#outbox);
    const handlers = {
      image_request: ofViewers.imageRequest,
      increase_views_request: ofViewers.increaseRequest,
      offer_answer: ofViewers.offerAnswer,
      view_receipt: ofViewers.viewReceipt,
      image_offer: ofOwners.imageOffer,
      image_rejection: ofOwners.imageRejection,
      increase_approved: ofOwners.increaseApproved,
      increase_rejected: ofOwners.increaseRejected,
      update_access_request: ofOwners.accessUpdate,
    };
    this.#inbox = new Inbox(context, this.#book, handlers, {
      onHeardOf: (clientId) => this.#outbox.kick(clientId),
      onCopy: (peer, id) => this.#arrivals.supersede(peer, id),
    });
  }

  /** What is on the disk, for reading. */
  get model(): Pick<Model, 'get' | 'all' | 'self'> {
    return this.#context.model;
  }

  get signedIn(): boolean {
    return this.#session.signedIn;
  }

  get serversUp(): ReadonlySet<string> {
    return this.#cloud.up;
  }

  /** @param now milliseconds since the epoch */
  step(now: number, event: ClientEvent): readonly ClientEffect[] {
    const context = this.#context;
    context.now = now;
    context.flows.expire(now);
    this.#handle(event);
    return context.takeEffects();
  }

  /** When the next `tick` is due at the latest. */
  nextTimeout(): number | undefined {
    return this.#context.flows.nextDeadline();
  }

  #handle(event: ClientEvent): void {
    const { flows } = this.#context;
    switch (event.kind) {
      case 'call':
        flows.spawn(this.#answer(event.callId, event.call));
        break;
      case 'completed':
        flows.settle(event.opId, event.value);
        break;
      case 'failed':
        flows.reject(event.opId, event.error);
        break;
      case 'transferred':
        this.#context.progressed(event.opId, event.bytes);
        break;
      case 'cloudUp':
        this.#cloud.serverUp(event.server);
        break;
      case 'cloudDown':
        this.#cloud.serverDown(event.server);
        break;
      case 'cloudMessage':
        this.#cloud.received(event.server, event.message);
        break;
      case 'peerMessage':
        this.#book.heardFrom(event.peer, event.address);
        if (event.message.kind === 'request') this.#inbox.received(event.peer, event.message);
        else this.#peers.acknowledged(event.peer, event.message);
        break;
      case 'transferOffered':
        if (!this.#isExpected(event)) this.#context.emit({ kind: 'refuseTransfer', transfer: event.transfer });
        break;
      case 'tick':
        break;
    }
  }

  #isExpected(offered: Extract<ClientEvent, { kind: 'transferOffered' }>): boolean {
    const { place, purpose } = offered;
    if ('server' in place) return purpose === 'result' && this.#cloud.offered(place.server, offered);
    return purpose === 'image' && this.#arrivals.offered(place.peer, offered);
  }

  *#answer(callId: number, call: Call): Flow<void> {
    try {
      const value = yield* this.#run(callId, call);
      this.#context.emit({ kind: 'answer', callId, outcome: { ok: true, value } });
    } catch (error) {
      const known = error instanceof ClientError;
      const failure = known
        ? error
        : new ClientError('failed', error instanceof Error ? error.message : 'failed', { cause: error });
      this.#context.emit({ kind: 'answer', callId, outcome: { ok: false, error: failure } });
    }
  }

  *#run(callId: number, call: Call): Flow<unknown> {
    if (!WITHOUT_SESSION.includes(call.name)) this.#session.require();
    switch (call.name) {
      case 'register':
        return { clientId: yield* this.#session.register(call.args.token) };
      case 'signIn':
        return yield* this.#signIn();
      case 'rotateKeys':
        return yield* this.#rotateKeys(call.args);
      case 'shutdown':
        return { offline: yield* this.#session.shutdown() };
      case 'encode':
        return yield* encode(this.#context, this.#cloud, this.#publications, call.args, (progress) =>
          this.#context.emit({ kind: 'progress', callId, progress }),
        );
      case 'unpublish':
        return yield* withdraw(this.#context, this.#cloud, call.args.imageId);
      case 'activeUsers':
        return yield* activeUsers(this.#cloud);
      case 'requestImage':
        return yield* this.#viewer.requestImage(call.args);
      case 'requestMore':
        return yield* this.#viewer.requestMore(call.args);
      case 'approve':
        return yield* this.#owner.approve(call.args);
      case 'reject':
        return yield* this.#owner.reject(call.args);
      case 'share':
        return yield* this.#owner.share(call.args);
      case 'answerOffer':
        return yield* this.#viewer.answerOffer(call.args);
      case 'changeRights':
        return yield* this.#owner.changeRights(call.args);
      case 'view':
        return yield* this.#views.view(call.args);
      case 'trustKeys':
        return yield* this.#book.trust(call.args.clientId);
      case 'setBlocked':
        return yield* this.#book.setBlocked(call.args.clientId, call.args.blocked);
    }
  }

  *#signIn(): Flow<{ readonly clientId: number; readonly news: readonly News[] }> {
    this.#signInNews = [];
    const clientId = yield* this.#session.signIn();
    return { clientId, news: this.#signInNews };
  }

  *#rotateKeys(args: CallArgs<'rotateKeys'>): Flow<undefined> {
    const { signedIn } = this.#session;
    yield* this.#rotation.rotate(args);
    if (signedIn) yield* this.#session.signIn();
    return undefined;
  }

  *#signedIn(pending: PendingBody, restored: boolean): Flow<void> {
    this.#signInNews = yield* this.#rights.settle(pending);
    for (const news of this.#signInNews) this.#context.report(news);
    if (restored) yield* this.#publishAgain();
    yield* this.#viewer.remind();
    this.#outbox.start();
    this.#context.report({ kind: 'signedIn', clientId: this.#context.self().clientId });
  }

  /** The directory was restored from a backup: it may have forgotten what it had acknowledged. */
  *#publishAgain(): Flow<void> {
    yield* this.#publications.again();
    for (const sent of this.#context.model.all('sent'))
      yield* this.#context.commit(...grantChanges(this.#context, sent).changes);
  }

  *#reissue(sent: SentGrant, version: number): Flow<boolean> {
    const isAbove = yield* reissueAbove(this.#signing, sent, version);
    this.#outbox.kick(sent.viewerId);
    return isAbove;
  }

  /** Reads newer rights that the cloud knows of. */
  *#refresh(): Flow<void> {
    try {
      const pending = yield* this.#cloud.ask('grants', { limit: 100 });
      for (const news of yield* this.#rights.settle(pending)) this.#context.report(news);
    } catch (error) {
      if (!(error instanceof ClientError)) throw error; // it comes with the next sign-in
    }
  }
}

/** Calls that need no sign-in. */
const WITHOUT_SESSION: readonly CallName[] = ['register', 'signIn', 'shutdown', 'rotateKeys', 'view'];
