import type { GraphQLSchema } from 'graphql';
import type { CompiledOperation } from '../../src/rest/operation.js';
import { traceIdIn } from '../contract/trace.js';
import { openEvents, subscribe } from '../support/eventStream.js';
import type { Caller, GraphQLAnswer, RestAnswer, TestGateway } from '../support/gateway.js';
import { type CallerName, type Callers, callerNames, callersFor, type KnownCaller, type Orgs } from './callers.js';
import { type Mode, type ObjectKind, objectKinds, type Policy } from './policyTable.js';
import { restCall } from './restCalls.js';
import { aboutNothing, argumentsOf, namesAnObject } from './rootFieldCalls.js';
import type { RootField } from './rootFields.js';
import { policyOfRow } from './rowPolicy.js';

/** Where cells are tried out. */
export interface World {
  readonly gateway: TestGateway;
  readonly orgs: Orgs;
  /** A user who has nothing to do with any caller: what is another's is theirs. */
  readonly strangerId: string;
  readonly callers: ReturnType<typeof callersFor>;
  /** Without rules: for reading documents. */
  readonly schema: GraphQLSchema;
}

/** What callers are given, in the words of policyTable.ts, by the kind of object. */
export type Grid = Readonly<Partial<Record<ObjectKind, Readonly<Record<string, string>>>>>;

/** A row of the matrix: one way in, and whom it lets in. */
export interface MatrixRow {
  /** `Query.org`, or `GET /api/v1/platform/orgs/:org_uuid`. */
  readonly at: string;
  readonly isMutation: boolean;
  /** Whether it answers with events. The trail does not tell of streams that were refused. */
  readonly isStream: boolean;
  readonly row: RootField;
  readonly policy: Policy;
  readonly send: (world: World, variables: Readonly<Record<string, unknown>>, caller: KnownCaller) => Promise<Answer>;
}

interface Answer {
  readonly said: string;
  readonly traceId: string;
}

export function rowOfRootField(at: string, row: RootField): MatrixRow {
  const name = at.replace(/^\w+\./, '');
  const isMutation = at.startsWith('Mutation.');
  const isStream = at.startsWith('Subscription.');
  const named = namesOf(row);
  return {
    ...{ at, isMutation, isStream, row, policy: requirePolicy(at, policyOfRow(row)) },
    async send({ gateway }, variables, caller) {
      const ask = isStream ? firstEvent : gateway.graphql<Record<string, unknown>, object>;
      const answer = await ask(row.document, variables, caller, gateway);
      return { said: graphqlWord(name, named, answer), traceId: traceIdIn(answer.headers) };
    },
  };
}

export function rowOfEndpoint(operation: CompiledOperation, row: RootField): MatrixRow {
  const at = `${operation.rest.method} ${operation.rest.path}`;
  const isStream = operation.kind === 'subscription';
  const named = [...namesOf(row), ...(operation.rest.permission ? [operation.rest.permission] : [])];
  return {
    ...{ at, isMutation: operation.kind === 'mutation', isStream, row, policy: requirePolicy(at, policyOfRow(row)) },
    async send({ gateway, schema }, variables, caller) {
      const { method, path, body } = restCall(operation, argumentsOf(schema, row.document, variables));
      const answer = isStream ? await opened(gateway, path, caller) : await gateway.rest(method, path, { ...caller, body });
      return { said: restWord(named, answer), traceId: traceIdIn(answer.headers) };
    },
  };
}

/** What a subscription answers: its first event, or the refusal to open. */
async function firstEvent(
  document: string,
  variables: object,
  caller: Caller,
  gateway: TestGateway,
): Promise<GraphQLAnswer<Record<string, unknown>>> {
  const { status, headers, body, events } = await subscribe(gateway, document, variables, caller);
  const first = body ?? (await events.next()).value?.data;
  await events.return();
  return { status, headers, data: first?.data, errors: first?.errors ?? [], extensions: undefined };
}

/** What an endpoint that streams answers, without waiting for what it streams. */
async function opened(gateway: TestGateway, path: string, caller: Caller): Promise<RestAnswer> {
  const { status, headers, body, events } = await openEvents(gateway, path, caller);
  if (!body) await events.next();
  await events.return();
  return { status, headers, body };
}

/** What a refusal may name as missing: the permission, or what the row says. */
function namesOf({ permission, refusalNames, lacking = {} }: RootField): string[] {
  const names = [refusalNames ?? permission, ...Object.values(lacking)];
  return names.flatMap((name) => (name === undefined || name in requirements ? [] : [name]));
}

function requirePolicy(at: string, policy: Policy | undefined): Policy {
  if (!policy) throw new Error(`${at} needs a policy: name one of those in policies.ts, or add one.`);
  return policy;
}

const codes: Readonly<Record<string, string>> = { UNAUTHENTICATED: '401', NOT_FOUND: '404', BAD_USER_INPUT: '422' };
const requirements: Readonly<Record<string, string>> = { org_access: 'org', session: 'session', owner: 'owner' };

/** Words that stand for a refusal of which the trail tells. */
const forbidden = new Set(['403', ...Object.values(requirements)]);

function refusalWord(names: readonly string[], named: unknown): string {
  return names.includes(String(named)) ? '403' : (requirements[String(named)] ?? `403 naming ${named}`);
}

function graphqlWord(name: string, names: readonly string[], { data, errors }: GraphQLAnswer<Record<string, unknown>>): string {
  const [error] = errors;
  if (!error) return (data?.[name] ?? null) === null ? 'null' : 'ok';
  const { code, requiredPermission } = error.extensions;
  return code === 'FORBIDDEN' ? refusalWord(names, requiredPermission) : (codes[String(code)] ?? `${code}: ${error.message}`);
}

