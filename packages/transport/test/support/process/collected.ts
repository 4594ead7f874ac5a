/**
 * What C points to stays where it is, whoever else forgets it: the loop is the only one that holds this socket. And when the socket is closed, it
 * goes.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { offloadDriver } from '../../../src/io/offload-driver.ts';
import type { Ffi } from '../../../src/node/ffi.ts';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;
const ROUNDS = 20;

/** Whatever C was told the address of. */
const pointedTo: WeakRef<Uint8Array>[] = [];
const { getBuiltinModule } = process;
process.getBuiltinModule = ((name: string): Ffi => {
  const ffi = getBuiltinModule(name) as unknown as Ffi;
  return {
    ...ffi,
    getRawPointer(bytes) {
      pointedTo.push(new WeakRef(bytes));
      return ffi.getRawPointer(bytes);
    },
  };
}) as typeof getBuiltinModule;

const heard: number[] = [];
const sender = createSocket('udp4');
sender.bind(0, '127.0.0.1');
await once(sender, 'listening');

const open = () =>
  offloadDriver()!.open('127.0.0.1', 0, {
    onReadable: (read) => void setImmediate(read),
    onBatch: (batch) => void heard.push(batch[0]!),
  });
const forgotten = async (): Promise<number> => (await open()).port;
const closed = async (): Promise<void> => (await open()).close();
const gone = (): number => pointedTo.filter((bytes) => bytes.deref() === undefined).length;

const port = await forgotten();
for (let round = 0; round < ROUNDS; round++) {
  gc();
  sender.send(Buffer.of(round), port, '127.0.0.1');
  while (heard.length <= round) await turnOfLoop();
}
console.log(heard.join(' '));
console.log(`${gone()} of ${pointedTo.length} gone`);
await closed();
while (gone() === 0) {
  await turnOfLoop();
  gc();
}
console.log(`${gone()} of ${pointedTo.length} gone`);
process.exit(0);
