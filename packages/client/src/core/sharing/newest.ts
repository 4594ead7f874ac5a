import type { AckBodies } from '@p2pimg/wire';
import type { Cloud } from '../cloud/cloud.ts';
import type { Context } from '../context.ts';
import { CloudRefusedError, CloudUnreachableError, OperationError } from '../errors.ts';
import type { Flow } from '../flow/flows.ts';
import type { JobOutput } from '../jobs.ts';
import { pairKey, type SentGrant } from '../records.ts';
import { unpublished } from './grants.ts';
import { modeOf, WITNESSED } from './mode.ts';

type Granted = NonNullable<AckBodies['granted']['newest']>;

/**
 * The newest rights of each pair, before anything is signed over them. A profile that was put back from a backup does not know what its owner
 * has given and taken since, and would undo it; the cloud knows, and is asked about each pair once in a process, until it knows nothing newer.
 */
export class Newest {
  readonly #context: Context;
  readonly #cloud: Cloud;
  /** Pairs of which the cloud has nothing newer. */
  readonly #upToDate = new Set<string>();

  constructor(context: Context, cloud: Cloud) {
    this.#context = context;
    this.#cloud = cloud;
  }

  /** The rights that the next version changes, as far as they can be learned now; undefined when there are none. The caller holds the pair's lock. */
  *of(imageId: string, viewerId: number): Flow<SentGrant | undefined> {
    try {
      return yield* this.learned(imageId, viewerId);
    } catch (error) {
      if (!(error instanceof CloudUnreachableError || error instanceof CloudRefusedError)) throw error;
      return this.#remembered(imageId, viewerId); // what was not known meets what is decided when that is published
    }
  }

  /** The same, or nothing. @throws CloudUnreachableError, CloudRefusedError */
  *learned(imageId: string, viewerId: number): Flow<SentGrant | undefined> {
    const key = pairKey(imageId, viewerId);
    if (this.#upToDate.has(key) || !this.#canBeGranted(imageId, viewerId)) return this.#remembered(imageId, viewerId);
    const { newest } = yield* this.#cloud.ask('granted', { imageId, viewerId });
    const remembered = this.#remembered(imageId, viewerId);
    const facts = newest && newest.grant !== remembered?.grant && (yield* this.#read(imageId, viewerId, newest.grant));
    if (!facts || facts.version < (remembered?.version ?? 0)) {
      this.#upToDate.add(key);
      return remembered;
    }
    return this.#merged(imageId, viewerId, remembered, newest, facts);
  }

  /** The cloud has something newer after all: somebody else signs with this profile. */
  doubt(imageId: string, viewerId: number): void {
    this.#upToDate.delete(pairKey(imageId, viewerId));
  }

  /** Nothing else is worth a question; what people typed is checked where it is used. */
  #canBeGranted(imageId: string, viewerId: number): boolean {
    return this.#context.model.get('own', imageId) !== undefined && Number.isSafeInteger(viewerId) && viewerId > 0;
  }

  #remembered(imageId: string, viewerId: number): SentGrant | undefined {
    return this.#context.model.get('sent', pairKey(imageId, viewerId));
  }

  /** Undefined, and told, for what is no grant of this pair. */
  *#read(imageId: string, viewerId: number, grant: string): Flow<JobOutput<'readGranted'> | undefined> {
    const { clientId: ownerId } = this.#context.self();
    try {
      return yield* this.#context.job('readGranted', { grant, ownerId, viewerId, imageId });
    } catch (error) {
      if (!(error instanceof OperationError)) throw error;
      this.#context.trouble(`the cloud's rights of client ${viewerId} on ${imageId}`, error);
      return undefined;
    }
  }

  /**
   * What this client has signed with the keys of now counts as it is; what other keys have signed (those of before, or a server that lies) can
   * take views and never give any. Of two decisions that knew nothing of each other the one that leaves fewer views counts.
   */
  #merged(
    imageId: string,
    viewerId: number,
    remembered: SentGrant | undefined,
    { grant, used: counted }: Granted,
    facts: JobOutput<'readGranted'>,
  ): SentGrant {
    const { grantId, version, own, mode: kind, offlineViews, expiresAt, issuedAt } = facts;
    const mode = own || kind === remembered?.mode.kind ? modeOf(facts, issuedAt) : WITNESSED;
    // Nothing is decided here that the cloud has not heard of.
    const isOnlyDecision = own && unpublished(this.#context, imageId, viewerId) === undefined;
    const allowed = isOnlyDecision ? facts.allowed : Math.min(facts.allowed, remembered?.allowed ?? 0);
    // Of what the cloud has counted, so many may be held in advance and not shown.
    const used = Math.max(remembered?.used ?? 0, counted - offlineViews);
    const { viewerShare = '', changedAt = this.#context.now, viewedAt } = remembered ?? {};
    const rights = { version, allowed, mode, expiresAt: mode === WITNESSED ? 0 : expiresAt, used, grant, viewerShare };
    return { imageId, viewerId, grantId, ...rights, changedAt, viewedAt };
  }
}
