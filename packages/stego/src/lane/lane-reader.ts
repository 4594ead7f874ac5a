import type { LaneReader } from './lane.ts';
import { makeWasmLaneReader } from './wasm-lane.ts';

let chosen: LaneReader | undefined | 'none';

/** The reader that runs here, or undefined: WebAssembly may be switched off. */
export function laneReader(): LaneReader | undefined {
  chosen ??= makeWasmLaneReader() ?? 'none';
  return chosen === 'none' ? undefined : chosen;
}
