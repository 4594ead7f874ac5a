import test from 'ava';
import { DEFAULTS, readOptions, shares, UsageError } from '../../src/cloud/options.ts';

test('P1 without options the bench runs as the original did: 3 servers, 3 clients, 10 KB, 50 in flight', (t) => {
  t.like(readOptions([]), { ...DEFAULTS, json: false, help: false });
  t.deepEqual(shares(50, 3), [17, 17, 16]);
});

test('P2 every option is read', (t) => {
  const words = '--n 10000 --policy round-robin --kill --slow --directory mysql --json --profile there --warm-up 0';
  t.like(readOptions(words.split(' ')), {
    n: 10_000,
    policy: 'round-robin',
    kill: true,
    slowMs: 50,
    directory: 'mysql',
    json: true,
    profile: 'there',
    warmUp: 0,
  });
});

test('N10 an option that cannot be run is refused by name', (t) => {
  const refused = (words: string, message: RegExp): void => {
    t.throws(() => readOptions(words.split(' ')), { instanceOf: UsageError, message }, words);
  };
  refused('--n 0', /--n must be a whole number from 1/);
  refused('--n 1e9', /--n/);
  refused('--policy best', /--policy must be one of round-robin, least-load, least-outstanding/);
  refused('--directory oracle', /--directory/);
  refused('--clients 9 --in-flight 5', /--in-flight/);
  refused('--speed 9', /--speed/);
});
