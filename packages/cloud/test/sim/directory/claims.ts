import type { Claim, DirectoryMethod } from '@p2pimg/directory';
import { equalBytes, MAX_REQUEST_LIFETIME_MS, toHex } from '@p2pimg/wire';

/** A final refusal, as data: what the real directory throws, and what a server makes of it. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly code: string;
  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

interface Stored {
  readonly method: DirectoryMethod;
  readonly bodyDigest: Uint8Array;
  readonly outcome: { readonly value: unknown } | { readonly refusal: Refused };
}

/** The claims of the real directory (`packages/directory/src/calls/claim.ts`): the first execution decides, refusals too. */
export class Claims {
  readonly #stored = new Map<string, Stored>();

  /** @throws Refused, the stored one as well */
  once(now: number, method: DirectoryMethod, claim: Claim, effect: () => unknown): unknown {
    const { bodyDigest, notAfter } = claim;
    const key = keyOf(claim);
    const known = this.#known(method, claim);
    if (known !== undefined) {
      if ('refusal' in known.outcome) throw known.outcome.refusal;
      return { value: known.outcome.value, replayed: true };
    }
    if (now > notAfter) throw new Refused('claim_expired');
    if (now < notAfter - MAX_REQUEST_LIFETIME_MS) throw new Refused('claim_too_far_ahead');
    try {
      const value = effect();
      this.#stored.set(key, { method, bodyDigest, outcome: { value } });
      return { value, replayed: false };
    } catch (error) {
      if (error instanceof Refused) this.#stored.set(key, { method, bodyDigest, outcome: { refusal: error } });
      throw error;
    }
  }

  /** @throws Refused when another request has the id */
  #known(method: DirectoryMethod, claim: Claim): Stored | undefined {
    const known = this.#stored.get(keyOf(claim));
    if (known === undefined) return undefined;
    if (known.method !== method || !equalBytes(known.bodyDigest, claim.bodyDigest)) throw new Refused('claim_reused');
    return known;
  }
}

function keyOf({ clientKey, requestId }: Claim): string {
  return `${toHex(clientKey)} ${toHex(requestId)}`;
}
