/**
 * Preloaded into a process (`--import`): tells the relay (`P2PIMG_RELAY` is `PORT NAME`) of each UDP port that the process binds, so that it stands
 * before that port on the relay's own loopback address, and knows whose it is. Without `node:ffi` the process binds all its ports by `node:dgram`,
 * where that is seen.
 */

import dgram from 'node:dgram';
import process from 'node:process';

const [relay, name] = (process.env.P2PIMG_RELAY ?? '').split(' ');
const courier = dgram.createSocket('udp4');
courier.unref();
const bind = dgram.Socket.prototype.bind;
const send = courier.send.bind(courier);

const { getBuiltinModule } = process;
process.getBuiltinModule = ((name: string) =>
  name === 'node:ffi' ? undefined : getBuiltinModule(name)) as typeof getBuiltinModule;

dgram.Socket.prototype.bind = function (this: dgram.Socket, ...args: unknown[]) {
  if (this !== courier)
    this.once('listening', () => send(`${this.address().port} ${name}`, Number(relay), '127.0.0.1'));
  return Reflect.apply(bind, this, args);
} as typeof bind;
