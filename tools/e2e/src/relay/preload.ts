/**
 * Preloaded into a process (`--import`): tells the relay (`P2PIMG_RELAY` is `PORT NAME`) of each UDP port that the process binds, so that it stands
 * before that port on the relay's own loopback address, and knows whose it is.
 */

import dgram from 'node:dgram';
import process from 'node:process';
import '../plain-sockets.ts';

const [relay, name] = (process.env.P2PIMG_RELAY ?? '').split(' ');
const courier = dgram.createSocket('udp4');
courier.unref();
const bind = dgram.Socket.prototype.bind;
const send = courier.send.bind(courier);

dgram.Socket.prototype.bind = function (this: dgram.Socket, ...args: unknown[]) {
  if (this !== courier)
    this.once('listening', () => send(`${this.address().port} ${name}`, Number(relay), '127.0.0.1'));
  return Reflect.apply(bind, this, args);
} as typeof bind;
