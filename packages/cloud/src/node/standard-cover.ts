import type { Raster } from '@p2pimg/stego';

const WIDTH = 640;
const HEIGHT = 480;

/** The cover of a server without covers of its own: hills under a sky, the same on every machine. */
export function standardCover(): Raster {
  const rgba = new Uint8Array(WIDTH * HEIGHT * 4);
  const ridge = Array.from({ length: WIDTH }, (_, x) => ridgeAt(x));
  for (let y = 0, to = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const below = y - ridge[x]!;
      const [red, green, blue] = below < 0 ? sky(y) : grass(below);
      rgba[to++] = red;
      rgba[to++] = green;
      rgba[to++] = blue;
      rgba[to++] = 255;
    }
  }
  return { width: WIDTH, height: HEIGHT, rgba };
}

/** Parabolas instead of sines: whole numbers, alike everywhere. */
function ridgeAt(x: number): number {
  const near = ((x % 320) - 160) ** 2;
  const far = (((x + 90) % 214) - 107) ** 2;
  return 260 + Math.floor(near / 400) + Math.floor(far / 300);
}

function sky(y: number): readonly [number, number, number] {
  return [120 + (y >> 2), 170 + (y >> 3), 235];
}

function grass(depth: number): readonly [number, number, number] {
  return [70 + (depth >> 3), 140 - (depth >> 2), 60];
}
