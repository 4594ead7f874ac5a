/** Colours (3 bytes each, brightest first) and the index of each pixel's colour. */
export interface Paletted {
  readonly palette: Uint8Array;
  readonly indices: Uint8Array;
}

interface Box {
  /** Entries of the histogram. */
  readonly entries: Entry[];
  readonly pixels: number;
  /** Sum of squared deviations along the longest axis, and that axis. */
  readonly spread: number;
  readonly axis: number;
}

interface Entry {
  readonly colour: readonly [number, number, number];
  readonly pixels: number;
}

const refinements = 4;

/** Variance-based median cut (Wu 1991), then Lloyd's iterations; whole numbers throughout, so the same everywhere. */
export function makePalette(rgb: Uint8Array, colours: number): Paletted {
  const histogram = countColours(rgb);
  const boxes: Box[] = [makeBox(histogram)];
  while (boxes.length < colours) {
    const widest = boxes.reduce((best, box) => (box.spread > best.spread ? box : best));
    if (widest.spread === 0) break;
    boxes.splice(boxes.indexOf(widest), 1, ...splitBox(widest));
  }
  let centres = boxes.map(({ entries }) => meanColour(entries));
  for (let i = 0; i < refinements; i++) centres = refine(histogram, centres);
  centres.sort((a, b) => brightness(b) - brightness(a));

  const nearest = new Map<number, number>();
  const indices = new Uint8Array(rgb.length / 3);
  for (let i = 0; i < indices.length; i++) {
    const key = keyOf(rgb, i * 3);
    let index = nearest.get(key);
    if (index === undefined) {
      index = nearestCentre(centres, rgb[i * 3]!, rgb[i * 3 + 1]!, rgb[i * 3 + 2]!);
      nearest.set(key, index);
    }
    indices[i] = index;
  }
  return { palette: Uint8Array.from(centres.flat()), indices };
}

type Colour = readonly [number, number, number];

function keyOf(rgb: Uint8Array, at: number): number {
  return (rgb[at]! << 16) | (rgb[at + 1]! << 8) | rgb[at + 2]!;
}

/** Distinct colours; the two low bits are dropped when counting so that a photograph has thousands, not millions. */
function countColours(rgb: Uint8Array): Entry[] {
  const counts = new Map<number, number>();
  for (let at = 0; at < rgb.length; at += 3) {
    const key = keyOf(rgb, at) & 0xfcfcfc;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts.entries()]
    .sort(([a], [b]) => a - b)
    .map(([key, pixels]) => ({ colour: [(key >> 16) + 2, ((key >> 8) & 255) + 2, (key & 255) + 2] as const, pixels }));
}

function makeBox(entries: Entry[]): Box {
  const pixels = entries.reduce((sum, entry) => sum + entry.pixels, 0);
  let spread = -1;
  let axis = 0;
  for (let candidate = 0; candidate < 3; candidate++) {
    let sum = 0;
    let squares = 0;
    for (const { colour, pixels: n } of entries) {
      sum += colour[candidate]! * n;
      squares += colour[candidate]! ** 2 * n;
    }
    const deviation = Math.round(squares - sum ** 2 / pixels);
    if (deviation > spread) {
      spread = deviation;
      axis = candidate;
    }
  }
  return { entries, pixels, spread, axis };
}

function splitBox({ entries, axis }: Box): [Box, Box] {
  const mean = meanColour(entries)[axis]!;
  const low = entries.filter(({ colour }) => colour[axis]! <= mean);
  const high = entries.filter(({ colour }) => colour[axis]! > mean);
  if (high.length > 0 && low.length > 0) return [makeBox(low), makeBox(high)];
  const sorted = [...entries].sort((a, b) => a.colour[axis]! - b.colour[axis]!);
  const half = Math.ceil(sorted.length / 2);
  return [makeBox(sorted.slice(0, half)), makeBox(sorted.slice(half))];
}

function meanColour(entries: readonly Entry[]): Colour {
  let pixels = 0;
  const sums = [0, 0, 0];
  for (const entry of entries) {
    pixels += entry.pixels;
    for (let channel = 0; channel < 3; channel++) sums[channel]! += entry.colour[channel]! * entry.pixels;
  }
  const mean = (channel: number): number => Math.min(255, Math.round(sums[channel]! / pixels));
  return [mean(0), mean(1), mean(2)];
}

function refine(histogram: readonly Entry[], centres: readonly Colour[]): Colour[] {
  const members: Entry[][] = centres.map(() => []);
  for (const entry of histogram) members[nearestCentre(centres, ...entry.colour)]!.push(entry);
  return members.map((entries, i) => (entries.length > 0 ? meanColour(entries) : centres[i]!));
}

function nearestCentre(centres: readonly Colour[], red: number, green: number, blue: number): number {
  let best = 0;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (let i = 0; i < centres.length; i++) {
    const [r, g, b] = centres[i]!;
    const distance = (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2;
    if (distance < bestDistance) {
      best = i;
      bestDistance = distance;
    }
  }
  return best;
}

function brightness([red, green, blue]: Colour): number {
  return 299 * red + 587 * green + 114 * blue;
}
