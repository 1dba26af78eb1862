import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { sql } from 'kysely';
import { anAdmin } from '../access/callers.js';
import { aMembership, anOrg, aUser } from '../support/builders.js';
import { testDatabase } from '../support/database.js';
import { type Caller, type TestGateway, testGateway } from '../support/gateway.js';
import { anEntry, download, manyEntries, parseCsv } from './exports.js';

let gateway: TestGateway;
let admin: Caller;
beforeAll(async () => {
  // A statement of a request may take half a second here: an export takes as long as it takes.
  gateway = await testGateway({}, await testDatabase('template', { statementTimeout: 500 }));
  admin = { token: gateway.adminToken };
  await manyEntries(gateway.database, 60_000, 'test.many');
});
afterAll(async () => {
  await gateway.close();
  await gateway.database.drop();
});

const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex');
const path = (query: Record<string, string>) => `/api/v1/platform/audit/export?${new URLSearchParams(query)}`;
const manifestPath = (id: unknown) => `/api/v1/platform/audit/exports/${String(id)}`;
const make = `mutation ($input: ExportAuditInput!) { exportAudit(input: $input) { export { id state content expiresAt } } }`;

async function anExport(input: object, caller: Caller = admin) {
  const { data, errors } = await gateway.graphql<{ exportAudit: { export: { id: string; state: string; content: string } } }, object>(
    make,
    { input },
    caller,
  );
  expect(errors).toEqual([]);
  return data?.exportAudit.export ?? { id: '', state: '', content: '' };
}

