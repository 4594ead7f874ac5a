/** What every bench prints with `--json`: one object a line. */
export interface Figure {
  readonly bench: string;
  readonly metric: string;
  readonly value: number;
  readonly unit: string;
  /** The peer that ran in the same rounds, and how many times better ours is. */
  readonly against?: string;
  readonly ratio?: number;
}

/** The figures among the lines of an output; other lines are for people. */
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

/** A table for a terminal. */
export function figureTable(figures: readonly (Figure & { readonly from: string })[]): string {
  const rows = figures.map(({ from, bench, metric, value, unit, against, ratio }) => [
    from,
    bench,
    metric,
    `${Number(value.toPrecision(4))} ${unit}`,
    ratio === undefined ? '' : `${ratio.toFixed(2)}×`,
    against ?? '',
  ]);
  const table = [['package', 'bench', 'metric', 'value', 'ratio', 'against'], ...rows];
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  return table
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
