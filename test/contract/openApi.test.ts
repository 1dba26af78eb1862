import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateOpenApi } from '../../src/rest/generate.js';
import { buildUnguardedSchema } from '../../src/schema/schema.js';
import { type TestGateway, testGateway } from '../support/gateway.js';
import { missingFromOurs, operationsOf } from './compare.js';
import { contractOf } from './documents.js';

const generated = generateOpenApi(buildUnguardedSchema());

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await testGateway();
});
afterAll(() => gateway.close());

describe.each(['platform', 'v1'] as const)('the OpenAPI document of %s', (surface) => {
  it('has all that the contract documents of the served operations', () => {
    // Which those must be, the table of statusCases.ts says.
    const served = operationsOf(generated[surface]).map(({ operation }) => String(operation.operationId));
    expect(missingFromOurs(contractOf(surface), generated[surface], served)).toEqual([]);
  });

  it('is served to anyone, as the schema makes it', async () => {
    const { status, body } = await gateway.rest('GET', `/openapi/${surface}.json`);
    expect({ status, body }).toEqual({ status: 200, body: JSON.parse(JSON.stringify(generated[surface])) });
  });
});
