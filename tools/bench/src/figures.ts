import type { Figure } from '@p2pimg/testkit/bench';

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
