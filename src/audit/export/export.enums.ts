import { registerEnumType } from 'type-graphql';

export const AuditExportFormat = { CSV: 'csv', NDJSON: 'ndjson', PARQUET: 'parquet' } as const;
export type AuditExportFormat = (typeof AuditExportFormat)[keyof typeof AuditExportFormat];
registerEnumType(AuditExportFormat, {
  name: 'AuditExportFormat',
  description: 'In what an export is written.',
  valuesConfig: {
    CSV: { description: 'For a sheet: RFC 4180, with a line of names, and no cell that is taken for a formula.' },
    NDJSON: { description: 'A JSON object a line; the last one is the manifest. What `npm run audit:verify` reads.' },
    PARQUET: { description: 'For analytics: columns, compressed by Snappy.' },
  },
});

export const AuditExportState = { READY: 'ready', RUNNING: 'running', COMPLETE: 'complete', BROKEN: 'broken', EXPIRED: 'expired' } as const;
export type AuditExportState = (typeof AuditExportState)[keyof typeof AuditExportState];
registerEnumType(AuditExportState, {
  name: 'AuditExportState',
  description: 'How far an export is.',
  valuesConfig: {
    READY: { description: 'It can be downloaded, once.' },
    RUNNING: { description: 'It is being sent.' },
    COMPLETE: { description: 'All of it was sent; the manifest says what that is.' },
    BROKEN: { description: 'It broke off. What arrived is not all: go on behind its last entry, or begin anew.' },
    EXPIRED: { description: 'Nobody has fetched it in time.' },
  },
});
