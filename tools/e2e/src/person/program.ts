/** A person's client in a process of its own, so that it can be killed: `program.ts OPTIONS`, which are JSON. */

import { createInterface } from 'node:readline';
import { ClientError } from '@p2pimg/client';
import { openPerson, type PersonOptions } from './person.ts';
import type { Order, Told } from './protocol.ts';

const { client } = await openPerson(JSON.parse(process.argv[2] ?? '') as PersonOptions);
client.onNews((news) => tell({ kind: 'news', news }));
createInterface(process.stdin).on('line', (line) => void obey(JSON.parse(line) as Order));
tell({ kind: 'open' });

async function obey({ number, call, args }: Order): Promise<void> {
  try {
    const value: unknown = await Reflect.apply(client[call], client, args);
    tell({ kind: 'answer', number, value: withoutBytes(value) });
  } catch (error) {
    const code = error instanceof ClientError ? error.code : 'unknown';
    tell({ kind: 'failure', number, code, message: error instanceof Error ? error.message : String(error) });
  }
}

/** A picture that is shown stays here. */
function withoutBytes(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('bytes' in value)) return value;
  const { bytes, ...rest } = value;
  return bytes instanceof Uint8Array ? rest : value;
}

function tell(told: Told): void {
  process.stdout.write(`${JSON.stringify(told)}\n`);
}
