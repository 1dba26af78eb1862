import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { download, manyEntries } from '../audit/exports.js';
import { type TestDatabase, testDatabase } from '../support/database.js';
import { type GatewayProcess, gatewayProcess, tokenFor } from './gatewayProcess.js';
import { adminOf } from './platform.js';
import { rounds, unsoundness } from './soundness.js';

let database: TestDatabase;
let gateway: GatewayProcess;
let token: string;
beforeAll(async () => {
  database = await testDatabase('template', { statementTimeout: 60_000 });
  gateway = await gatewayProcess(database.url);
  await gateway.start();
  token = tokenFor(await adminOf(database));
  await manyEntries(database, 60_000, 'test.many');
}, 120_000);
afterAll(async () => {
  await gateway.discard();
  await database.drop();
});

async function get(path: string, init: RequestInit = {}) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const response = await fetch(`${gateway.url}${path}`, { ...init, headers });
  return JSON.parse(await response.text());
}

async function anExport(format: string): Promise<{ id: string; content: string }> {
  const query = 'mutation ($input: ExportAuditInput!) { exportAudit(input: $input) { export { id content } } }';
  const variables = { input: { format, filter: { actions: ['test.many'] } } };
  const { data } = await get('/graphql', { method: 'POST', body: JSON.stringify({ query, variables }) });
  return data.exportAudit.export;
}

/** Connections that a dead gateway left at work for an export. */
async function exporting(): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*)::int as n from pg_stat_activity
    where application_name = 'tenantry export' and datname = current_database()`.execute(database.db);
  return rows[0]?.n ?? 0;
}

const kills = Math.min(rounds(1), 100);
it(
  `An export whose gateway is killed can't be taken for a whole one, in any format (${kills} kills)`,
  async () => {
    const lengths: Record<string, number> = {};
    for (const format of ['CSV', 'NDJSON', 'PARQUET']) {
      const { body, isWhole } = await download(gateway, (await anExport(format)).content, { token });
      expect({ format, isWhole }).toEqual({ format, isWhole: true });
      lengths[format] = body.length;
    }
    for (let kill = 0; kill < kills; kill += 1) {
      const format = Object.keys(lengths)[kill % 3] ?? 'CSV';
      const { id, content } = await anExport(format);
      // Somewhere in the first half: what is on its way still arrives.
      const at = Math.random() * (lengths[format] ?? 0) * 0.5;
      let ended: Promise<unknown> | undefined;
      const { body, isWhole, trailers } = await download(gateway, content, { token }, (soFar) => {
        if (soFar > at) ended ??= gateway.end('SIGKILL');
      });
      await ended;
      expect({ format, isWhole, trailers }).toEqual({ format, isWhole: false, trailers: {} });
      if (format === 'NDJSON') expect(body.toString('utf8')).not.toContain('{"manifest"');
      if (format === 'PARQUET') expect(body.subarray(-4).toString('latin1')).not.toBe('PAR1');
      await gateway.start();
      const manifest = await get(`/api/v1/platform/audit/exports/${id}`);
      expect({ format, state: manifest.state, rows: manifest.rows, sha256: manifest.sha256 }).toEqual({
        format,
        state: expect.not.stringMatching(/complete|done/),
        rows: null,
        sha256: null,
      });
      // Nor does it cost the database anything any more.
      for (let tries = 0; (await exporting()) > 0; tries += 1) {
        expect(tries).toBeLessThan(200);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
    process.stdout.write(`${kills} exports whose gateway was killed: none passes for whole\n`);
    expect(await unsoundness(database)).toEqual([]);
  },
  60_000 + kills * 20_000,
);
