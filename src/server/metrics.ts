import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { PoolState } from '../db/pool.js';

export type Outcome = 'ok' | 'client_error' | 'server_error' | 'aborted';

export interface ObservedRequest {
  /** `graphql`, `platform` or `v1`; any other counts as `other`. */
  readonly surface: string;
  /** The operation's name. One that is no GraphQL name, or is too long, counts as `other`. */
  readonly operation: string;
  readonly outcome: Outcome;
  readonly seconds: number;
}

/** What is counted, and how it is read in Prometheus' text format. */
export interface Metrics {
  readonly observeRequest: (request: ObservedRequest) => void;
  /** Counts one request that was refused because the gateway is busy, which is not among those observed. */
  readonly countRefusal: () => void;
  /** Counts one SQL statement. @param seconds how long it took */
  readonly countStatement: (seconds: number) => void;
  /** Counts one query by where its data is read; there is a choice where there is a standby. */
  readonly countQuery: (place: 'standby' | 'primary') => void;
  /** Says where a pool's state is read, at each scrape. The last one told counts. */
  readonly watchPool: (read: () => PoolState, of?: 'standby') => void;
  readonly text: () => Promise<string>;
  readonly contentType: string;
}

interface SeriesLabels {
  readonly surface: string;
  readonly operation: string;
}

/** What is counted of one operation. */
interface Series {
  readonly duration: Histogram.Internal<string>;
  readonly requests: Readonly<Record<Outcome, Counter.Internal>>;
}

const surfaces: ReadonlySet<string> = new Set(['graphql', 'platform', 'v1']);
const maxClientNames = 200;
const maxNameLength = 100;
/** Seconds: from a prepared statement's answer to that of a request that fought for a connection. */
const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Metrics in a registry of their own, Node's among them. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });

  const requests = new Counter({
    name: 'tenantry_requests_total',
    help: 'Requests answered, by surface, operation and outcome.',
    labelNames: ['surface', 'operation', 'outcome'],
    registers,
  });
  const durations = new Histogram({
    name: 'tenantry_request_duration_seconds',
    help: 'Seconds from the arrival of a request to the end of its answer.',
    labelNames: ['surface', 'operation'],
    buckets,
    registers,
  });
  const refusals = new Counter({
    name: 'tenantry_requests_refused_total',
    help: 'Requests that were refused at once because the gateway was busy; the others count as answered.',
    registers,
  });
  const statements = new Counter({ name: 'tenantry_sql_statements_total', help: 'SQL statements executed.', registers });
  const statementSeconds = new Counter({ name: 'tenantry_sql_seconds_total', help: 'Seconds spent on SQL statements.', registers });

  const queries = new Counter({
    name: 'tenantry_queries_total',
    help: 'Queries by where their data is read: from the standby or from the primary. Counted where there is a standby.',
    labelNames: ['place'],
    registers,
  });
  const watchPool = poolGauge('tenantry_pool_connections', 'Connections of the database pool, and callers that wait for one.', registers);
  const watchReadPool = poolGauge('tenantry_read_pool_connections', 'The same of the pool on the standby.', registers);

  const labelsOf = boundedLabels();
  const known = new Map<string, Series>();
  // To look a series up by its labels costs prom-client more than to count.
  function seriesOf(labels: SeriesLabels): Series {
    const name = `${labels.surface} ${labels.operation}`;
    const series = known.get(name) ?? {
      duration: durations.labels(labels),
      requests: {
        ok: requests.labels({ ...labels, outcome: 'ok' }),
        client_error: requests.labels({ ...labels, outcome: 'client_error' }),
        server_error: requests.labels({ ...labels, outcome: 'server_error' }),
        aborted: requests.labels({ ...labels, outcome: 'aborted' }),
      },
    };
    known.set(name, series);
    return series;
  }
  return {
    observeRequest({ outcome, seconds, ...named }) {
      const labels = labelsOf(named);
      const series = seriesOf(labels);
      series.duration.observe(seconds);
      series.requests[outcome].inc();
    },
    countRefusal: () => refusals.inc(),
    countStatement(seconds) {
      statements.inc();
      statementSeconds.inc(seconds);
    },
    countQuery: (place) => queries.inc({ place }),
    watchPool: (read, of) => (of === 'standby' ? watchReadPool(read) : watchPool(read)),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

function poolGauge(name: string, help: string, registers: Registry[]): (read: () => PoolState) => void {
  let readPool: (() => PoolState) | undefined;
  new Gauge({
    name,
    help,
    labelNames: ['state'],
    registers,
    collect() {
      if (!readPool) return;
      for (const [state, count] of Object.entries(readPool())) this.set({ state }, count);
    },
  });
  return (read) => {
    readPool = read;
  };
}

/**
 * Keeps the number of time series within bounds. The names of saved operations and of our own routes are few; those of GraphQL
 * documents are made up by clients, and each would cost memory here and in whatever scrapes us.
 */
function boundedLabels() {
  const clientNames = new Set<string>();
  return ({ surface, operation }: Pick<ObservedRequest, 'surface' | 'operation'>) => {
    const known = surfaces.has(surface) ? surface : 'other';
    if (operation.length > maxNameLength || !/^[_A-Za-z][_0-9A-Za-z]*$/.test(operation)) return { surface: known, operation: 'other' };
    if (known !== 'graphql' || clientNames.has(operation)) return { surface: known, operation };
    if (clientNames.size === maxClientNames) return { surface: known, operation: 'other' };
    clientNames.add(operation);
    return { surface: known, operation };
  };
}
