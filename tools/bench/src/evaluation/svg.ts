/** Line charts as SVG: axes, lines with names, marks. Nothing else is needed here, so there is no library for it. */

export interface Line {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Somebody else's figures. */
  readonly dashed?: boolean;
}

export interface Chart {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly lines: readonly Line[];
  /** Vertical lines with a word. */
  readonly marks?: readonly { readonly x: number; readonly text: string }[];
}

export interface Axis {
  readonly label: string;
  readonly log?: boolean;
}

const [WIDTH, HEIGHT] = [720, 420];
const [LEFT, RIGHT, TOP, BOTTOM] = [70, 190, 40, 50];
const COLOURS = ['#1b6ca8', '#c2410c', '#15803d', '#7e22ce', '#525252', '#be185d'];
const MOST_TICKS = 6;
const MOST_DOTS = 12;

export function chartSvg({ title, x, y, lines, marks = [] }: Chart): string {
  const all = lines.flatMap(({ points }) => points);
  const across = scaleOf(
    x,
    all.map(([value]) => value),
    LEFT,
    WIDTH - RIGHT,
  );
  const up = scaleOf(
    y,
    all.map(([, value]) => value),
    HEIGHT - BOTTOM,
    TOP,
  );
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    text(WIDTH / 2, 22, title, 'middle', 15),
    ...across.ticks.flatMap((tick) => [
      line(across.at(tick), TOP, across.at(tick), HEIGHT - BOTTOM, '#e5e5e5'),
      text(across.at(tick), HEIGHT - BOTTOM + 18, number(tick), 'middle'),
    ]),
    ...up.ticks.flatMap((tick) => [
      line(LEFT, up.at(tick), WIDTH - RIGHT, up.at(tick), '#e5e5e5'),
      text(LEFT - 6, up.at(tick) + 4, number(tick), 'end'),
    ]),
    text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, x.label, 'middle'),
    `<text transform="translate(16 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)" text-anchor="middle">${escaped(y.label)}</text>`,
    ...marks.flatMap((mark) => [
      line(across.at(mark.x), TOP, across.at(mark.x), HEIGHT - BOTTOM, '#dc2626'),
      text(across.at(mark.x) + 4, TOP + 12, mark.text, 'start'),
    ]),
    ...lines.flatMap(({ name, points, dashed = false }, i) => {
      const colour = COLOURS[i % COLOURS.length]!;
      const dash = dashed ? ' stroke-dasharray="6 4"' : '';
      const path = points.map(([px, py]) => `${across.at(px).toFixed(1)},${up.at(py).toFixed(1)}`).join(' ');
      const legend = TOP + 10 + 20 * i;
      return [
        `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"${dash}/>`,
        ...dotsOf(points).map(
          ([px, py]) =>
            `<circle cx="${across.at(px).toFixed(1)}" cy="${up.at(py).toFixed(1)}" r="3" fill="${colour}"/>`,
        ),
        `<line x1="${WIDTH - RIGHT + 10}" y1="${legend}" x2="${WIDTH - RIGHT + 34}" y2="${legend}" stroke="${colour}" stroke-width="2"${dash}/>`,
        text(WIDTH - RIGHT + 40, legend + 4, name, 'start'),
      ];
    }),
    '</svg>',
  ];
  return `${parts.join('\n')}\n`;
}

/** Few points are shown as such: one alone makes no line. */
function dotsOf(points: Line['points']): Line['points'] {
  return points.length <= MOST_DOTS ? points : [];
}

interface Scale {
  readonly at: (value: number) => number;
  readonly ticks: readonly number[];
}

/** From values to places; linear scales begin at 0. */
function scaleOf({ log = false }: Axis, values: readonly number[], from: number, to: number): Scale {
  const positive = values.filter((value) => value > 0);
  const most = positive.reduce((a, b) => Math.max(a, b), log ? 10 : 1);
  if (!log) {
    const step = niceStep(most / MOST_TICKS);
    const end = Math.ceil(most / step) * step;
    const ticks = Array.from({ length: Math.round(end / step) + 1 }, (_, i) => i * step);
    return { at: (value) => from + (value / end) * (to - from), ticks };
  }
  const low = Math.floor(Math.log10(positive.reduce((a, b) => Math.min(a, b), most)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(most)));
  const place = (value: number): number => (Math.log10(Math.max(value, 10 ** low)) - low) / (high - low);
  return {
    at: (value) => from + place(value) * (to - from),
    ticks: Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i)),
  };
}

/** 1, 2 or 5 times a power of ten. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 5, 10].find((factor) => factor * power >= least) ?? 10);
}

function line(x1: number, y1: number, x2: number, y2: number, colour: string): string {
  return `<line x1="${x1.toFixed(1)}" y1="${y1.toFixed(1)}" x2="${x2.toFixed(1)}" y2="${y2.toFixed(1)}" stroke="${colour}"/>`;
}

function text(x: number, y: number, words: string, anchor: 'start' | 'middle' | 'end', size = 12): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" font-size="${size}">${escaped(words)}</text>`;
}

function number(value: number): string {
  return String(Number(value.toPrecision(6)));
}

function escaped(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
