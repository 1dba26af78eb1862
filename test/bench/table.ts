import type { ColdStarts } from './coldStart.js';
import type { CaseResult, Sample, WayResult } from './measure.js';

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low = Number.NaN, high = low] = sorted.slice(Math.ceil(middle) - 1, Math.floor(middle) + 1);
  return (low + high) / 2;
}

export function number(value: number, digits = 0): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

export function spread(values: readonly number[], digits: number): string {
  return `${number(Math.min(...values), digits)}–${number(Math.max(...values), digits)}`;
}

/** The median of what the system said; a dash where it did not. */
function middle(values: readonly (number | undefined)[], show: (value: number) => string): string {
  const said = values.filter((value) => value !== undefined);
  return said.length === 0 ? '–' : show(median(said));
}

const megabytes = (bytes: number): string => number(bytes / 1_000_000);

/** Each way's requests a second to those of the first way in the same round. */
function ratios(of: WayResult, to: WayResult): number[] {
  return of.samples.map(({ requestsPerSecond }, i) => requestsPerSecond / (to.samples[i]?.requestsPerSecond ?? Number.NaN));
}

export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Columns of text, by number; the others hold numbers. */
  readonly texts: ReadonlySet<number>;
}

const figures: readonly { title: string; of: (sample: Sample) => number | undefined; digits: number }[] = [
  { title: 'p50 ms', of: ({ p50 }) => p50, digits: 2 },
  { title: 'p99 ms', of: ({ p99 }) => p99, digits: 2 },
  { title: 'Node CPU ms', of: ({ cpuPerRequest }) => cpuPerRequest, digits: 3 },
  { title: 'PostgreSQL CPU ms', of: ({ databaseCpuPerRequest }) => databaseCpuPerRequest, digits: 3 },
  { title: 'busy %', of: ({ busy }) => busy && busy * 100, digits: 0 },
];

function caseTable(results: readonly CaseResult[]): Table {
  const rows = results.flatMap(({ name, ways }) =>
    ways.map((way, i) => {
      const [base = way] = ways;
      const rates = way.samples.map(({ requestsPerSecond }) => requestsPerSecond);
      const ratio = ratios(way, base);
      return [
        i === 0 ? name : '',
        way.name,
        number(median(rates)),
        spread(rates, 0),
        number(median(ratio), 2),
        i === 0 ? '' : spread(ratio, 2),
        ...figures.map(({ of, digits }) => middle(way.samples.map(of), (value) => number(value, digits))),
        number(way.alone.p50, 2),
        number(way.alone.p99, 2),
        middle([way.bytes], number),
        middle([way.peakMemory], megabytes),
      ];
    }),
  );
  const measured = figures.map(({ title }) => title);
  const head = ['case', 'way', 'req/s', 'min–max', 'ratio', 'min–max', ...measured, 'alone p50', 'alone p99', 'bytes', 'peak MB'];
  return { head, rows, texts: new Set([0, 1]) };
}

function startTable(starts: readonly ColdStarts[]): Table {
  const rows = starts.map(({ name, milliseconds, idleMemory }) => [
    name,
    number(median(milliseconds)),
    spread(milliseconds, 0),
    number(median(milliseconds.map((value, i) => value / (starts[0]?.milliseconds[i] ?? Number.NaN))), 2),
    middle(idleMemory, megabytes),
  ]);
  return { head: ['cold start', 'ms to the first answer', 'min–max', 'ratio', 'idle MB'], rows, texts: new Set([0]) };
}

/** In aligned columns, which is also Markdown. */
export function printed({ head, rows, texts }: Table): string {
  const widths = head.map((title, i) => Math.max(title.length, 3, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => (texts.has(i) ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join(' | ')} |`;
  const rule = widths.map((width, i) => (texts.has(i) ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [head, rule, ...rows].map(line).join('\n');
}

/** Medians over the rounds, as tables in Markdown. */
export function tables(results: readonly CaseResult[], starts: readonly ColdStarts[]): string {
  return [caseTable(results), ...(starts.length > 0 ? [startTable(starts)] : [])].map(printed).join('\n\n');
}
