/** What the crash tests do with a ledger: everything that writes, compaction included. */

import { LedgerFile, type SignedGrant } from '../../src/index.ts';
import { ISSUED_AT, makeWorld } from '../fixtures.ts';

export const TELLING_TIME: number = ISSUED_AT + 1000;

export interface Acknowledged {
  readonly used: number;
  readonly version: number;
  readonly sequence: number;
}

const world = makeWorld('crash story');
export const first: SignedGrant = (await world.issue({ allowed: 5 })).grant;
export const second: SignedGrant = (await world.issue({ allowed: 9, version: 2 })).grant;

/** Opens the ledger, spends four views around a newer grant and a compaction, and says so after each change. */
export async function tellStory(path: string, now: number, acknowledge: (state: Acknowledged) => void): Promise<void> {
  const { suite } = world;
  const file = await LedgerFile.open(path, { now });
  const { grantId } = first;
  const tell = (): void => {
    const { used, version } = file.ledger.account(grantId)!;
    acknowledge({ used, version, sequence: file.ledger.sequence });
  };
  const view = async (): Promise<void> => {
    const { used, version } = file.ledger.account(grantId)!;
    const nonce = suite.randomBytes(32);
    await file.commit((ledger) => ledger.viewReleased({ grantId, version, used: used + 1, nonce }, now));
    tell();
  };
  await file.commit((ledger) => ledger.accept(first, 0, now));
  tell();
  await view();
  await view();
  await file.commit((ledger) => ledger.accept(second, 0, now));
  tell();
  await view();
  await file.compact();
  tell();
  await view();
  await file.close();
}
