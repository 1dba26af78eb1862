import type { CaseResult, Sample, Way } from './measure.js';

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low = Number.NaN, high = low] = sorted.slice(Math.ceil(middle) - 1, Math.floor(middle) + 1);
  return (low + high) / 2;
}

function spread(values: readonly number[], digits: number): string {
  return `${number(Math.min(...values), digits)}–${number(Math.max(...values), digits)}`;
}

function number(value: number, digits = 0): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** The median of what each sample says; a dash where the system did not say it. */
function middle({ samples }: Way, of: (sample: Sample) => number | undefined, show: (value: number) => string): string {
  const values = samples.map(of).filter((value) => value !== undefined);
  return values.length === 0 ? '–' : show(median(values));
}

const head = ['case', 'way', 'req/s', 'min–max', 'p50 ms', 'p99 ms', 'bytes', 'CPU ms/req', 'busy', 'ratio', 'min–max'];
/** Columns of text; the others hold numbers. */
const leftColumns: ReadonlySet<number> = new Set([0, 1]);

function wayCells(name: string, way: Way): string[] {
  const rates = way.samples.map(({ requestsPerSecond }) => requestsPerSecond);
  return [
    name,
    number(median(rates)),
    spread(rates, 0),
    middle(
      way,
      ({ p50 }) => p50,
      (value) => number(value, 2),
    ),
    middle(
      way,
      ({ p99 }) => p99,
      (value) => number(value, 2),
    ),
    number(way.bytes),
    middle(
      way,
      ({ cpuPerRequest }) => cpuPerRequest,
      (value) => number(value, 3),
    ),
    middle(
      way,
      ({ busy }) => busy,
      (value) => `${number(value * 100)}%`,
    ),
  ];
}

/** Tenantry's requests a second to those of the bare route in the same round. */
function ratiosOf({ product, bare }: CaseResult): number[] {
  return product.samples.map(({ requestsPerSecond }, i) => requestsPerSecond / (bare.samples[i]?.requestsPerSecond ?? Number.NaN));
}

/** Medians over the rounds, in aligned columns. */
export function table(results: readonly CaseResult[]): string {
  const rows = results.flatMap((result) => {
    const ratios = ratiosOf(result);
    return [
      [result.name, ...wayCells('bare', result.bare), '1', ''],
      ['', ...wayCells('Tenantry', result.product), number(median(ratios), 2), spread(ratios, 2)],
    ];
  });
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => (leftColumns.has(i) ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd();
  return [head, widths.map((width) => '-'.repeat(width)), ...rows].map(line).join('\n');
}
