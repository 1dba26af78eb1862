import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { seed, workThrough } from '../jobs/jobsKit.js';
import { aTenant, aUser } from '../support/builders.js';
import { type TestGateway, testGateway } from '../support/gateway.js';
import { prismFaults } from './findings.js';
import { type Prism, startPrism } from './prism.js';

// The operations that the server publishes and the contract doesn't have; and downloads in each format.

let gateway: TestGateway;
let prism: Prism;
let admin: { token: string };
let stranger: { token: string };
beforeAll(async () => {
  gateway = await testGateway();
  prism = await startPrism(gateway.url);
  admin = { token: gateway.adminToken };
  stranger = { token: gateway.tokenFor(await aUser(gateway.database)) };
});
afterAll(async () => {
  await prism.close();
  await gateway.close();
});

const nothing = '01890a5d-ac96-774b-bcce-b302099a8057';

/** The status and the media type of an answer, which Prism has nothing against. */
async function asked(operationId: string, path: string, caller: { token?: string }) {
  const answer = await prism.rest('GET', `/api/v1/platform/${path}`, caller);
  expect(prismFaults(operationId, answer)).toEqual([]);
  return { status: answer.status, type: answer.headers.get('content-type')?.split(';')[0], exportId: answer.headers.get('export-id') };
}

/** What everyone is told who may not have it, and about what is not there. */
async function expectRefusals(operationId: string, pathTo: (id: string) => string, id: string) {
  const json = 'application/json';
  expect(await asked(operationId, pathTo(id), {})).toMatchObject({ status: 401, type: json });
  expect((await asked(operationId, pathTo(id), stranger)).status).toBeGreaterThanOrEqual(403);
  expect(await asked(operationId, pathTo(nothing), admin)).toMatchObject({ status: 404, type: json });
  expect(await asked(operationId, pathTo('acme'), admin)).toMatchObject({ status: 422, type: json });
}

describe('Prism has nothing against', () => {
  it('a job, and the stream of its events', async () => {
    const id = await seed(gateway, (await aTenant(gateway)).id);
    await workThrough(gateway);
    const events = (of: string) => `jobs/${of}/events`;
    expect(await asked('get_jobs_job_uuid', `jobs/${id}`, admin)).toMatchObject({ status: 200 });
    expect(await asked('get_jobs_job_uuid_events', events(id), admin)).toMatchObject({ status: 200, type: 'text/event-stream' });
    await expectRefusals('get_jobs_job_uuid', (of) => `jobs/${of}`, id);
    await expectRefusals('get_jobs_job_uuid_events', events, id);
  });

  it.each([
    ['csv', 'text/csv'],
    ['ndjson', 'application/x-ndjson'],
    ['parquet', 'application/vnd.apache.parquet'],
  ])('an export as %s, and its manifest', async (format, type) => {
    const { exportId: id, ...exported } = await asked('get_audit_export', `audit/export?format=${format}`, admin);
    expect(exported).toEqual({ status: 200, type });
    expect(await asked('get_audit_exports_export_uuid', `audit/exports/${id}`, admin)).toMatchObject({ status: 200 });
    await expectRefusals('get_audit_exports_export_uuid', (of) => `audit/exports/${of}`, String(id));
  });

  it('the download of an export that GraphQL made', async () => {
    const { data } = await gateway.graphql<{ exportAudit: { export: { id: string } } }, object>(
      'mutation { exportAudit(input: { format: NDJSON }) { export { id } } }',
      {},
      admin,
    );
    const id = String(data?.exportAudit.export.id);
    const content = (of: string) => `audit/exports/${of}/content`;
    await expectRefusals('get_audit_exports_export_uuid_content', content, id);
    const operation = 'get_audit_exports_export_uuid_content';
    expect(await asked(operation, content(id), admin)).toMatchObject({ status: 200, type: 'application/x-ndjson' });
    expect(await asked(operation, content(id), admin)).toMatchObject({ status: 409, type: 'application/json' });
  });
});
