import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isRecord } from '../../src/rest/record.js';
import { operationsOf } from '../contract/compare.js';
import { contractOf } from '../contract/documents.js';
import { contractOperation, contractOperations } from '../contract/operations.js';
import { findingHeaders, findingsIn } from './findings.js';
import { type Prism, startPrism } from './prism.js';

// Prism says nothing where it has found nothing, and nothing either where it can't make sense of a schema: that it looks is shown here.

/** A server that is wrong on purpose: it answers with the status that it is asked for, and a body that no operation documents. */
let server: Server;
let prism: Prism;
beforeAll(async () => {
  server = createServer((request, response) => {
    response.writeHead(Number(request.headers['x-answer'] ?? 200), { 'content-type': 'application/json' });
    response.end(request.method === 'HEAD' ? undefined : '7');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // It listens on TCP, so the address is no path of a pipe.
  prism = await startPrism(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
afterAll(async () => {
  await prism.close();
  server.close();
  await once(server, 'close');
});

const id = '01890a5d-ac96-774b-bcce-b302099a8057';

/** Where Prism found something, each time by both documents. @throws Error where only one of them shows it */
async function found(
  operationId: string,
  {
    status = 200,
    query = '',
    pathIds = id,
    token = true,
    body,
  }: { status?: number; query?: string; pathIds?: string; token?: boolean; body?: unknown },
): Promise<string[]> {
  const { method, path } = contractOperation(operationId);
  const headers = { 'x-answer': String(status) };
  const answer = await prism.rest(method, path.replace(/\{\w+\}/g, pathIds) + query, { token: token ? 'any' : undefined, headers, body });
  const [published = [], contract = []] = findingHeaders.map((name) =>
    findingsIn(answer.headers, name).map(({ location }) => location.join('.')),
  );
  return published.filter((location) => contract.includes(location));
}

describe.each([...contractOperations.values()])('of $surface $id Prism sees', ({ id: operationId, surface, statuses }) => {
  const { operation } = operationsOf(contractOf(surface)).find((each) => each.operation.operationId === operationId) ?? {};
  const contentOf = (holder: unknown) => (isRecord(holder) && isRecord(holder.content) ? holder.content : undefined);
  const responses = isRecord(operation?.responses) ? operation.responses : {};
  const hasBody = statuses.filter((status) => contentOf(responses[status]));

  it.each(hasBody)('an answer %d that is not as documented', async (status) => {
    expect(await found(operationId, { status })).toContainEqual(expect.stringMatching(/^response/));
  });

  it('a status that is not documented', async () => {
    expect(await found(operationId, { status: 418 })).toContain('response');
  });

  it('a caller without a token', async () => {
    expect(await found(operationId, { token: false })).toContain('request');
  });

  if (contentOf(operation?.requestBody)) {
    it('a body that is not as documented', async () => {
      expect(await found(operationId, { body: [] })).toContain('request.body');
    });
  }

  const parameters = Array.isArray(operation?.parameters) ? operation.parameters.filter(isRecord) : [];
  const strict = parameters.filter(({ schema }) => /"(integer|boolean|enum|uuid|date-time)"/.test(JSON.stringify(schema)));
  if (strict.length > 0) {
    it(`parameters that are not as documented: ${strict.map(({ name }) => name)}`, async () => {
      const query = strict.filter((each) => each.in === 'query').map(({ name }) => `${name}=~`);
      const locations = await found(operationId, { pathIds: '~', query: `?${query.join('&')}` });
      expect(locations).toEqual(expect.arrayContaining(strict.map((each) => `request.${each.in}.${each.name}`)));
    });
  }
});
