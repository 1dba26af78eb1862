import { appendFileSync } from 'node:fs';
import type { RestAnswer } from '../support/gateway.js';

/** What Prism found in an exchange, in its own words. */
export interface Finding {
  /** `request` or `response`, then where in it. */
  readonly location: readonly string[];
  readonly code?: string | number;
  readonly message: string;
}

/** A finding that is to be: in which exchanges, and why. */
interface KnownFinding {
  readonly operations: readonly string[];
  readonly location: string;
  readonly message: string;
  readonly reason: string;
}

/** What the tests do on purpose although a document doesn't offer it, and the server answers. */
export const knownFindings: readonly KnownFinding[] = [
  {
    operations: ['get_orgs', 'get_orgs_org_uuid_members', 'get_my_orgs', 'get_users'],
    location: 'request.query.page_size',
    message: 'Request query parameter page_size must be integer',
    reason: 'lists.test.ts sends it twice, and the last one counts.',
  },
  {
    operations: ['get_orgs_org_uuid'],
    location: 'request.path.org_uuid',
    message: 'Request path parameter org_uuid must match format "uuid"',
    reason: 'lists.test.ts sends an id without its hyphens, which is taken for what it is.',
  },
  {
    operations: ['get_jobs_job_uuid', 'get_jobs_job_uuid_events', 'get_audit_exports_export_uuid', 'get_audit_exports_export_uuid_content'],
    location: 'request',
    message: 'Selected route not found',
    reason: 'The contract does not have them: only the published document does.',
  },
  ...['application/x-ndjson', 'application/vnd.apache.parquet'].map((type) => ({
    operations: ['get_audit_export'],
    location: 'response',
    message: `The received media type "${type}" does not match the one specified in the current response: text/csv`,
    reason: 'The contract knows CSV alone: `format` is a parameter that only the published document has.',
  })),
];

/** One exchange, as `npm run test:prism` counts it; one line of JSON in the file that PRISM_REPORT names. */
export interface Exchange {
  readonly operationId: string;
  readonly status: number;
  /** What Prism found in a request that the server refused too. */
  readonly refused: number;
  /** Those of `knownFindings` that it had, by their index. */
  readonly known: readonly number[];
}

/** By what the server publishes, and by the contract. */
export const findingHeaders = ['sl-violations', 'sl-violations-behind'] as const;

/** @throws SyntaxError where Prism found more than it has room for in a header */
export function findingsIn(headers: Headers, name: (typeof findingHeaders)[number]): Finding[] {
  return JSON.parse(headers.get(name) ?? '[]');
}

/**
 * What Prism found wrong with an exchange. A request that is not as documented is to be refused: that is no fault, and to take it is one.
 * @returns one line a fault; empty where there is none, or Prism does not stand before the server
 */
export function prismFaults(operationId: string, { status, headers }: RestAnswer): string[] {
  const { PRISM_REPORT: report } = process.env;
  if (!report) return [];
  const found = findingHeaders.flatMap((name) => findingsIn(headers, name).map((finding) => ({ name, finding })));
  const [refused, standing] = split(found, ({ finding }) => finding.location[0] === 'request' && status >= 400);
  const [known, faults] = split(standing, ({ finding }) => indexOfKnown(operationId, finding) >= 0);
  const exchange: Exchange = {
    operationId,
    status,
    refused: refused.length,
    known: known.map(({ finding }) => indexOfKnown(operationId, finding)),
  };
  appendFileSync(report, `${JSON.stringify(exchange)}\n`);
  return faults.map(({ name, finding }) => `Prism (${name}): ${finding.location.join('.')}: ${finding.message}`);
}

function indexOfKnown(operationId: string, { location, message }: Finding): number {
  return knownFindings.findIndex(
    (known) => known.operations.includes(operationId) && known.location === location.join('.') && known.message === message,
  );
}

function split<T>(all: readonly T[], belongs: (one: T) => boolean): [T[], T[]] {
  return [all.filter(belongs), all.filter((one) => !belongs(one))];
}