function restWord(names: readonly string[], { status, body }: RestAnswer): string {
  if (status < 300) return 'ok';
  if (status === 401 || status === 404) return String(status);
  if (status === 403) return refusalWord(names, body.details?.required_permission);
  return `${status}: ${JSON.stringify(body)}`;
}

/** What the trail says of a request. */
interface Traces {
  readonly acts: number;
  readonly refusals: number;
  /** Whether a permission was let past. */
  readonly isViolation: boolean;
}

/** What the trail says of requests, by trace id. */
async function trailOf({ gateway }: World, since: Date, traceIds: readonly string[]): Promise<ReadonlyMap<string, Traces>> {
  const entries = await gateway.database.db
    .selectFrom('platform_audit_log')
    .select(['trace_id', 'outcome'])
    .where('trace_id', 'in', [...traceIds])
    .where('created_at', '>=', since.toISOString())
    .execute();
  return new Map(
    traceIds.map((id) => {
      const own = entries.filter((entry) => entry.trace_id === id);
      const count = (wanted: string) => own.filter(({ outcome }) => outcome === wanted).length;
      return [id, { acts: count('success'), refusals: count('denied'), isViolation: count('violation') > 0 }];
    }),
  );
}

/** The kinds of objects that a row is about. */
function kindsOf(world: World, { row, policy: { kinds } }: MatrixRow, sample: Readonly<Record<string, unknown>>): ObjectKind[] {
  const names = namesAnObject(world.schema, row.document, sample);
  return objectKinds.filter((kind) => {
    if (kind === 'own') return true;
    return kind === 'other' ? kinds.includes('other') || row.alsoOther : names && kinds.includes('absent');
  });
}

/** What the policy gives, for the kinds of objects that the row is about. */
export function expectedGrid({ policy }: MatrixRow, mode: Mode, kinds: readonly ObjectKind[]): Grid {
  return Object.fromEntries(
    kinds.map((kind) => [kind, Object.fromEntries(callerNames.map((name) => [name, policy.expected(name, kind, mode)]))]),
  );
}

/**
 * Calls as everyone, for every kind of object. What one call may change, no other is about: a call that is expected to change
 * something has objects of its own, and callers of its own where it changes what they may do.
 */
export async function observedGrid(world: World, matrixRow: MatrixRow, mode: Mode): Promise<{ kinds: ObjectKind[]; grid: Grid }> {
  const { row } = matrixRow;
  const sample = await variablesOf(world, row, 'own', world.strangerId);
  const kinds = kindsOf(world, matrixRow, sample);
  const grid: Partial<Record<ObjectKind, Record<string, string>>> = {};
  for (const kind of kinds) grid[kind] = await observedColumn(world, matrixRow, mode, kind);
  return { kinds, grid };
}

function callersOf(world: World, row: RootField): Promise<Callers> {
  const permission = row.permission?.startsWith('platform.') ? row.permission : undefined;
  return (row.spendsCaller ? callersFor(world.gateway, world.orgs) : world.callers)(permission);
}

async function variablesOf(world: World, row: RootField, kind: ObjectKind, userId: string): Promise<Readonly<Record<string, unknown>>> {
  const orgId = kind === 'other' ? world.orgs.other : world.orgs.own;
  const variables = { ...(await row.variables?.({ gateway: world.gateway, orgId, userId })) };
  return kind === 'absent' ? aboutNothing(world.schema, row.document, variables) : variables;
}

async function inTurn<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}

async function observedColumn(world: World, matrixRow: MatrixRow, mode: Mode, kind: ObjectKind): Promise<Record<string, string>> {
  const { row, policy, isMutation, isStream } = matrixRow;
  const callers = await callersOf(world, row);
  const ownerOf = (name: CallerName) => (kind === 'own' ? callers[name].userId : world.strangerId);
  const isOwned = kind === 'own' && (policy.kinds.includes('own') || row.alsoOther);
  const shared = isOwned ? undefined : await variablesOf(world, row, kind, world.strangerId);
  const changes = (name: CallerName) => isMutation && policy.expected(name, kind, mode)?.startsWith('ok');
  const since = new Date(Date.now() - 1_000);
  // Windows of its own: repeated refusals are counted and told of once, and what may be tried is limited.
  const { db } = world.gateway.database;
  await Promise.all([db.deleteFrom('audit_repeats').execute(), db.deleteFrom('attempts').execute()]);
  const call = async (name: CallerName) => {
    const variables = shared && !changes(name) ? shared : await variablesOf(world, row, kind, ownerOf(name));
    return { name, ...(await matrixRow.send(world, variables, callers[name])) };
  };
  const answers = row.oneAtATime ? await inTurn(callerNames, call) : await Promise.all(callerNames.map(call));
  const trail = await trailOf(
    world,
    since,
    answers.map(({ traceId }) => traceId),
  );
  return Object.fromEntries(
    answers.map(({ name, said, traceId }) => {
      const { acts, refusals, isViolation } = trail.get(traceId) ?? { acts: 0, refusals: 0, isViolation: false };
      // What is refused leaves no trace of having been done, and one of having been tried; what is done leaves one.
      const isExpected = acts === (isMutation && said === 'ok' ? (row.entries ?? 1) : 0);
      // Who reads the trail is in it: the first time.
      const surplus = isExpected || (row.isReading && said === 'ok' && acts === 1) ? '' : ` with ${acts} entries`;
      const isHidden = said === '404' || said === 'null';
      const untold = isStream || isHidden || refusals === (forbidden.has(said) ? 1 : 0) ? '' : ` with ${refusals} entries of the refusal`;
      return [name, `${said}${isViolation ? '!' : ''}${surplus}${untold}`];
    }),
  );
}
