/**
 * Where the event loop does not take a socket: `node unwatched.ts callback|init|before|after`. No callback for C can be made; libuv refuses the
 * descriptor; and then dgram fails too, before or after it has taken it over.
 */
import { createSocket, Socket } from 'node:dgram';
import { readdirSync } from 'node:fs';
import { offloadDriver } from '../../../src/io/offload-driver.ts';
import type { UdpSocket } from '../../../src/io/udp-driver.ts';
import type { Ffi, Library } from '../../../src/node/ffi.ts';

const [, , mode = ''] = process.argv;
let callbacks = 0;

function failing(real: Ffi): Ffi {
  return {
    ...real,
    dlopen(path, symbols) {
      const { lib, functions } = real.dlopen(path, symbols);
      const library: Library = {
        registerCallback(signature, callback) {
          if (mode === 'callback') throw new Error('no memory for code');
          callbacks++;
          return lib.registerCallback(signature, callback);
        },
        unregisterCallback(pointer) {
          callbacks--;
          lib.unregisterCallback(pointer);
        },
      };
      const refusal = mode === 'callback' ? {} : { uv_poll_init: () => -1 };
      return { lib: library, functions: { ...(functions as object), ...refusal } };
    },
  };
}

const { getBuiltinModule } = process;
process.getBuiltinModule = ((name: string) =>
  failing(getBuiltinModule(name) as unknown as Ffi)) as typeof getBuiltinModule;

const descriptors = (): number => readdirSync('/proc/self/fd').length;
const heard = Promise.withResolvers<void>();
const open = (port: number): Promise<UdpSocket> =>
  offloadDriver()!.open('127.0.0.1', port, {
    onReadable: (read) => void setImmediate(read),
    onBatch: () => heard.resolve(),
  });

const first = await open(0);
const sender = createSocket('udp4');
sender.send(Buffer.of(1), first.port, '127.0.0.1');
await heard.promise;
await new Promise<void>((resolve) => sender.close(resolve));
await first.close();
console.log(`heard, ${callbacks} callbacks left`);

if (mode === 'before' || mode === 'after') {
  const before = descriptors();
  const { bind } = Socket.prototype;
  Socket.prototype.bind = function (this: Socket, ...how: unknown[]): Socket {
    if (mode === 'after') Reflect.apply(bind, this, how.slice(0, 1));
    throw new Error('not bound');
  } as typeof bind;
  console.log(await open(first.port).catch((error: Error) => error.message));
  Socket.prototype.bind = bind;
  console.log(`${descriptors() - before} descriptors left`);
  await (await open(first.port)).close();
}
