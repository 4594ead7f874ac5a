import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { generateClientKeys, nodeSuite, writeClientKeys } from '@p2pimg/identity';
import test, { type ExecutionContext } from 'ava';
import { localCloud, Person, type Said } from './support/cloud.ts';

/** A process whose clock is an hour off. */
const clockOff = (ms: number) => ({
  NODE_OPTIONS: `--import=${encodeURI(`data:text/javascript,const now=Date.now;Date.now=()=>now()+(${ms})`)}`,
});

function finds(t: ExecutionContext, said: Said, check: string, detail: RegExp): void {
  const findings = said.json.findings as { check: string; ok: boolean; detail: string }[];
  const found = findings.find((finding) => finding.check === check);
  t.is(found?.ok, false, said.stdout);
  t.regex(found?.detail ?? '', detail);
  t.is(said.code, 1);
}

test('C3 M1: doctor names a taken port, a wrong clock, other keys, a server that is down and one that hangs', async (t) => {
  t.timeout(300_000);
  const cloud = await localCloud(t);
  const person = new Person(cloud, 'patient');
  t.is((await person.say('doctor')).code, 1, 'not registered');
  await person.say('register');
  const healthy = await person.say('doctor');
  t.like(healthy, { code: 0, json: { healthy: true } }, healthy.stdout);

  const taken = createSocket('udp4').bind(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address();
  finds(t, await person.say('--bind-port', String(port), 'doctor'), 'port', /another program has it/);
  taken.close();

  for (const ms of [3_600_000, -3_600_000]) {
    finds(t, await person.sayWith({ env: clockOff(ms) }, 'doctor'), 'clock', /differ by minutes/);
  }

  cloud.servers.get('s1')!.signal('SIGKILL');
  await cloud.servers.get('s1')!.exited;
  cloud.servers.get('s2')!.signal('SIGSTOP');
  const hurt = await person.say('doctor');
  finds(t, hurt, 'server s1', /is down: its machine says that nothing listens there/);
  finds(t, hurt, 'server s2', /does not answer: UDP is blocked on the way, it hangs, or it has another key/);
  cloud.servers.get('s2')!.signal('SIGCONT');

  const keyFile = join(person.profile, 'keys.json');
  await rm(keyFile);
  await writeClientKeys(keyFile, generateClientKeys(nodeSuite).keys);
  finds(t, await person.say('doctor'), 'key match', /does not know these keys as client 1's/);
});
