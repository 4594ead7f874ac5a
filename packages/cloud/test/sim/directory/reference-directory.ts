import type { DirectoryAnswer, DirectoryCall } from '@p2pimg/directory';
import { toHex } from '@p2pimg/wire';
import type { OperationResult } from '../../../src/index.ts';
import { Claims, Refused } from './claims.ts';
import { EffectLog } from './effect-log.ts';
import { acknowledge, covered, leaveNotice, pending, publishGrant, releaseView, stored } from './grants.ts';
import { listOnline, recordOf, register, renewLease, rotateKeys, shutdown, signIn } from './people.ts';
import { addResources, listImages, removeResource } from './pictures.ts';
import { Tables } from './tables.ts';

const GENERATION: Uint8Array = new Uint8Array(16).fill(7);

/**
 * The directory's contract (`packages/directory/src/interface.ts`) in memory and at once: what each method does when
 * nothing goes wrong. Whatever can go wrong is the network's and the process's business, not that of the rows.
 */
export class ReferenceDirectory {
  readonly tables: Tables = new Tables();
  readonly log: EffectLog = new EffectLog();
  readonly #claims = new Claims();

  /** @param now the directory's wall clock, ms since the epoch */
  execute(now: number, call: DirectoryCall): OperationResult {
    try {
      return { ok: true, value: this.#run(now, call) };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return { ok: false, failure: { kind: 'refused', code: error.code, message: error.message } };
    }
  }

  #run(now: number, { method, call }: DirectoryCall): unknown {
    const { tables, log } = this;
    switch (method) {
      case 'register':
        return this.#claims.once(now, method, call.claim, () => register(tables, log, call));
      case 'rotateKeys':
        return this.#claims.once(now, method, call.claim, () => rotateKeys(tables, log, call));
      case 'signIn':
        return this.#claims.once(now, method, call.claim, () => signIn(tables, log, now, call));
      case 'shutdown':
        return this.#claims.once(now, method, call.claim, () => shutdown(tables, log, call));
      case 'addResources':
        return this.#claims.once(now, method, call.claim, () => addResources(tables, log, call));
      case 'removeResource':
        return this.#claims.once(now, method, call.claim, () => removeResource(tables, log, call));
      case 'publishGrant':
        return this.#claims.once(now, method, call.claim, () => publishGrant(tables, log, call));
      case 'leaveNotice':
        return this.#claims.once(now, method, call.claim, () => leaveNotice(tables, log, call));
      case 'acknowledge':
        return this.#claims.once(now, method, call.claim, () => acknowledge(tables, log, call));
      case 'releaseView':
        return covered(
          tables,
          call,
          this.#claims.once(now, method, call.claim, () => releaseView(tables, log, call)),
        );
      case 'refuse':
        return this.#claims.once(now, call.method, call.claim, () => {
          throw new Refused(call.refusal.code);
        });
      case 'renewLease':
        return renewLease(tables, now, call);
      case 'takeToken':
        return this.#takeToken(now, call);
      case 'readToken':
        return { row: tables.token, now };
      case 'clientByKey':
        return recordOf(tables.clientsByKey.get(toHex(call.boxKey)), now, call.askerId);
      case 'clientById':
        return recordOf(tables.clients.get(call.clientId), now, call.askerId);
      case 'listOnline':
        return listOnline(tables, now, call);
      case 'listImages':
        return listImages(tables, call);
      case 'resource': {
        const row = tables.images.get(call.imageId);
        return row === undefined || row.removed ? undefined : row;
      }
      case 'pending':
        return pending(tables, call);
      case 'grant': {
        const row = tables.grants.get(toHex(call.grantId));
        return row === undefined ? undefined : stored(row);
      }
      case 'info':
        return { schemaVersion: 1, generation: GENERATION, now };
    }
  }

  #takeToken(now: number, call: Extract<DirectoryCall, { method: 'takeToken' }>['call']): DirectoryAnswer<'takeToken'> {
    const { holder, turn, holdMs } = call;
    const row = this.tables.token ?? { turn: 0, holder: '', until: 0 };
    if (row.turn === turn && row.until <= now) this.tables.token = { turn: turn + 1, holder, until: now + holdMs };
    const current = this.tables.token ?? row;
    // As the real one: read off the row, so that a repeat after a lost answer finds its own work.
    const taken = current.turn === turn + 1 && current.holder === holder && current.until > now;
    return { taken, row: current, now };
  }
}
