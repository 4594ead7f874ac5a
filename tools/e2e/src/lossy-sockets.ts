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
  let over = false;
  const isLost = (): boolean => {
    if (over || !random.chance(share)) return false;
    lost += 1;
    return true;
  };
  loseMessages(isLost);
  loseReceives(isLost);
  return {
    lost: () => lost,
    end: () => {
      over = true;
    },
  };
}

/** What `node:dgram` reads. */
function loseMessages(isLost: () => boolean): void {
  const { emit } = Socket.prototype;
  Socket.prototype.emit = function (this: Socket, event: string | symbol, ...args: unknown[]): boolean {
    return (event === 'message' && isLost()) || emit.call(this, event, ...args);
  };
}

interface Opened {
  readonly functions: Readonly<Record<string, (...args: readonly unknown[]) => number>>;
}

/** What is read through libc, by whoever opens it from now on. */
function loseReceives(isLost: () => boolean): void {
  const ffi = foreignFunctions();
  if (ffi === undefined) return;
  const { dlopen } = ffi;
  ffi.dlopen = (path, symbols) => {
    const opened = dlopen(path, symbols);
    const { recvfrom } = opened.functions;
    if (recvfrom === undefined) return opened;
    const losing = (...args: readonly unknown[]): number => {
      let length = recvfrom(...args);
      while (length >= 0 && isLost()) length = recvfrom(...args);
      return length;
    };
    return { ...opened, functions: { ...opened.functions, recvfrom: losing } };
  };
}

/** `node:ffi`, or undefined where it is not to be had; without its warning, which the program would not have caused. */
function foreignFunctions(): { dlopen: (path: null, symbols: object) => Opened } | undefined {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return process.getBuiltinModule('node:ffi') as never;
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** The environment of a program that shall lose datagrams. */
export function lossyEnvironment(share: number, seed: number): Readonly<Record<string, string>> {
  return { NODE_OPTIONS: `--import=${import.meta.url}`, [VARIABLE]: `${share} ${seed}` };
}

const [share, seed] = process.env[VARIABLE]?.split(' ').map(Number) ?? [];
if (share !== undefined && seed !== undefined) loseDatagrams(share, seed);
