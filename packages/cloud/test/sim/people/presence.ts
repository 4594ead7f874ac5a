import { proveRegistration, signRotation } from '@p2pimg/identity';
import { toBase64Url, toHex } from '@p2pimg/wire';
import { type Desk, type Draft, draft } from './draft.ts';
import { CLOUD_ID, newKeys, type Person } from './society.ts';

export function register({ person, suite, requestId }: Omit<Desk, 'clientId'>): Draft {
  const { signKey, boxKey, signPrivate } = person.keys;
  const proof = proveRegistration(suite, signPrivate, { cloudId: CLOUD_ID, requestId, signKey, boxKey });
  const key = toHex(boxKey);
  return draft(
    'register',
    { signKey: toHex(signKey), boxKey: key, proof: toHex(proof) },
    {
      effect: `register ${key}`,
      alone: true,
      succeeded: ({ clientId }) => {
        person.clientId = clientId;
        return undefined;
      },
    },
  );
}

/** The old key signs; the next requests come in a session with the new one. */
export function rotateKeys({ person, clientId, suite, random, wallNow }: Desk): Draft {
  const from = person.keys;
  const to = newKeys(random);
  const rotation = { signer: 'old', clientId, issuedAt: wallNow, cloudId: CLOUD_ID, from, to } as const;
  const statement = signRotation(suite, rotation, from.signPrivate, to.signPrivate);
  const signKey = toHex(to.signKey);
  const boxKey = toHex(to.boxKey);
  person.rotations += 1;
  person.nextKeys = to;
  return draft(
    'rotate_keys',
    { signKey, boxKey, statement: toBase64Url(statement) },
    {
      effect: `rotate_keys ${boxKey}`,
      alone: true,
      succeeded: () => {
        person.keys = to;
        person.nextKeys = undefined;
        person.rotations += 1;
        return undefined;
      },
    },
  );
}

export function signIn({ person, clientId }: Desk): Draft {
  person.counter += 1;
  const { counter, rotations } = person;
  const change = begin(person, 'signing in');
  return draft(
    'sign_in',
    { counter, host: `192.0.2.${clientId}`, port: 4_000 + counter, visibility: 'everyone' },
    {
      effect: `sign_in ${clientId} ${counter}`,
      refusals: () => (person.counter > counter ? ['stale_counter'] : []),
      succeeded: () => {
        if (person.presenceChanges === change) person.presence = 'online';
        return undefined;
      },
      // A sign-in tells what waits: to the keys of today only, also when it comes again.
      withdrawn: () => (person.rotations > rotations ? ['not_registered'] : []),
    },
  );
}

export function shutdown({ person, clientId }: Desk): Draft {
  const { counter } = person;
  const change = begin(person, 'signing out');
  return draft(
    'shutdown',
    { counter },
    {
      effect: `shutdown ${clientId} ${counter}`,
      succeeded: ({ offline }) => {
        if (person.presenceChanges !== change) return undefined;
        person.presence = 'offline';
        return offline ? undefined : 'a session that was current was not ended';
      },
    },
  );
}

export function renew({ person }: Desk): Draft {
  const { counter, presenceChanges } = person;
  const wasOnline = person.presence === 'online';
  return draft(
    'renew',
    { counter: Math.max(1, counter) },
    {
      succeeded: ({ renewed }) => {
        const must = wasOnline && person.presenceChanges === presenceChanges;
        return must && !renewed ? `the session ${counter}, which is current, was not renewed` : undefined;
      },
    },
  );
}

/** Whoever has been told that it is online is seen by everybody who asks afterwards, with what it has published. */
export function activeUsers({ person, society }: Desk): Draft {
  const seen = society.people
    .filter((other) => other !== person && other.presence === 'online')
    .map((other) => ({ other, at: other.presenceChanges, pictures: published(other) }));
  return draft(
    'active_users',
    { limit: 200 },
    {
      succeeded: ({ users }) => {
        for (const { other, at, pictures } of seen) {
          if (other.presenceChanges !== at) continue;
          const user = users.find(({ clientId }) => clientId === other.clientId);
          if (user === undefined) return `${other.name} is online and is not listed`;
          for (const picture of pictures) {
            const missing = picture.state === 'published' && !user.moreImages && !user.images.includes(picture.imageId);
            if (missing) return `${picture.imageId} is published and is not listed`;
          }
        }
        return undefined;
      },
    },
  );
}

export function lookup({ society, random }: Desk): Draft | undefined {
  const other = random.pick(society.people);
  if (other.clientId === undefined) return undefined;
  const { rotations, presenceChanges, presence, keys } = other;
  return draft(
    'lookup',
    { clientId: other.clientId },
    {
      succeeded: ({ online, boxKey }) => {
        if (other.rotations === rotations && rotations % 2 === 0 && boxKey !== toHex(keys.boxKey)) return 'a wrong key';
        const known = other.presenceChanges === presenceChanges && (presence === 'online' || presence === 'offline');
        return known && online !== (presence === 'online') ? `${other.name} is ${presence}, not so here` : undefined;
      },
    },
  );
}

function published(person: Person): Person['pictures'] {
  return person.pictures.filter(({ state }) => state === 'published');
}

function begin(person: Person, presence: Person['presence']): number {
  person.presence = presence;
  person.presenceChanges += 1;
  return person.presenceChanges;
}
