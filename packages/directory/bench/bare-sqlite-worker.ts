/** node:sqlite in a worker: a batch per message, the writes of a batch in one transaction. */

import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import type { BareCall } from './bare-sqlite.ts';

const database = new DatabaseSync(workerData as string, { timeout: 20 });
database.exec('pragma journal_mode = wal; pragma synchronous = full');
const now = "cast(unixepoch('subsec') * 1000 as integer)";
const client = database.prepare(
  `select id, sign_key, box_key, recovery_key, host, port, status, visibility, lease_until, ${now} as at from clients where box_key = ?`,
);
const resource = database.prepare(
  'insert into resources (client_id, image_id, digest) select id, ?, ? from clients where id = ?',
);
const claim = database.prepare(
  `insert into claims (client_key, request_id, body_digest, method, outcome, not_after) select ?, ?, ?, ?, ?, ? from (select ${now} as at) as clock where clock.at <= ?`,
);
const port = parentPort!;

port.on('message', (calls: readonly BareCall[]) => {
  const writes = calls.some((call) => 'imageId' in call);
  if (writes) database.exec('begin immediate');
  const answers = calls.map((call) => {
    if ('boxKey' in call) return { id: call.id, value: client.get(call.boxKey) };
    resource.run(call.imageId, call.digest, call.clientId);
    const { clientKey, requestId, bodyDigest, notAfter } = call.claim;
    const outcome = JSON.stringify({ value: { imageId: call.imageId } });
    claim.run(clientKey, requestId, bodyDigest, 'addResource', outcome, notAfter, notAfter);
    return { id: call.id, value: undefined };
  });
  if (writes) database.exec('commit');
  port.postMessage(answers);
});
