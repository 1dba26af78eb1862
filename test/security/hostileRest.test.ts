import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anOrg, aUser } from '../support/builders.js';
import { type TestGateway, testGateway } from '../support/gateway.js';
import { figures, type HostileAnswer, hostileRun, longestRun, naughtyStringsFor, patience, sendAll } from './hostileRuns.js';
import { hostileJson, hostileText } from './hostileValues.js';

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

interface Operation {
  readonly operationId: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly in: 'path' | 'query' | 'header';
    readonly required?: boolean;
    readonly schema: Schema;
  }[];
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: Schema } } };
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

let gateway: TestGateway;
const ids: string[] = [];
beforeAll(async () => {
  gateway = await testGateway();
  const user = await aUser(gateway.database);
  ids.push(user, await anOrg(gateway.database, { members: [user] }), crypto.randomUUID());
});
afterAll(async () => {
  process.stdout.write(`REST: ${figures()}`);
  await gateway.close();
});

interface HostileCall {
  readonly path: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

/** A call of which each part is now what the operation asks for, and now hostile. */
function callOf(document: Document, { parameters, requestBody }: Operation): fc.Arbitrary<HostileCall> {
  const at = (place: string) =>
    fc.record(
      Object.fromEntries(
        parameters.filter((one) => one.in === place).map(({ name, schema }) => [name, sometimesHostile(document, schema)]),
      ),
      place === 'path' ? {} : { requiredKeys: [] },
    );
  const schema = requestBody?.content['application/json'].schema;
  const body = schema
    ? fc.oneof({ weight: 5, arbitrary: plausible(document, schema) }, { weight: 1, arbitrary: hostileJson })
    : fc.constant(undefined);
  return fc.record({ path: at('path'), query: at('query'), headers: at('header'), body });
}

function sometimesHostile(document: Document, schema: Schema): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 2, arbitrary: plausible(document, schema) }, { weight: 1, arbitrary: hostileJson });
}

function plausible(document: Document, schema: Schema): fc.Arbitrary<unknown> {
  if (schema.$ref) return plausible(document, document.components.schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {});
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map((one) => plausible(document, one)));
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const type = typeof schema.type === 'string' ? schema.type : schema.type?.find((one) => one !== 'null');
  if (type === 'object' && schema.properties) {
    const members = Object.entries(schema.properties).map(([name, member]) => [name, sometimesHostile(document, member)]);
    return fc.record(Object.fromEntries(members), { requiredKeys: [] });
  }
  if (type === 'array') return fc.array(sometimesHostile(document, schema.items ?? {}), { maxLength: 3 });
  if (type === 'integer' || type === 'number') return fc.integer({ min: 0, max: 200 });
  if (type === 'boolean') return fc.boolean();
  if (schema.format === 'uuid') return fc.nat(2).map((i) => ids[i]);
  if (schema.format === 'date-time') return fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
  return fc.oneof(fc.emailAddress(), fc.string(), hostileText);
}

/** Where a call has a text: `query`, `search` or `body`, `admin`, `email`; a list is entered at its first member. */
type Place = readonly (string | number)[];

/** A schema as it stands, with the one that it may be beside null. */
function resolved(document: Document, schema: Schema): Schema {
  if (schema.$ref) return resolved(document, document.components.schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {});
  const [only] = schema.anyOf?.filter(({ type }) => type !== 'null') ?? [];
  return only ? resolved(document, only) : schema;
}

const isOf = ({ type }: Schema, name: string) => type === name || (Array.isArray(type) && type.includes(name));

function placesIn(document: Document, given: Schema): Place[] {
  const schema = resolved(document, given);
  if (isOf(schema, 'array')) return placesIn(document, schema.items ?? {}).map((place) => [0, ...place]);
  if (schema.properties) {
    return Object.entries(schema.properties).flatMap(([name, member]) => placesIn(document, member).map((place) => [name, ...place]));
  }
  return isOf(schema, 'string') ? [[]] : [];
}

