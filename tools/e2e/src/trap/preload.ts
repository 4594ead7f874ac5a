/**
 * Preloaded into a process (`--import`), never part of a program: once it is armed it sends the process SIGKILL right before its n-th outward
 * effect. Effects are datagrams handed to a socket (those of one turn of the event loop are one), each write, sync, cut, rename and removal of a
 * file, each call handed to a worker thread, and each word on standard output.
 *
 * Armed by SIGUSR2: n is in the file that `P2PIMG_TRAP` names, 0 disarms. Datagrams from a port in `P2PIMG_TRAP_IGNORES` are not counted.
 */

import dgram from 'node:dgram';
import fs from 'node:fs';
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import process from 'node:process';
import threads from 'node:worker_threads';
import '../plain-sockets.ts';

const CREATES = /^[aw]/;
let left = 0;
let count = 0;
let inTurn = false;

function effect(): void {
  count += 1;
  if (left > 0 && --left === 0) process.kill(process.pid, 'SIGKILL');
}

/** Calls `before` in front of a method. */
function trap(owner: object, method: string, before: (self: unknown, args: readonly unknown[]) => void): void {
  const original = Reflect.get(owner, method) as (...args: unknown[]) => unknown;
  Reflect.set(owner, method, function (this: unknown, ...args: unknown[]) {
    before(this, args);
    return Reflect.apply(original, this, args);
  });
}

if (threads.isMainThread) {
  const control = process.env.P2PIMG_TRAP ?? '';
  const ignored = new Set((process.env.P2PIMG_TRAP_IGNORES ?? '').split(',').map(Number));
  process.on('SIGUSR2', () => {
    left = Number(fs.readFileSync(control, 'utf8'));
    fs.writeSync(2, `trap set to ${left} after ${count} effects\n`);
    count = 0;
  });

  trap(dgram.Socket.prototype, 'send', (socket) => {
    if (inTurn || ignored.has((socket as dgram.Socket).address().port)) return;
    inTurn = true;
    setImmediate(() => {
      inTurn = false;
    });
    effect();
  });
  const handle = await promises.open(process.execPath, 'r');
  for (const method of ['write', 'writeFile', 'sync', 'datasync', 'truncate'])
    trap(Object.getPrototypeOf(handle), method, effect);
  await handle.close();
  trap(fs, 'write', effect);
  for (const method of ['rename', 'link', 'rm', 'writeFile']) trap(promises, method, effect);
  trap(promises, 'open', (_, [, flags]) => {
    if (typeof flags === 'string' && CREATES.test(flags)) effect();
  });
  trap(threads.Worker.prototype, 'postMessage', effect);
  trap(process.stdout, 'write', effect);
  syncBuiltinESMExports();
}
