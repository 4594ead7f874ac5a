import { instantiate, type ModuleMemory } from '../wasm/instantiate.ts';
import { type LaneReader, rawLength } from './lane.ts';
import { laneModule } from './lane-module.ts';

/** Layout of the memory: see `lane.wat`. */
const streamAt = 0x40000;
const largestStream = 0x200000;
const rowsAt = 0x250000;
const largestRows = 0x400000;

interface LaneExports {
  readonly memory: ModuleMemory;
  readonly inflate: (length: number, rawLength: number) => number;
  readonly unfilter: (width: number, rows: number, step: number) => number;
}

/** The {@link LaneReader} of `lane.wat` for pictures that fit into its memory, or undefined where WebAssembly is missing. */
export function makeWasmLaneReader(): LaneReader | undefined {
  const exports = instantiate(laneModule) as LaneExports | undefined;
  return exports && laneReaderOf(exports);
}

function laneReaderOf({ memory: { buffer }, inflate, unfilter }: LaneExports): LaneReader {
  const stream = new Uint8Array(buffer, streamAt, largestStream);
  const plane = new Uint8Array(buffer, rowsAt, largestRows);
  return {
    read(parts, shape) {
      const { width, rows, step } = shape;
      const raw = rawLength(shape);
      if (raw > largestRows) return undefined;
      let length = 0;
      for (const part of parts) {
        if (length + part.length > largestStream) return undefined;
        stream.set(part, length);
        length += part.length;
      }
      if (inflate(length, raw) === 0 || unfilter(width, rows, step) === 0) return undefined;
      return plane.subarray(0, width * rows);
    },
  };
}