let count = 0;
/** What an operation takes, and no more than it requires, but for a text at one place of it. */
function valueWith(document: Document, given: Schema, place: Place | undefined, text: string): unknown {
  if (place?.length === 0) return text;
  const schema = resolved(document, given);
  if (schema.enum) return schema.enum[0];
  if (isOf(schema, 'array')) return place ? [valueWith(document, schema.items ?? {}, place.slice(1), text)] : [];
  if (schema.properties) {
    const needed = Object.entries(schema.properties).filter(([name]) => schema.required?.includes(name) || name === place?.[0]);
    return Object.fromEntries(
      needed.map(([name, member]) => [name, valueWith(document, member, name === place?.[0] ? place.slice(1) : undefined, text)]),
    );
  }
  if (isOf(schema, 'integer') || isOf(schema, 'number')) return 1;
  if (isOf(schema, 'boolean')) return true;
  if (schema.format === 'uuid') return ids[1];
  if (schema.format === 'date-time') return '2026-01-01T00:00:00Z';
  count += 1;
  return schema.format === 'email' ? `plain${count}@test.example` : `plain-${count}`;
}

/** For each place of a call that takes a text, the call with each naughty string there. */
function naughtyCalls(document: Document, { parameters, requestBody }: Operation): HostileCall[] {
  const schema = requestBody?.content['application/json'].schema;
  const at = (where: string, name: string | undefined, text: string) => {
    const these = parameters.filter((one) => one.in === where && (one.required || one.name === name));
    return Object.fromEntries(these.map((one) => [one.name, valueWith(document, one.schema, one.name === name ? [] : undefined, text)]));
  };
  const places = [
    ...parameters
      .filter((one) => placesIn(document, one.schema).length > 0)
      .map((one) => ({ where: one.in, name: one.name, place: undefined })),
    ...(schema ? placesIn(document, schema).map((place) => ({ where: 'body', name: undefined, place })) : []),
  ];
  return places.flatMap(({ where, name, place }, number) =>
    naughtyStringsFor(number).map((text) => ({
      path: at('path', where === 'path' ? name : undefined, text),
      query: at('query', where === 'query' ? name : undefined, text),
      headers: at('header', where === 'header' ? name : undefined, text),
      body: schema && valueWith(document, schema, place, text),
    })),
  );
}

/** A value as a part of an address; half a surrogate pair is sent as UTF-8 would have it, which no encoder writes. */
function inAddress(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return encodeURIComponent(text.toWellFormed() === text ? text : '\ufffd').replaceAll('%EF%BF%BD', '%ED%A0%80') || '%20';
}

async function send(method: string, template: string, call?: HostileCall): Promise<HostileAnswer> {
  if (!call) throw new Error('There is nothing to send.');
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) => inAddress(call.path[name]).slice(0, 8_000));
  const query = Object.entries(call.query).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((one) => `${name}=${inAddress(one).slice(0, 2_000)}`),
  );
  // Node's own fetch refuses a header that HTTP does not allow; what it lets through arrives.
  const headers = Object.entries(call.headers).flatMap(([name, value]) => {
    const text = (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 4_000);
    return /^[\t\x20-\x7e\x80-\xff]*$/.test(text) ? [[name, text] as const] : [];
  });
  const response = await fetch(`${gateway.url}${path}${query.length > 0 ? `?${query.join('&')}` : ''}`, {
    method,
    headers: { ...Object.fromEntries(headers), authorization: `Bearer ${gateway.adminToken}`, 'content-type': 'application/json' },
    body: method === 'GET' || call.body === undefined ? undefined : JSON.stringify(call.body),
    signal: AbortSignal.timeout(patience),
  });
  return { status: response.status, body: await response.text() };
}

describe.each(['platform', 'v1'])('The REST surface %s', (surface) => {
  // Our own document, which a test holds against the contract.
  const document = JSON.parse(readFileSync(`schema/openapi/${surface}.json`, 'utf8')) as Document;
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation, name: operation.operationId })),
  );

  it.each(operations)(
    'answers hostile calls of $name with no error of its own',
    async ({ path, method, operation }) => {
      expect(await hostileRun(callOf(document, operation), { send: ([call]) => send(method, path, call) })).toEqual([]);
    },
    longestRun,
  );

  it.each(operations)(
    'answers each naughty string in each text of $name with no error of its own',
    async ({ path, method, operation }) => {
      const calls = naughtyCalls(document, operation);
      expect(await sendAll(calls, { send: ([call]) => send(method, path, call) })).toEqual([]);
    },
    longestRun,
  );

  it('has logged no internal error', () => {
    expect(
      gateway
        .logs()
        .split('\n')
        .filter((line) => line.includes('"level":"error"')),
    ).toEqual([]);
  });
});
