import { sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { actorOf, type Context } from '../../context.js';
import { inlined, plainLines } from '../../db/inlined.js';
import { all } from '../../db/page.js';
import { Conflict, Invalid, NotFound } from '../../errors.js';
import type { Download, Opened } from '../../graphql/download.js';
import { type AuditFilter, auditConditions } from '../audit.filter.js';
import { change } from '../change.js';
import type { AuditExportFormat, AuditExportState } from './export.enums.js';
import type { AuditExport, ExportAuditInput } from './export.types.js';
import { exportBody, type Manifest } from './exportBody.js';
import { cells, jsonObject, quotedColumns } from './exportColumns.js';

/** Minutes within which a download must begin. */
const openFor = 5;

interface ExportRow {
  readonly id: string;
  readonly format: AuditExportFormat;
  readonly filter: AuditFilter;
  readonly after: string | null;
  readonly resumes: string | null;
  /** The moment of the export that this one goes on with. */
  readonly snapshot: string | null;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly finishedAt: string | null;
  readonly rows: number | null;
  readonly bytes: number | null;
  readonly sha256: string | null;
  readonly state: AuditExportState;
}

const columns = sql`x.id, x.format, x.filter, x.after_entry as "after", x.resumes, x.snapshot, x.created_at as "createdAt", x.expires_at as "expiresAt",
  x.finished_at as "finishedAt", x.rows::float8 as rows, x.bytes::float8 as bytes, encode(x.sha256, 'hex') as sha256,
  case when x.finished_at is not null then 'complete' when x.failed_at is not null then 'broken' when x.started_at is not null then 'running'
    when x.expires_at <= now() then 'expired' else 'ready' end as state`;

/**
 * Makes an export that its caller can download once, soon. Who exports what is in the trail before the first byte is sent.
 * @throws Invalid for an entry that there is not, or a filter beside an export that is gone on with
 * @throws NotFound where there is no such export of the caller's to go on with
 */
export async function exportAudit(ctx: Context, input: ExportAuditInput): Promise<AuditExport> {
  const { key } = actorOf(ctx);
  const wanted = await wantedBy(ctx, input);
  // What the filter breaks is said now, and not by the download.
  auditConditions(wanted.filter);
  const id = uuidv7();
  const row = await change(ctx, async ({ tx, record }) => {
    const { rows } = await sql<ExportRow>`/* new audit export */ insert into audit_exports as x
        (id, user_id, format, filter, after_entry, resumes, snapshot, expires_at)
      values (${id}, ${key}, ${wanted.format}, ${JSON.stringify(wanted.filter)}, ${wanted.after}, ${wanted.resumes}, ${wanted.snapshot},
        now() + make_interval(mins => ${openFor}))
      returning ${columns}`.execute(tx);
    const { format, filter, after, resumes } = wanted;
    await record({
      action: 'audit_export.create',
      resource: { type: 'audit_export', id, displayId: `${format} export` },
      after: { format, filter, after, resumes },
    });
    const [made] = rows;
    if (!made) throw new Error('The insert of an export returned no row.');
    return made;
  });
  return shown(ctx, row);
}

interface Wanted {
  readonly format: AuditExportFormat;
  readonly filter: AuditFilter;
  readonly after: string | null;
  readonly resumes: string | null;
  readonly snapshot: string | null;
}

async function wantedBy(ctx: Context, { filter, format, after = null, resumes = null }: ExportAuditInput): Promise<Wanted> {
  if (after !== null && !(await isEntry(ctx, after))) throw Invalid.field(['input', 'after'], 'There is no such entry.');
  if (resumes === null) return { format: format ?? 'csv', filter: given(filter), after, resumes, snapshot: null };
  if (filter) throw Invalid.field(['input', 'filter'], 'An export that goes on has the filter of the first one.');
  const first = await findRow(ctx, resumes);
  if (first.snapshot === null) throw new Conflict('This export was never begun.');
  return { format: first.format, filter: first.filter, after, resumes, snapshot: first.snapshot };
}

/** The conditions that were named. */
function given(filter: AuditFilter | null | undefined): AuditFilter {
  return Object.fromEntries(Object.entries(filter ?? {}).filter(([, value]) => value !== null && value !== undefined));
}

async function isEntry(ctx: Context, id: string): Promise<boolean> {
  const { rows } = await sql`/* audit entry exists */ select from platform_audit_log where id = ${id} limit 1`.execute(ctx.db);
  return rows.length > 0;
}

/** An export of the caller's, and its manifest. @throws NotFound */
export async function findExport(ctx: Context, id: string): Promise<AuditExport> {
  return shown(ctx, await findRow(ctx, id));
}

async function findRow(ctx: Context, id: string): Promise<ExportRow> {
  const { rows } = await sql<ExportRow>`/* audit export */ select ${columns} from audit_exports x
    where x.id = ${id} and x.user_id = ${actorOf(ctx).key}`.execute(ctx.db);
  const [row] = rows;
  if (!row) throw new NotFound('audit_export', id);
  return row;
}

function shown(ctx: Context, { snapshot: _, ...row }: ExportRow): AuditExport {
  return { ...row, content: downloadOf(ctx, row.id, row.format) };
}

const contentTypes: Readonly<Record<AuditExportFormat, string>> = {
  csv: 'text/csv; charset=utf-8; header=present',
  ndjson: 'application/x-ndjson',
  parquet: 'application/vnd.apache.parquet',
};

function downloadOf(ctx: Context, id: string, format: AuditExportFormat): Download {
  return {
    contentType: contentTypes[format],
    filename: `audit-${id}.${format}`,
    headers: { 'export-id': id, 'cache-control': 'no-store' },
    open: () => openExport(ctx, id),
    toJSON: () => `/api/v1/platform/audit/exports/${id}/content`,
  };
}

async function openExport(ctx: Context, id: string): Promise<Opened> {
  const { key } = actorOf(ctx);
  const { rows } = await sql<ExportRow>`/* begin of an audit export */ update audit_exports x
    set started_at = now(), snapshot = coalesce(snapshot, pg_current_snapshot()::text)
    where id = ${id} and user_id = ${key} and started_at is null and expires_at > now() returning ${columns}`.execute(ctx.db);
  const [row] = rows;
  if (!row) throw new Conflict('This export was downloaded already, or its time is over. Ask for another one.');
  try {
    const copy = await ctx.copies.open(['set local jit = off'], copyText(ctx, row));
    const about = { export: id, format: row.format, filter: row.filter, after: row.after, resumes: row.resumes };
    const body = exportBody(copy, {
      format: row.format,
      about,
      finish: (manifest) => finish(ctx, id, manifest),
      fail: () => fail(ctx, id),
    });
    return {
      body: body.stream,
      trailers: {
        'export-rows': () => String(body.manifest()?.rows ?? ''),
        'export-sha256': () => body.manifest()?.sha256 ?? '',
      },
    };
  } catch (error) {
    // Nothing was sent: it may be tried again.
    await sql`update audit_exports set started_at = null where id = ${id}`.execute(ctx.db);
    throw error;
  }
}

async function finish(ctx: Context, id: string, { rows, bytes, sha256 }: Manifest): Promise<void> {
  await sql`/* manifest of an audit export */ update audit_exports
    set finished_at = now(), rows = ${rows}, bytes = ${bytes}, sha256 = ${Buffer.from(sha256, 'hex')} where id = ${id}`.execute(ctx.db);
}

async function fail(ctx: Context, id: string): Promise<void> {
  try {
    await sql`update audit_exports set failed_at = now() where id = ${id} and finished_at is null`.execute(ctx.db);
  } catch (error) {
    ctx.log.warn({ err: error, exportId: id }, 'the end of an export could not be kept; its download was broken off');
  }
}

/** One statement, and so one moment: entries from the oldest on. */
function copyText(ctx: Context, { format, filter, after, snapshot }: ExportRow): string {
  const where = [...auditConditions(filter)];
  if (after) where.push(sql`(e.created_at, e.id) > (select a.created_at, a.id from platform_audit_log a where a.id = ${after})`);
  // What was committed later belongs to no export of that moment.
  if (snapshot) where.push(sql`pg_visible_in_snapshot(e.xid, ${snapshot}::pg_snapshot)`);
  const query = (list: typeof cells) =>
    inlined(ctx.db, sql`select ${list} from platform_audit_log e where ${all(where)} order by e.created_at, e.id`);
  if (format !== 'csv') return plainLines(query(jsonObject));
  return `copy (${query(cells)}) to stdout (format csv, header, force_quote (${quotedColumns.join(', ')}))`;
}
