import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isRecord } from '../../src/rest/record.js';
import { buildUnguardedSchema } from '../../src/schema/schema.js';
import type { Call } from '../contract/client.js';
import { contractOperations } from '../contract/operations.js';
import { aScene, type Scene } from '../contract/scene.js';
import { nowhere, type StatusCase } from '../contract/statusCaseKit.js';
import { statusCases } from '../contract/statusCases.js';
import { inRestSpelling, normalized } from './normalized.js';
import { type SavedOperation, savedOperations } from './savedOperations.js';
import { variablesOf } from './variables.js';

// What streams a download has no answer in GraphQL to compare it with: `test/audit/export.test.ts` holds both ways of it.
const saved = new Map(
  [...savedOperations(buildUnguardedSchema())].filter(([id, { operation }]) => contractOperations.has(id) && !operation.rest.stream),
);

/** Two states that begin equal and stay so: what is done in one by REST is done in the other by GraphQL. */
let rest: Scene;
let graphql: Scene;
beforeAll(async () => {
  rest = await aScene();
  graphql = await aScene();
});
afterAll(async () => {
  await rest.close();
  await graphql.close();
});

/** How a call came out, in words that both ways have. */
interface Outcome {
  /** The response body; undefined where there is none, or the call was refused. */
  readonly body?: unknown;
  readonly refusal?: { readonly code: string; readonly message?: string; readonly permission?: unknown };
  readonly entries: readonly unknown[];
}

const codeOf: Readonly<Record<number, string>> = {
  400: 'LOCKOUT',
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  409: 'CONFLICT',
  422: 'BAD_USER_INPUT',
  500: 'INTERNAL_SERVER_ERROR',
  503: 'UNAVAILABLE',
};

/** /v1 writes permissions as `resource:action`; a platform key is dotted. */
const spelled = (permission: unknown) =>
  typeof permission === 'string' ? permission.replace(/^platform\./, '').replace('.', ':') : permission;

/** A refusal of bad input names values in its own words each way: that it is refused is what both share. */
function refusalOf(code: string, message: unknown, permission: unknown): Outcome['refusal'] {
  if (code === 'BAD_USER_INPUT' || code === 'INTERNAL_SERVER_ERROR') return { code };
  return { code, message: String(normalized(message)), permission: spelled(permission) };
}

/** What the trail has more of after some work. */
async function traced<T>(scene: Scene, work: () => Promise<T>): Promise<{ result: T; entries: unknown[] }> {
  const last = await scene.lastEntry();
  const result = await work();
  const added = await scene.entries(last);
  return {
    result,
    entries: added.map((entry) => ({
      action: entry.action,
      outcome: entry.outcome,
      resource: entry.resource_type,
      changed: entry.changed_fields,
      actor: [entry.actor_type, normalized(entry.actor_display_name), entry.impersonated_user_id !== null],
      inAnOrg: entry.org_id !== null,
      permission: entry.permission,
    })),
  };
}

const during = <T>(scene: Scene, { broken }: StatusCase, work: () => Promise<T>): Promise<T> =>
  broken ? scene.whileBroken(broken === true ? 'users' : broken, work) : work();

async function byRest(id: string, call: Call, oneCase: StatusCase): Promise<Outcome> {
  const { result, entries } = await traced(rest, () => during(rest, oneCase, () => rest.call(id, call)));
  const { status, body } = result;
  if (status < 300) return { body: normalized(body), entries };
  const details = isRecord(body.details) ? body.details : {};
  return {
    refusal: refusalOf(codeOf[status] ?? String(status), body.detail ?? body.message, details.required_permission),
    entries,
  };
}

async function byGraphQL({ operation, document, renamed }: SavedOperation, call: Call, oneCase: StatusCase): Promise<Outcome> {
  const { token, headers } = call;
  const variables = variablesOf(operation, call);
  const ask = () => graphql.gateway.graphql<object, object>(document, variables, { token, headers });
  const { result, entries } = await traced(graphql, () => during(graphql, oneCase, ask));
  const [error] = result.errors;
  if (error) {
    const { code, requiredPermission } = error.extensions;
    return { refusal: refusalOf(restCode(operation.rest.path, String(code)), error.message, requiredPermission), entries };
  }
  const body = operation.resultPath.reduce<unknown>((at, key) => (isRecord(at) ? at[key] : null), renamed(result.data));
  return { body: operation.output ? normalized(inRestSpelling(operation.output, body)) : undefined, entries };
}

/** /v1 documents neither 409 nor 400: what stands in the way is bad input there. */
function restCode(path: string, code: string): string {
  return path.startsWith('/v1/') && (code === 'CONFLICT' || code === 'LOCKOUT') ? 'BAD_USER_INPUT' : code;
}

/**
 * The call with what else the operation must be told, from a call that succeeds. REST refuses a caller before it looks at what they sent,
 * and GraphQL a document without its variables before anything else; REST refuses what is wrong in itself before it looks for the
 * object, and GraphQL the other way around.
 */
async function completed(scene: Scene, cases: readonly StatusCase[], call: Call, { status }: StatusCase): Promise<Call> {
  if (status !== 401 && status !== 403 && status !== 422) return call;
  const success = await cases.find((each) => each.status < 300)?.call(scene);
  const isOfNothing = ([name, id]: [string, string]) => nowhere[name] === id;
  const named = Object.fromEntries(Object.entries(call.params ?? {}).filter((each) => !isOfNothing(each)));
  const params = { ...nowhere, ...success?.params, ...named };
  if (status === 422) return { ...call, params };
  const body = isRecord(success?.body) || isRecord(call.body) ? { ...record(success?.body), ...record(call.body) } : call.body;
  return { ...call, params, query: call.query ?? success?.query, body };
}

const record = (value: unknown) => (isRecord(value) ? value : {});

describe.each(Object.entries(statusCases).filter(([id]) => saved.has(id)))('%s and its GraphQL operation', (id, cases) => {
  it.each(cases)('come out alike: $status $when', async (oneCase) => {
    const operation = saved.get(id);
    if (!operation) throw new Error(`${id} is not saved.`);
    const restCall = await completed(rest, cases, await oneCase.call(rest), oneCase);
    const graphqlCall = await completed(graphql, cases, await oneCase.call(graphql), oneCase);
    expect(await byGraphQL(operation, graphqlCall, oneCase)).toEqual(await byRest(id, restCall, oneCase));
  });
});

describe('the cases', () => {
  it('cover every documented operation that is saved, with a success and a caller who is refused', () => {
    for (const [id, { operation }] of saved) {
      const statuses = statusCases[id]?.map(({ status }) => status) ?? [];
      expect({ id, hasSuccess: statuses.includes(operation.rest.status), refusesAnonymous: statuses.includes(401) }).toEqual({
        id,
        hasSuccess: true,
        refusesAnonymous: true,
      });
    }
  });
});
