export interface BucketSettings {
  readonly ratePerMs: number;
  /** What a new one holds, and the most that one can hold. */
  readonly burst: number;
  /** Buckets kept; the oldest is forgotten first, and is full if it comes back. */
  readonly most: number;
}

interface Bucket {
  tokens: number;
  at: number;
}

/** A budget for each of many, refilled at a steady rate, in bounded memory. */
export class TokenBuckets {
  readonly #settings: BucketSettings;
  readonly #buckets = new Map<string, Bucket>();

  constructor(settings: BucketSettings) {
    this.#settings = settings;
  }

  get size(): number {
    return this.#buckets.size;
  }

  /** Takes one token; false if the budget is used up. */
  take(key: string, now: number): boolean {
    const { burst, most } = this.#settings;
    let bucket = this.#buckets.get(key);
    if (bucket === undefined) {
      const oldest = this.#buckets.keys().next().value;
      if (this.#buckets.size >= most && oldest !== undefined) this.#buckets.delete(oldest);
      bucket = { tokens: burst, at: now };
      this.#buckets.set(key, bucket);
    }
    bucket.tokens = Math.min(burst, this.#held(bucket, now));
    bucket.at = now;
    if (bucket.tokens < 1) return false;
    bucket.tokens--;
    return true;
  }

  /** Whether `take` would refuse. Takes no memory for a key that it does not know. */
  isEmpty(key: string, now: number): boolean {
    const bucket = this.#buckets.get(key);
    return bucket !== undefined && this.#held(bucket, now) < 1;
  }

  #held({ tokens, at }: Bucket, now: number): number {
    return tokens + (now - at) * this.#settings.ratePerMs;
  }
}
