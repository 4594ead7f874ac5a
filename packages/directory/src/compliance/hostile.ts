import assert from 'node:assert/strict';
import type { Directory } from '../interface.ts';
import type { ComplianceCase } from './case.ts';
import { bytes, newClaim, newRelease } from './world.ts';

const address = { host: '127.0.0.1', port: 1 };
const grant = {
  ownerId: 1,
  viewerId: 2,
  imageId: 'client1-a',
  grantId: bytes(16),
  version: 1,
  allowed: 1,
  grant: bytes(464),
};
const signIn = { claim: newClaim(), clientId: 1, counter: 1, address, visibility: 'everyone', leaseMs: 1 } as const;

/** Calls that break exactly one rule, and the argument that the error names. */
const broken: readonly (readonly [path: string, call: (directory: Directory) => Promise<unknown>])[] = [
  ...[
    'client1-a,b',
    'client1-\u0000',
    'client1-\u202Eabc',
    'client1-../x',
    `client1-${'x'.repeat(10_000)}`,
    'client0-a',
  ]
    .concat(['client1-', 'register', 'client1-a ', 'client1-e\u0301', "client1-a'; drop table clients; --", ''])
    .flatMap((imageId) => [
      ['imageId', (d: Directory) => d.resource({ imageId })] as const,
      [
        'images[0].imageId',
        (d: Directory) => d.addResources({ claim: newClaim(), clientId: 1, images: [{ imageId, digest: bytes(32) }] }),
      ] as const,
      ['afterImageId', (d: Directory) => d.listImages({ ownerId: 1, afterImageId: imageId, limit: 1 })] as const,
    ]),
  ...[0, -1, 1.5, Number.NaN, 2 ** 53, '1', null, undefined, {}].flatMap((value) => [
    ['clientId', (d: Directory) => d.clientById({ clientId: value as number })] as const,
    ['limit', (d: Directory) => d.pending({ clientId: 1, limit: value as number })] as const,
    ['counter', (d: Directory) => d.signIn({ ...signIn, counter: value as number })] as const,
    ['views', (d: Directory) => d.releaseView(newRelease(grant, { views: value as number }))] as const,
  ]),
  ...[bytes(0), bytes(31), bytes(33), 'x'.repeat(32), undefined].flatMap((value) => [
    ['boxKey', (d: Directory) => d.clientByKey({ boxKey: value as Uint8Array })] as const,
    [
      'claim.clientKey',
      (d: Directory) => d.signIn({ ...signIn, claim: newClaim({ clientKey: value as never }) }),
    ] as const,
    ['nonce', (d: Directory) => d.releaseView(newRelease(grant, { nonce: value as Uint8Array }))] as const,
  ]),
  ...['localhost', '1.2.3', '::1%eth0', `fe80::1%${'x'.repeat(10_000)}`, '', 7].map(
    (host) =>
      ['address.host', (d: Directory) => d.signIn({ ...signIn, address: { host: host as string, port: 1 } })] as const,
  ),
  ['askerId', (d) => d.clientById({ clientId: 1, askerId: 0 })],
  ['askerId', (d) => d.listImages({ askerId: -1, ownerId: 1, limit: 1 })],
  ['limit', (d) => d.listOnline({ askerId: 1, limit: 201, imagesPerClient: 1 })],
  ['imagesPerClient', (d) => d.listOnline({ askerId: 1, limit: 1, imagesPerClient: 0 })],
  ['visibility', (d) => d.signIn({ ...signIn, visibility: 'all' as never })],
  ['address.port', (d) => d.signIn({ ...signIn, address: { ...address, port: 65_536 } })],
  ['leaseMs', (d) => d.renewLease({ clientId: 1, counter: 1, leaseMs: 3_600_001 })],
  ['allowed', (d) => d.publishGrant({ claim: newClaim(), ...grant, allowed: 2 ** 32 })],
  ['version', (d) => d.publishGrant({ claim: newClaim(), ...grant, version: 0 })],
  ['grant', (d) => d.publishGrant({ claim: newClaim(), ...grant, grant: bytes(1025) })],
  ['grant', (d) => d.publishGrant({ claim: newClaim(), ...grant, grant: bytes(0) })],
  ['holder', (d) => d.takeToken({ holder: 'a b', turn: 0, holdMs: 1 })],
  ['holder', (d) => d.takeToken({ holder: 'x'.repeat(65), turn: 0, holdMs: 1 })],
  [
    'notices',
    (d) => d.acknowledge({ claim: newClaim(), clientId: 1, grants: [], notices: Array(201).fill(bytes(16)) }),
  ],
  [
    'grants[1].version',
    (d) =>
      d.acknowledge({
        claim: newClaim(),
        clientId: 1,
        grants: [
          { grantId: bytes(16), version: 1 },
          { grantId: bytes(16), version: -1 },
        ],
        notices: [],
      }),
  ],
  ['claim', (d) => d.shutdown({ clientId: 1, counter: 1 } as never)],
  ['', (d) => d.info(undefined as never)],
];

export const hostileCases: readonly ComplianceCase[] = [
  {
    title: 'N3 N4 N7 arguments that break a limit end in an InvalidError that names them and quotes nothing',
    run: async ({ directories: [directory] }) => {
      for (const [path, call] of broken) {
        await assert.rejects(call(directory), (error: Error) => {
          assert.deepEqual([error.name, (error as { reason?: unknown }).reason], ['InvalidError', path]);
          assert.ok(error.message.length < 200 && /^[ -~]*$/.test(error.message), error.message);
          return true;
        });
      }
    },
  },
  {
    title: 'N7 every argument is a value, never SQL',
    run: async ({ directories: [directory] }) => {
      const quotes = new TextEncoder().encode(`'"\`\\;--/*\u0000`.padEnd(32, "'"));
      const { value } = await directory
        .register({
          claim: newClaim({ clientKey: quotes }),
          signKey: bytes(32),
          boxKey: new Uint8Array(32).map((_, index) => (quotes[index] ?? 0) ^ (index === 31 ? bytes(1)[0]! : 0)),
        })
        .catch(() => ({ value: undefined })); // taken by an earlier run on the same database
      if (value !== undefined) assert.equal((await directory.clientById(value))?.clientId, value.clientId);
      assert.ok((await directory.info({})).schemaVersion > 0);
    },
  },
];
