import type { Issue } from '../issue.js';
import type { CompiledOperation } from '../operation.js';
import type { Parameter } from '../parameter.js';
import { bodyOf } from './body.js';
import { type Check, checkOf, issueOf } from './check.js';

/** The parts of a request that carry parameters. */
export interface RequestParts {
  readonly params: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: Buffer | undefined;
  readonly contentType: string | undefined;
  /** What If-Match says; it stands in for a `base_version` that the body leaves out. */
  readonly baseVersion?: number | undefined;
}

/** An operation's variables, or everything that is wrong with the request. */
export type Variables = { readonly variables: Record<string, unknown> } | { readonly issues: readonly Issue[] };

interface Part {
  readonly parameter: Parameter;
  readonly check: Check;
}

/**
 * Makes the function that reads an operation's variables out of a request: the path first, then the query, then the body. What is
 * absent is left out, so that the document's default holds or the field stays as it is. Parameters that the operation does not
 * have are ignored, as the documented surfaces do.
 */
export function variableReader(operation: Pick<CompiledOperation, 'parameters' | 'rest'>): (parts: RequestParts) => Variables {
  const parts = operation.parameters.map((parameter): Part => ({ parameter, check: checkOf(parameter.shape) }));
  const at = (place: Parameter['place']) => parts.filter(({ parameter }) => parameter.place === place);
  const [inPath, inQuery, inBody] = [at('path'), at('query'), at('body')];
  const nullIsAbsent = operation.rest.nulls === 'ABSENT';

  return ({ params, query, body, contentType, baseVersion }) => {
    const variables: Record<string, unknown> = {};
    const issues: Issue[] = [];
    read(inPath, params, variables, issues);
    read(inQuery, inQuery.length > 0 ? queryValues(query, inQuery) : query, variables, issues);
    if (inBody.length > 0) {
      const content = bodyOf(body, contentType);
      if ('issue' in content) issues.push(content.issue);
      else read(inBody, withBaseVersion(content.members, baseVersion), variables, issues, nullIsAbsent);
    }
    return issues.length > 0 ? { issues } : { variables };
  };
}

function read(
  parts: readonly Part[],
  from: Readonly<Record<string, unknown>>,
  into: Record<string, unknown>,
  issues: Issue[],
  nullIsAbsent = false,
): void {
  for (const { parameter, check } of parts) {
    const { name, place, required, shape } = parameter;
    const value = Object.hasOwn(from, name) ? from[name] : undefined;
    if (value === null && nullIsAbsent && shape.nullable) continue;
    if (value !== undefined) into[name] = check(value, [place, name], issues);
    else if (required) issues.push(issueOf([place, name], { type: 'missing', msg: 'Field required' }, place === 'body' ? from : null));
  }
}

function withBaseVersion(members: Record<string, unknown>, baseVersion: number | undefined): Record<string, unknown> {
  return baseVersion === undefined ? members : { base_version: baseVersion, ...members };
}

/** A list takes every value of a name that is repeated; another parameter takes the last, as FastAPI does. */
function queryValues(query: Readonly<Record<string, unknown>>, parts: readonly Part[]): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const { parameter } of parts) {
    const sent = Object.hasOwn(query, parameter.name) ? query[parameter.name] : undefined;
    if (sent === undefined) continue;
    const all: readonly unknown[] = Array.isArray(sent) ? sent : [sent];
    values[parameter.name] = parameter.shape.kind === 'list' ? all : all.at(-1);
  }
  return values;
}