function jsonLines(body: Buffer): Record<string, unknown>[] {
  return body
    .toString('utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

async function exporting(): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*)::int as n from pg_stat_activity
    where application_name = 'tenantry export' and datname = current_database() and backend_type = 'client backend'`.execute(
    gateway.database.db,
  );
  return rows[0]?.n ?? 0;
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 10_000; Date.now() < end; await sleep(20)) if (await condition()) return;
  throw new Error('It did not come about in ten seconds.');
}

describe('an export as CSV', () => {
  it('has the rows that the filter lets through, from the oldest on, and says with its manifest what it is', async () => {
    const first = await anEntry(gateway.database, { action: 'test.csv', changedFields: ['name', 'slug'], orgName: 'Acme, "Inc"' });
    const second = await anEntry(gateway.database, { action: 'test.csv', resourceDisplayId: 'Zürich\nBern' });
    await anEntry(gateway.database, { action: 'test.other' });
    const { status, headers, trailers, body, isWhole } = await download(gateway, path({ action: 'test.csv' }), admin);
    expect({ status, isWhole, type: headers['content-type'] }).toEqual({
      status: 200,
      isWhole: true,
      type: 'text/csv; charset=utf-8; header=present',
    });
    expect(headers['content-disposition']).toBe(`attachment; filename="audit-${headers['export-id']}.csv"`);
    expect(headers['content-length']).toBeUndefined();
    const [names = [], ...rows] = parseCsv(body.toString('utf8'));
    const column = (name: string) => rows.map((row) => row[names.indexOf(name)]);
    expect(column('id')).toEqual([first, second]);
    expect(column('org_name')).toEqual(['Acme, "Inc"', '']);
    expect(column('changed_fields')).toEqual(['name slug', '']);
    expect(column('resource_display_id')).toEqual(['x', 'Zürich\nBern']);
    expect(column('created_at')[0]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);

    const manifest = await gateway.rest('GET', manifestPath(headers['export-id']), admin);
    expect(manifest.body).toMatchObject({
      state: 'complete',
      rows: 2,
      bytes: body.length,
      sha256: sha256(body),
      filter: { actions: ['test.csv'] },
    });
    expect(trailers).toMatchObject({ 'export-rows': '2', 'export-sha256': sha256(body) });
  });

  it('tells times with six digits of a second, whichever they are', async () => {
    const hour = new Date().toISOString().slice(0, 13);
    const times = ['000000', '000001', '000010', '123450', '500000', '999999'].map((micros) => `${hour}:00:00.${micros}Z`);
    for (const createdAt of times) await anEntry(gateway.database, { action: 'test.times', createdAt });
    const [names = [], ...rows] = parseCsv((await download(gateway, path({ action: 'test.times' }), admin)).body.toString('utf8'));
    expect(rows.map((row) => row[names.indexOf('created_at')])).toEqual(times);
  });

  const formulas = [
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    '\n=1',
    ' =1+1',
    '＝1+1',
    '＋1',
    '－1',
    '＠x',
    '=HYPERLINK("http://x","y")',
    '"=1"',
  ];
  it.each(formulas)('has no cell that a sheet takes for a formula: %j', async (formula) => {
    const action = `test.formula.${formulas.indexOf(formula)}`;
    await anEntry(gateway.database, {
      action,
      resourceDisplayId: formula,
      actorDisplayName: formula,
      orgName: formula,
      changedFields: [formula],
    });
    const { body } = await download(gateway, path({ action }), admin);
    const cells = parseCsv(body.toString('utf8')).flat();
    expect(cells.filter((cell) => /^\s*[=+\-@＝＋－＠]/.test(cell) || /^[\t\r\n]/.test(cell))).toEqual([]);
    expect(cells.filter((cell) => cell.endsWith(formula))).toHaveLength(4);
  });

  it('is one cell a value, whatever the sheet splits lines at', async () => {
    await anEntry(gateway.database, { action: 'test.semicolon', resourceDisplayId: 'a;=1+1;b' });
    const { body } = await download(gateway, path({ action: 'test.semicolon' }), admin);
    expect(body.toString('utf8')).toContain('"a;=1+1;b"');
  });

  it('has no entry, and a line of names, where the filter lets nothing through', async () => {
    const { body, trailers } = await download(gateway, path({ action: 'test.nothing' }), admin);
    expect(body.toString('utf8')).toMatch(/^id,created_at,action,[\w,]+\n$/);
    expect(trailers['export-rows']).toBe('0');
  });
});

describe('an export as NDJSON', () => {
  it('ends with its manifest', async () => {
    const { body, headers } = await download(gateway, path({ action: 'test.many', format: 'ndjson' }), admin);
    expect(headers['content-type']).toBe('application/x-ndjson');
    const lines = jsonLines(body);
    const { manifest } = lines.pop() as { manifest: Record<string, unknown> };
    expect(lines).toHaveLength(60_000);
    expect(lines[0]).toMatchObject({
      action: 'test.many',
      changed_fields: ['name', 'slug'],
      actor_type: 'system',
      org_id: null,
      occurrences: 1,
    });
    const rows = body.subarray(0, body.lastIndexOf('\n', body.length - 2) + 1);
    expect(manifest).toMatchObject({
      rows: 60_000,
      sha256: sha256(rows),
      bytes: rows.length,
      filter: { actions: ['test.many'] },
      format: 'ndjson',
    });
    const order = lines.map((line) => `${line.created_at} ${line.id}`);
    expect(order).toEqual([...order].sort());
  });
});

describe('an export as Parquet', () => {
  it('is read by another program: every row, and the export’s name', async () => {
    const { body } = await download(gateway, path({ action: 'test.many', format: 'parquet' }), admin);
    const file = body.buffer.slice(body.byteOffset, body.byteOffset + body.length) as ArrayBuffer;
    const source = { byteLength: file.byteLength, slice: (start: number, end?: number) => Promise.resolve(file.slice(start, end)) };
    const metadata = await parquetMetadataAsync(source);
    expect(Number(metadata.num_rows)).toBe(60_000);
    expect(metadata.row_groups.length).toBe(6);
    expect(JSON.parse(metadata.key_value_metadata?.[0]?.value ?? '{}')).toMatchObject({ filter: { actions: ['test.many'] } });
    const rows = await parquetReadObjects({ file: source, rowStart: 59_999 });
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ action: 'test.many', changed_fields: ['name', 'slug'], occurrences: 1 });
    expect(rows[0]?.created_at).toBeInstanceOf(Date);
  });
});

describe('an export that GraphQL makes', () => {
  it('is downloaded once, by the caller who asked for it, and by nobody else', async () => {
    await anEntry(gateway.database, { action: 'test.once' });
    const { id, content, state } = await anExport({ filter: { actions: ['test.once'] }, format: 'NDJSON' });
    expect({ state, content }).toEqual({ state: 'READY', content: `/api/v1/platform/audit/exports/${id}/content` });
    const other = { token: gateway.tokenFor(await anAdmin(gateway, ['platform.audit.export'])) };
    expect((await download(gateway, content, other)).status).toBe(404);
    expect((await gateway.rest('GET', manifestPath(id), other)).status).toBe(404);

    const both = await Promise.all([download(gateway, content, admin), download(gateway, content, admin)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect((await download(gateway, content, admin)).status).toBe(409);
  });

  it('is gone after five minutes', async () => {
    const { id, content } = await anExport({});
    await sql`update audit_exports set expires_at = now() where id = ${id}`.execute(gateway.database.db);
    expect((await download(gateway, content, admin)).status).toBe(409);
    expect((await gateway.rest('GET', manifestPath(id), admin)).body.state).toBe('expired');
  });

  it('is in the trail, with its filter, before a byte was sent', async () => {
    const { id } = await anExport({ filter: { actorId: 'system' }, format: 'PARQUET' });
    const entry = await gateway.database.db.selectFrom('platform_audit_log').selectAll().where('resource_id', '=', id).execute();
    expect(entry).toMatchObject([{ action: 'audit_export.create', actor_id: gateway.adminId, outcome: 'success' }]);
    const { after } = await gateway.database.db
      .selectFrom('audit_snapshots')
      .select('after')
      .where('entry_id', '=', entry[0]?.id ?? '')
      .executeTakeFirstOrThrow();
    expect(after).toEqual({ format: 'parquet', filter: { actorId: 'system' }, after: null, resumes: null });
  });

  it('is refused while acting as a user, even where no permission is asked for', async () => {
    const enforce = (mode: string) =>
      gateway.graphql(`mutation { updateSettings(input: { permissionEnforcement: ${mode} }) { settings { version } } }`, {}, admin);
    const userId = await aUser(gateway.database);
    const orgId = await anOrg(gateway.database);
    await aMembership(gateway.database, orgId, userId);
    const { data } = await gateway.graphql<{ startImpersonation: { token: string } }, object>(
      'mutation ($u: UUID!, $o: UUID!) { startImpersonation(input: { userId: $u, orgId: $o, reason: "They asked for help." }) { token } }',
      { u: userId, o: orgId },
      admin,
    );
    const acting = { token: data?.startImpersonation.token ?? '' };
    await enforce('DISABLED');
    const inGraphQL = await gateway.graphql(make, { input: {} }, acting);
    const onRest = await download(gateway, path({}), acting);
    await enforce('ENABLED');
    expect(inGraphQL.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect(onRest.status).toBe(403);
  });

  it('is refused without the permission, before its parameters are looked at', async () => {
    const user = { token: gateway.tokenFor(await aUser(gateway.database)) };
    expect((await download(gateway, path({ start_date: 'x' }), user)).status).toBe(403);
    expect((await download(gateway, path({ start_date: 'x' }), admin)).status).toBe(422);
  });
});

describe('HEAD', () => {
  it('says nothing that is known from a download alone, and makes none', async () => {
    const count = () => sql<{ n: number }>`select count(*)::int as n from audit_exports`.execute(gateway.database.db);
    const before = (await count()).rows;
    const { status, headers, body } = await gateway.rest('HEAD', path({}), admin);
    expect({ status, body }).toEqual({ status: 200, body: undefined });
    expect([headers.get('content-length'), headers.get('content-type')]).toEqual([null, null]);
    expect((await gateway.rest('HEAD', path({}))).status).toBe(401);
    expect((await count()).rows).toEqual(before);
  });
});

describe('an export that breaks off', () => {
  it('has no end: the client sees that it is not whole, and so does its manifest', async () => {
    const { id, content } = await anExport({ format: 'NDJSON' });
    let isCut = false;
    const { body, isWhole, trailers } = await download(gateway, content, admin, () => {
      if (isCut) return;
      isCut = true;
      // The server's connection to the database ends in the middle.
      void sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'tenantry export'
        and datname = current_database()`.execute(gateway.database.db);
    });
    // What was on its way arrives; if that was all of it, this test says nothing.
    expect(body.length).toBeGreaterThan(0);
    expect({ isWhole, trailers }).toEqual({ isWhole: false, trailers: {} });
    expect(body.toString('utf8')).not.toContain('{"manifest"');
    expect((await gateway.rest('GET', manifestPath(id), admin)).body).toMatchObject({ state: 'broken', rows: null, sha256: null });
  });

  it('costs the database nothing more when the client is gone', async () => {
    const { id, content } = await anExport({ format: 'CSV' });
    await download(gateway, content, admin, (_soFar, cut) => cut()).catch(() => {});
    await until(async () => (await exporting()) === 0);
    await until(async () => (await gateway.rest('GET', manifestPath(id), admin)).body.state === 'broken');
  });

  it('is gone on with behind its last entry: both together are the whole, and of one moment', async () => {
    const whole = jsonLines((await download(gateway, path({ action: 'test.many', format: 'ndjson' }), admin)).body).slice(0, -1);
    const first = await anExport({ filter: { actions: ['test.many'] }, format: 'NDJSON' });
    const { body } = await download(gateway, first.content, admin, (soFar, cut) => {
      if (soFar > 500_000) cut();
    });
    const begun = jsonLines(body.subarray(0, body.lastIndexOf('\n') + 1));
    expect(begun.length).toBeLessThan(whole.length);
    // What happens meanwhile belongs to no part.
    await manyEntries(gateway.database, 10, 'test.many');
    const { id, content } = await anExport({ resumes: first.id, after: begun.at(-1)?.id });
    const rest = jsonLines((await download(gateway, content, admin)).body);
    expect(rest.pop()).toMatchObject({ manifest: { export: id, resumes: first.id, rows: whole.length - begun.length } });
    expect([...begun, ...rest].map((line) => line.id)).toEqual(whole.map((line) => line.id));
  });

  it('waits for a reader who is slow, and holds little meanwhile', async () => {
    const { content } = await anExport({ format: 'CSV' });
    const before = process.memoryUsage().rss;
    const response = await fetch(`${gateway.url}${content}`, { headers: { authorization: `Bearer ${admin.token}` } });
    expect(response.status).toBe(200);
    // Longer than a statement of a request may take: nothing is read, and nothing breaks.
    await sleep(1_200);
    expect(await exporting()).toBe(1);
    const lines = (await response.text()).split('\n').length;
    expect(lines).toBeGreaterThan(60_000);
    expect(process.memoryUsage().rss - before).toBeLessThan(200_000_000);
  });

  it('is refused, to be tried again, while as many run as may', async () => {
    const running = await Promise.all([1, 2].map(() => anExport({ format: 'CSV' })));
    const opened = await Promise.all(
      running.map(({ content }) => fetch(`${gateway.url}${content}`, { headers: { authorization: `Bearer ${admin.token}` } })),
    );
    const { id, content } = await anExport({ format: 'CSV' });
    const refused = await download(gateway, content, admin);
    expect({ status: refused.status, retryAfter: refused.headers['retry-after'] }).toEqual({ status: 503, retryAfter: '5' });
    expect((await gateway.rest('GET', manifestPath(id), admin)).body.state).toBe('ready');
    for (const response of opened) await response.text();
    expect((await download(gateway, content, admin)).isWhole).toBe(true);
  });
});
