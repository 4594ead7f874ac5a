/** What a bench measured: with `--json` one object a line. */
export interface Figure {
  readonly bench: string;
  readonly metric: string;
  readonly value: number;
  readonly unit: string;
  /** The peer that ran in the same rounds, … */
  readonly against?: string;
  /** … and how many times better than it this is. */
  readonly ratio?: number;
}

/** A line for people. */
export function readable({ bench, metric, value, unit, against, ratio }: Figure): string {
  const number = Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
  const compared = ratio === undefined ? '' : `  ${ratio.toFixed(2)} × ${against}`;
  return `${bench.padEnd(20)} ${metric.padEnd(48)} ${number.padStart(12)} ${unit}${compared}`;
}

/** The figures among the lines of a bench's output; other lines are for people. */
export function parseFigures(output: string): readonly Figure[] {
  return output.split('\n').flatMap((line) => {
    if (!line.startsWith('{')) return [];
    try {
      const value: unknown = JSON.parse(line);
      return isFigure(value) ? [value] : [];
    } catch {
      return []; // a line that only looks like JSON is for people, too
    }
  });
}

function isFigure(value: unknown): value is Figure {
  const { bench, metric, value: number, unit } = value as Partial<Figure>;
  return [bench, metric, unit].every((text) => typeof text === 'string') && typeof number === 'number';
}
