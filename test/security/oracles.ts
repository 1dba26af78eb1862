import type { GraphQLSchema } from 'graphql';
import type { CallerName, KnownCaller } from '../access/callers.js';
import { type Endpoint, endpoints, restCall } from '../access/restCalls.js';
import { aboutNothing, argumentsOf, namesAnObject } from '../access/rootFieldCalls.js';
import { nobody, type RootField, rootFields } from '../access/rootFields.js';
import type { TestGateway } from '../support/gateway.js';

type Variables = Readonly<Record<string, unknown>>;

/** One way in that is given an id. */
export interface WayIn {
  /** `Query.org`, or `GET /api/v1/platform/orgs/:org_uuid`. */
  readonly at: string;
  readonly row: RootField;
  readonly request: (variables: Variables) => { readonly method: string; readonly path: string; readonly body?: object };
}

/** Who belongs to no org, or to another than the one that is asked about, and may do nothing on the platform. */
export const tenants: readonly CallerName[] = ['outsider', 'member', 'orgAdmin', 'otherAdmin'];

function graphqlWay([at, row]: readonly [string, RootField]): WayIn {
  const path = at.startsWith('Subscription.') ? '/graphql/stream' : '/graphql';
  return { at, row, request: (variables) => ({ method: 'POST', path, body: { query: row.document, variables } }) };
}

function restWay(schema: GraphQLSchema, { operation, field }: Endpoint): WayIn[] {
  const row = rootFields[field];
  if (!row) throw new Error(`${operation.name} runs ${field}, which has no row.`);
  if (!operation.rest.path.includes(':')) return [];
  const request = (variables: Variables) => restCall(operation, argumentsOf(schema, row.document, variables));
  return [{ at: `${operation.rest.method} ${operation.rest.path}`, row, request }];
}

/** Every REST operation with an id in its path, and every root field that may be given one. */
export function waysIn(schema: GraphQLSchema): WayIn[] {
  return [...Object.entries(rootFields).map(graphqlWay), ...endpoints().flatMap((endpoint) => restWay(schema, endpoint))];
}

/** The same call about what belongs to another, and about what never was; undefined where the call names no object. */
export async function twins(
  gateway: TestGateway,
  schema: GraphQLSchema,
  { row }: WayIn,
  whose: { readonly orgId: string; readonly userId: string },
): Promise<{ readonly foreign: Variables; readonly absent: Variables } | undefined> {
  const foreign: Variables = { ...(await row.variables?.({ gateway, ...whose })) };
  if (!namesAnObject(schema, row.document, foreign)) return undefined;
  return { foreign, absent: aboutNothing(schema, row.document, foreign) };
}

/** An answer as its caller gets it. */
export interface Observed {
  readonly isGiven: boolean;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What differs from one answer to the next, whatever is asked. */
const changing = new Set(['date', 'traceparent', 'keep-alive']);
const uuids = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;

/** Calls, and leaves out of the answer what was sent and what each answer has of its own: the ids, the trace and the time. */
export async function observe({ url }: TestGateway, way: WayIn, variables: Variables, { token, headers }: KnownCaller): Promise<Observed> {
  const { method, path, body } = way.request(variables);
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(body && { 'content-type': 'application/json' }),
      ...(path === '/graphql/stream' && { accept: 'text/event-stream' }),
      ...(token && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const [, trace = 'none'] = response.headers.get('traceparent')?.split('-') ?? [];
  const sent = new Set([nobody, ...(JSON.stringify(variables).match(uuids) ?? [])].map((id) => id.toLowerCase()));
  const plain = text
    .replace(uuids, (id) => (sent.has(id.toLowerCase()) ? '<id>' : id))
    .replaceAll(trace, '<trace>')
    .replace(/"timestamp":"[^"]*"/, '"timestamp":"<time>"');
  const all = [...response.headers].filter(([name]) => !changing.has(name));
  const isGiven = response.status < 300 && !text.includes('"errors"') && !/"data":\{"\w+":null\}/.test(text);
  return { isGiven, status: response.status, headers: Object.fromEntries(all), body: plain };
}
