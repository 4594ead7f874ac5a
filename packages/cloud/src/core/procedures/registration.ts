import {
  decodeRotation,
  IdentityError,
  type Rotation,
  type RotationSubject,
  verifyRegistration,
  verifyRotation,
} from '@p2pimg/identity';
import { equalBytes, fromBase64Url, fromHex, utf8Encode } from '@p2pimg/wire';
import { NotNow, Refusal } from '../errors.ts';
import type { RateLimit } from '../rate-limit.ts';
import { networkOf } from './address.ts';
import { mutate } from './claim.ts';
import { ask, type Context, type Procedures } from './procedure.ts';

/** Registration under the cloud's policy, at a bounded rate for each address. */
export function registerWith(rate: RateLimit): Procedures['register'] {
  return function* register(context, request) {
    const { signKey, boxKey, recoveryKey, proof, token } = request.body;
    requirePolicy(context, token);
    if (!equalBytes(fromHex(boxKey), context.clientKey)) {
      throw new Refusal('key_mismatch', 'the session has another key than the one to register');
    }
    const wait = rate.take(networkOf(context.address.host), context.wallMs);
    if (wait > 0) throw new NotNow('rate_limited', 'too many registrations from this address', wait);
    const keys = {
      signKey: fromHex(signKey),
      boxKey: fromHex(boxKey),
      ...(recoveryKey === undefined ? {} : { recoveryKey: fromHex(recoveryKey) }),
    };
    const registration = { cloudId: context.config.cloudId, requestId: request.id, ...keys };
    if (!verifyRegistration(context.suite, registration, fromHex(proof))) {
      throw new Refusal('bad_proof', 'the proof is not signed by the key to register');
    }
    return yield* mutate(context, request, 'register', keys);
  };
}

function requirePolicy({ config, suite }: Context, token: string | undefined): void {
  const { policy, tokenDigests } = config.registration;
  if (policy === 'closed') throw new Refusal('registration_closed', 'this cloud takes no new clients');
  if (policy === 'open') return;
  const digest = token === undefined ? undefined : suite.sha256(utf8Encode(token));
  // Digests of equal length are compared without an early exit, all of them.
  const known = tokenDigests.filter((accepted) => digest !== undefined && equalBytes(accepted, digest));
  if (known.length === 0) throw new Refusal('registration_token', 'this cloud registers clients with a token');
}

/**
 * Replaces a client's keys. The session has the old key, or, after its loss, the new one: then the recovery key signed.
 * A repeat after the replacement is recognised by the new keys and answered from the claim.
 */
export const rotateKeys: Procedures['rotate_keys'] = function* (context, request) {
  const statement = fromBase64Url(request.body.statement);
  const { clientId, from, to } = read(() => decodeRotation(statement));
  const asked = { signKey: fromHex(request.body.signKey), boxKey: fromHex(request.body.boxKey) };
  if (!equalBytes(asked.signKey, to.signKey) || !equalBytes(asked.boxKey, to.boxKey)) {
    throw new Refusal('bad_rotation', 'the statement names other new keys than the request');
  }
  if (![from.boxKey, to.boxKey].some((key) => equalBytes(key, context.clientKey))) {
    throw new Refusal('key_mismatch', 'the session has neither the old nor the new key');
  }
  const client = yield* ask('clientById', { clientId });
  if (client === undefined) throw new Refusal('not_registered', 'there is no such client');
  const replaced = equalBytes(client.boxKey, to.boxKey) && equalBytes(client.signKey, to.signKey);
  const subject: RotationSubject = {
    cloudId: context.config.cloudId,
    clientId,
    current: replaced ? from : client,
    recoveryKey: client.recoveryKey,
  };
  read(() => verifyRotation(context.suite, statement, subject));
  return yield* mutate(context, request, 'rotateKeys', { clientId, currentSignKey: from.signKey, ...asked });
};

/** @throws Refusal bad_rotation */
function read(step: () => Rotation): Rotation {
  try {
    return step();
  } catch (error) {
    if (error instanceof IdentityError) throw new Refusal('bad_rotation', error.message);
    throw error;
  }
}
