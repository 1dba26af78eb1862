import { join } from 'node:path';
import { Kind, type OperationDefinitionNode } from 'graphql';
import { compileOperations } from '../../src/rest/compile.js';
import { dialectOf } from '../../src/rest/dialect.js';
import { readDocuments } from '../../src/rest/documents.js';
import { operationsFolder } from '../../src/rest/folder.js';
import type { CompiledOperation } from '../../src/rest/operation.js';
import { isRecord } from '../../src/rest/record.js';
import { surfaces } from '../../src/rest/surfaces/index.js';
import { buildSchema } from '../../src/schema/schema.js';
import type { RootField } from './rootFields.js';
import { usersOfAWorkspace } from './rootFields.workspaces.js';

/**
 * The endpoints that do not answer as the row of the root field that they run says, and what of it is otherwise: these ask for the
 * documented permission before anything else, where the field opens to others too; or they always name what the row does not.
 */
export const endpointExceptions: Readonly<Record<string, Partial<RootField>>> = {
  get_orgs_org_uuid: { policy: 'permission', alsoOther: true },
  get_audit: { policy: 'permission' },
  get_audit_stats: { policy: 'permission' },
  get_audit_resource_types: { policy: 'permission' },
  get_audit_entry_uuid: { policy: 'permission' },
  get_audit_export: { policy: 'permission', oneAtATime: true },
  get_audit_exports_export_uuid: { policy: 'ownExportOnRest' },
  get_audit_exports_export_uuid_content: { policy: 'ownExportOnRest', oneAtATime: true },
  get_users_user_uuid: { policy: 'permission', alsoOther: true },
  patch_users_user_uuid: { policy: 'permission' },
  get_v1_users: usersOfAWorkspace,
};

/** A REST operation that is served. */
export interface Endpoint {
  readonly operation: CompiledOperation;
  /** The root field that it runs, as the table of root fields names it. */
  readonly field: string;
}

/** Every REST operation that is served. */
export function endpoints(): Endpoint[] {
  const folder = operationsFolder();
  const dialect = dialectOf(buildSchema(), folder);
  return surfaces.flatMap((surface) => {
    const nodes = readDocuments(dialect, join(folder, surface.name)).document.definitions.flatMap((definition) =>
      definition.kind === Kind.OPERATION_DEFINITION ? [definition] : [],
    );
    return compileOperations(dialect, folder, surface).map((operation) => ({
      operation,
      field: rootFieldOf(nodes.find(({ name }) => name?.value === operation.name)),
    }));
  });
}

function rootFieldOf(node: OperationDefinitionNode | undefined): string {
  const [first] = node?.selectionSet.selections ?? [];
  if (!node || first?.kind !== Kind.FIELD) throw new Error(`${node?.name?.value} runs no root field.`);
  const roots = { query: 'Query', mutation: 'Mutation', subscription: 'Subscription' };
  return `${roots[node.operation]}.${first.name.value}`;
}

interface RestCall {
  readonly method: string;
  readonly path: string;
  readonly body?: object;
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => (isRecord(inner) ? inner[key] : undefined), value);
}

/** The call that hands an operation's root field these arguments, as far as the operation can say them. */
export function restCall({ rest, feeds, parameters }: CompiledOperation, args: Readonly<Record<string, unknown>>): RestCall {
  const values = new Map(feeds.map(({ variable, argument }) => [variable, valueAt(args, argument)]));
  const placed = (place: string) =>
    parameters.filter((parameter) => parameter.place === place && values.get(parameter.name) !== undefined).map(({ name }) => name);
  const path = placed('path').reduce((filled, name) => filled.replace(`:${name}`, encodeURIComponent(String(values.get(name)))), rest.path);
  const query = new URLSearchParams(placed('query').map((name): [string, string] => [name, String(values.get(name))])).toString();
  const hasBody = parameters.some(({ place }) => place === 'body');
  const body = Object.fromEntries(placed('body').map((name) => [name, values.get(name)]));
  return { method: rest.method, path: query ? `${path}?${query}` : path, ...(hasBody && { body }) };
}
