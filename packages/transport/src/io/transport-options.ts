import { isIP } from 'node:net';
import { MAX_MESSAGE_VERSION, MESSAGE_VERSIONS } from '@p2pimg/wire';
import { dgramDriver } from './dgram-driver.ts';
import { InvalidTransportOptionError } from './errors.ts';
import type { TransportOptions } from './interface.ts';
import { offloadDriver } from './offload-driver.ts';
import type { UdpDriver } from './udp-driver.ts';

/** @throws InvalidTransportOptionError when offload is demanded where it is not to be had. */
export function chooseDriver(wanted: NonNullable<TransportOptions['driver']>): UdpDriver {
  if (wanted === 'dgram') return dgramDriver;
  const offload = offloadDriver();
  if (wanted === 'offload' && offload === undefined) {
    throw new InvalidTransportOptionError('driver', 'offload needs Linux and Node 26');
  }
  return offload ?? dgramDriver;
}

/** @throws InvalidTransportOptionError */
export function checkOptions({ keys, bind, versions = MESSAGE_VERSIONS }: TransportOptions): void {
  const { lowest, highest } = versions;
  const whole = Number.isInteger(lowest) && Number.isInteger(highest);
  if (!whole || lowest < 1 || lowest > highest || highest > MAX_MESSAGE_VERSION) {
    throw new InvalidTransportOptionError('versions', `must be a range within 1 … ${MAX_MESSAGE_VERSION}`);
  }
  if (keys.privateKey.length !== 32) throw new InvalidTransportOptionError('keys.privateKey', 'must have 32 bytes');
  if (isIP(bind.host) === 0) throw new InvalidTransportOptionError('bind.host', 'is no IP literal');
  if (!Number.isInteger(bind.port) || bind.port < 0 || bind.port > 65_535) {
    throw new InvalidTransportOptionError('bind.port', 'must be 0 … 65,535');
  }
}
