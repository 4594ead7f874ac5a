/** A profile's keys on disk: those in use, and the next ones while a rotation is under way. */

import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type ClientKeys,
  generateClientKeys,
  generateServerKeys,
  type KeyPair,
  nodeSuite,
  readClientKeys,
  readRecoveryKey,
  rotateClientKeys,
  SecretMissingError,
  syncFolder,
  writeClientKeys,
  writeRecoveryKey,
} from '@p2pimg/identity';

const KEPT = 'keys.json';
const NEXT = 'keys.next.json';
/** Beside the keys until the registration is confirmed: told by a later process when this one is killed. */
const UNTOLD = 'recovery.json';

export class KeyRing {
  readonly #folder: string;
  readonly #passphrase: string | undefined;
  /** Undefined until the first keys are written. */
  #kept: ClientKeys | undefined;
  #next: ClientKeys | undefined;
  #current: ClientKeys;
  /** The private half of a recovery key that nobody has been told yet. */
  #recovery: KeyPair | undefined;

  private constructor(
    folder: string,
    passphrase: string | undefined,
    keys: {
      readonly kept: ClientKeys | undefined;
      readonly next: ClientKeys | undefined;
      readonly untold: KeyPair | undefined;
    },
  ) {
    this.#folder = folder;
    this.#passphrase = passphrase;
    this.#kept = keys.kept;
    this.#next = keys.next;
    const known = keys.next ?? keys.kept;
    const fresh = known === undefined ? generateClientKeys(nodeSuite) : undefined;
    this.#current = known ?? fresh!.keys;
    this.#recovery = fresh?.recovery ?? keys.untold;
  }

  /**
   * @param rotating whether the journal knows of a rotation that is not finished: keys that a crash has left without one are deleted
   * @throws errors of the key file, and of node:fs
   */
  static async open(folder: string, passphrase: string | undefined, rotating: boolean): Promise<KeyRing> {
    if (!rotating) await rm(join(folder, NEXT), { force: true });
    const kept = await ifThere(readClientKeys(join(folder, KEPT), { passphrase }));
    const next = rotating ? await ifThere(readClientKeys(join(folder, NEXT), { passphrase })) : undefined;
    const untold = kept && (await ifThere(readRecoveryKey(join(folder, UNTOLD), { passphrase })));
    return new KeyRing(folder, passphrase, { kept, next, untold });
  }

  get current(): ClientKeys {
    return this.#current;
  }

  /** Writes keys that were made for this process; returns the recovery key until {@link told}. */
  async keepFresh(): Promise<KeyPair | undefined> {
    if (this.#kept === undefined) {
      if (this.#recovery !== undefined)
        await writeRecoveryKey(join(this.#folder, UNTOLD), this.#recovery, {
          passphrase: this.#passphrase,
          replace: true,
        });
      await writeClientKeys(join(this.#folder, KEPT), this.#current, { passphrase: this.#passphrase });
      this.#kept = this.#current;
    }
    return this.#recovery;
  }

  /** The registration is confirmed: the recovery key is with its person, and nowhere else from now on. */
  async told(): Promise<void> {
    await rm(join(this.#folder, UNTOLD), { force: true });
    this.#recovery = undefined;
  }

  /** Makes the next keys and writes them. @param recoveryKey the public half, when it replaces keys that are not here */
  async stage(recoveryKey: Uint8Array | undefined): Promise<ClientKeys> {
    const next =
      this.#kept === undefined
        ? { ...generateServerKeys(nodeSuite), recoveryKey, retiredBoxes: [] }
        : { ...rotateClientKeys(nodeSuite, this.#kept), recoveryKey: recoveryKey ?? this.#kept.recoveryKey };
    await writeClientKeys(join(this.#folder, NEXT), next, { passphrase: this.#passphrase, replace: true });
    this.#next = next;
    return next;
  }

  /** From now on the next keys are in use; false when they are already. */
  useNext(): boolean {
    if (this.#next === undefined || this.#current === this.#next) return false;
    this.#current = this.#next;
    return true;
  }

  /** The next keys take the place of the kept ones, for good. Nothing to do when they have. */
  async promote(): Promise<void> {
    if (this.#next === undefined) return;
    await rename(join(this.#folder, NEXT), join(this.#folder, KEPT));
    await syncFolder(this.#folder);
    if (this.#kept === undefined) this.#recovery = undefined; // of keys that were never registered
    this.#kept = this.#next;
    this.#next = undefined;
  }

  /** The next keys are given up; false when they were not in use. */
  async drop(): Promise<boolean> {
    await rm(join(this.#folder, NEXT), { force: true });
    const used = this.#next !== undefined && this.#current === this.#next;
    this.#next = undefined;
    if (used) {
      const fresh = this.#kept === undefined ? generateClientKeys(nodeSuite) : undefined;
      this.#current = this.#kept ?? fresh!.keys;
      this.#recovery = fresh?.recovery ?? this.#recovery;
    }
    return used;
  }

  /** Writes the same keys into another folder. */
  async copyTo(folder: string, passphrase: string | undefined): Promise<void> {
    if (this.#kept !== undefined) await writeClientKeys(join(folder, KEPT), this.#kept, { passphrase });
    if (this.#next !== undefined) await writeClientKeys(join(folder, NEXT), this.#next, { passphrase });
  }
}

async function ifThere<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof SecretMissingError) return undefined;
    throw error;
  }
}
