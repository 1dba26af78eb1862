import { parseArgs } from 'node:util';

export interface BenchOptions {
  /** Measurements of each way in each case; the table shows their medians. */
  readonly rounds: number;
  /** Length of one measurement. */
  readonly seconds: number;
  /** Connections that ask at the same time, each for the next answer when it has the last one. */
  readonly connections: number;
  /** Share of the full data. */
  readonly scale: number;
  /** Cases whose name holds this text, without case; all where it is empty. */
  readonly only: string;
  /** Whether PostGraphile and Mercurius are installed and measured as well. */
  readonly peers: boolean;
  /** File that the report goes to; none where it is empty. */
  readonly report: string;
}

export const benchHelp = `npm run bench -- [options]

  --rounds N         measurements of each way, 5 to 100 [7]
  --seconds N        seconds of one measurement, 1 to 60 [2]
  --connections N    connections that ask at once, 1 to 500 [16]
  --scale N          share of the full data, 0.01 to 10 [1]
  --only TEXT        only the cases whose name holds the text
  --peers            also PostGraphile and Mercurius, which npm installs beside the project's own packages
  --report FILE      where the report goes; '' for nowhere [BENCHMARKS.md, and nowhere with --only or another --scale]

BENCH_DATABASE_URL: an empty PostgreSQL database to use. Where absent, one is made in a temporary folder.
`;

/** @throws Error naming the option at fault */
export function benchOptions(args: readonly string[]): BenchOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: '7' },
      seconds: { type: 'string', default: '2' },
      connections: { type: 'string', default: '16' },
      scale: { type: 'string', default: '1' },
      only: { type: 'string', default: '' },
      peers: { type: 'boolean', default: false },
      report: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const scale = Number(values.scale);
  if (!(scale >= 0.01 && scale <= 10)) throw new Error('--scale must be a number from 0.01 to 10.');
  return {
    scale,
    only: values.only,
    peers: values.peers,
    report: values.report ?? (values.only === '' && scale === 1 ? 'BENCHMARKS.md' : ''),
    // A median of fewer would be moved by one disturbance.
    rounds: wholeNumber('--rounds', values.rounds, 5, 100),
    seconds: wholeNumber('--seconds', values.seconds, 1, 60),
    connections: wholeNumber('--connections', values.connections, 1, 500),
  };
}

/** @throws Error naming the option */
export function wholeNumber(option: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < min || value > max) throw new Error(`${option} must be a whole number from ${min} to ${max}.`);
  return value;
}
