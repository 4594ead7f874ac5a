/**
 * Loses datagrams as they come in, in a program that knows nothing of it: loaded before it by `--import` (with P2PIMG_E2E_LOSS), or called.
 * What the kernel hands over in one piece (up to 64 datagrams of one sender) is lost in one piece: losses come in bursts, too.
 */

import { Socket } from 'node:dgram';
import process from 'node:process';
import { Random } from '@p2pimg/netsim';

const VARIABLE = 'P2PIMG_E2E_LOSS';

export interface Loss {
  /** Pieces lost until now. */
  readonly lost: () => number;
  /** From now on nothing is lost any more. */
  readonly end: () => void;
}

/** From now on all sockets of this process lose this share (0 … 1) of what they are handed. */
export function loseDatagrams(share: number, seed: number): Loss {
  const random = new Random(seed);
  let lost = 0;
  const { emit } = Socket.prototype;
  Socket.prototype.emit = function (this: Socket, event: string | symbol, ...args: unknown[]): boolean {
    if (event !== 'message' || !random.chance(share)) return emit.call(this, event, ...args);
    lost += 1;
    return true;
  };
  return {
    lost: () => lost,
    end: () => {
      Socket.prototype.emit = emit;
    },
  };
}

/** The environment of a program that shall lose datagrams. */
export function lossyEnvironment(share: number, seed: number): Readonly<Record<string, string>> {
  return { NODE_OPTIONS: `--import=${import.meta.url}`, [VARIABLE]: `${share} ${seed}` };
}

const [share, seed] = process.env[VARIABLE]?.split(' ').map(Number) ?? [];
if (share !== undefined && seed !== undefined) loseDatagrams(share, seed);
