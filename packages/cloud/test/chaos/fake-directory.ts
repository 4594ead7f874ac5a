import type { Claim, ClientRecord, DirectoryCall } from '@p2pimg/directory';
import { equalBytes, toHex } from '@p2pimg/wire';
import type { OperationFailure, OperationResult } from '../../src/index.ts';

const GENERATION: Uint8Array = new Uint8Array(16);

interface Claimed {
  readonly digest: Uint8Array;
  readonly result: OperationResult;
}

/** A directory in memory with the claims of the real one. Counts what each claim has done. */
export class FakeDirectory {
  /** Image id → digest. */
  readonly resources: Map<string, string> = new Map();
  /** Effects by claim: never more than one each. */
  readonly effects: Map<string, number> = new Map();
  readonly #claims = new Map<string, Claimed>();
  readonly #clients: ClientRecord[] = [];
  readonly #counters = new Map<number, number>();
  #tokenRow: { turn: number; holder: string; until: number } | undefined;

  /** The directory's clock: virtual ms. */
  call({ method, call }: DirectoryCall, now: number): OperationResult {
    switch (method) {
      case 'register':
        return this.#once(call.claim, () => this.#register(call.signKey, call.boxKey));
      case 'clientByKey':
        return ok(this.#clients.find(({ boxKey }) => equalBytes(boxKey, call.boxKey)));
      case 'clientById':
        return ok(this.#clients.find(({ clientId }) => clientId === call.clientId));
      case 'signIn':
        return this.#once(call.claim, () => {
          if (call.counter <= (this.#counters.get(call.clientId) ?? 0)) return refused('stale_counter');
          this.#counters.set(call.clientId, call.counter);
          return ok({ leaseUntil: now + call.leaseMs });
        });
      case 'renewLease':
        return ok({ renewed: this.#counters.get(call.clientId) === call.counter, leaseUntil: now + call.leaseMs });
      case 'addResource':
        return this.#once(call.claim, () => {
          const digest = toHex(call.digest);
          const known = this.resources.get(call.imageId);
          if (known !== undefined && known !== digest) return refused('image_digest');
          this.resources.set(call.imageId, digest);
          return ok({ imageId: call.imageId });
        });
      case 'listImages':
        return ok({ items: [...this.resources.keys()].sort().slice(0, call.limit), more: false });
      case 'pending':
        return ok({ grants: [], notices: [], more: false });
      case 'info':
        return ok({ schemaVersion: 1, generation: GENERATION, now });
      case 'readToken':
        return ok({ row: this.#tokenRow, now });
      case 'takeToken': {
        const current = this.#tokenRow ?? { turn: 0, holder: '', until: 0 };
        const taken = current.turn === call.turn && current.until <= now;
        if (taken) this.#tokenRow = { turn: call.turn + 1, holder: call.holder, until: now + call.holdMs };
        return ok({ taken, row: this.#tokenRow ?? current, now });
      }
      default:
        throw new Error(`the simulation asks for nothing like ${method}`);
    }
  }

  #register(signKey: Uint8Array, boxKey: Uint8Array): OperationResult {
    const known = this.#clients.find((client) => equalBytes(client.boxKey, boxKey));
    if (known !== undefined) return ok({ clientId: known.clientId });
    const clientId = this.#clients.length + 1;
    const rest = { recoveryKey: undefined, address: undefined, online: false, visibility: 'everyone' } as const;
    this.#clients.push({ clientId, signKey, boxKey, ...rest });
    return ok({ clientId });
  }

  #once(claim: Claim, effect: () => OperationResult): OperationResult {
    const key = `${toHex(claim.clientKey)} ${toHex(claim.requestId)}`;
    const known = this.#claims.get(key);
    if (known !== undefined) {
      if (!equalBytes(known.digest, claim.bodyDigest)) return refused('claim_reused');
      return known.result.ok ? ok({ ...(known.result.value as object), replayed: true }) : known.result;
    }
    const result = effect();
    const stored: OperationResult = result.ok ? ok({ value: result.value, replayed: false }) : result;
    this.#claims.set(key, { digest: claim.bodyDigest, result: stored });
    this.effects.set(key, (this.effects.get(key) ?? 0) + 1);
    return stored;
  }
}

function ok(value: unknown): OperationResult {
  return { ok: true, value };
}

function refused(code: string): OperationResult {
  return { ok: false, failure: { kind: 'refused', code, message: code } };
}

/** What a caller hears when nobody knows whether the call was made. */
export const UNAVAILABLE: OperationFailure = {
  kind: 'unavailable',
  code: 'directory_unavailable',
  message: 'the directory does not answer',
  retryAfterMs: 200,
};
