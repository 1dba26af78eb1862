import { type ExecutionResult, GraphQLError } from 'graphql';
import { Conflict, DomainError, Invalid, NotFound } from '../errors.js';
import { asDomainError } from '../failure.js';
import { fedBy } from './feeds.js';
import type { Issue } from './issue.js';
import type { CompiledOperation } from './operation.js';
import { isRecord } from './record.js';
import { RequestInvalid } from './requestInvalid.js';

/**
 * The response body in an operation's result.
 * @param resourceId names in a 404 what was asked for
 * @throws RequestInvalid where a service found the input wrong; the other domain errors as they are; NotFound where a query's result is
 * null; whatever else a resolver threw
 */
export function bodyIn(operation: CompiledOperation, result: ExecutionResult, resourceId: string): unknown {
  // An internal error says more than a refusal that stands beside it.
  const causes = (result.errors ?? []).map((error) => ({ path: error.path ?? [], cause: causeOf(error) }));
  const worst = causes.find(({ cause }) => !(cause instanceof DomainError)) ?? causes[0];
  if (worst?.cause instanceof Invalid) throw new RequestInvalid(issuesOf(operation, worst.path, worst.cause));
  if (worst?.cause instanceof Conflict) throw conflictOf(operation, worst.path, worst.cause);
  if (worst) throw worst.cause;
  const body = operation.resultPath.reduce<unknown>((at, key) => (isRecord(at) ? at[key] : null), result.data);
  if (operation.kind !== 'mutation' && (body === null || body === undefined)) throw new NotFound(operation.notFound, resourceId);
  return body;
}

function causeOf(error: unknown): unknown {
  let cause = error;
  while (cause instanceof GraphQLError && cause.originalError) cause = cause.originalError;
  return asDomainError(cause) ?? cause;
}

/** The same conflict, about the parameter that fed the member of the input which the service names. */
function conflictOf(operation: CompiledOperation, field: readonly (string | number)[], error: Conflict): Conflict {
  const { field: member } = error.details;
  const fed = typeof member === 'string' ? fedBy(operation.feeds, field, ['input', member]) : undefined;
  return fed ? new Conflict(error.message, { ...error.details, field: fed.variable }, { cause: error }) : error;
}

/** A service names arguments of its field; the caller knows the variables that fed them. */
function issuesOf(operation: CompiledOperation, field: readonly (string | number)[], error: Invalid): Issue[] {
  const elsewhere = operation.kind === 'mutation' ? 'body' : 'query';
  return error.issues.map(({ path, message, type, context }) => {
    const ctx = context ? { ctx: context } : {};
    if (path[0] === 'header') return { loc: path, msg: message, type, ...ctx };
    const fed = fedBy(operation.feeds, field, path);
    const place = operation.parameters.find(({ name }) => name === fed?.variable)?.place;
    const loc = fed && place ? [place, fed.variable, ...fed.rest] : [elsewhere, ...path.filter((part) => part !== 'input')];
    return { loc, msg: message, type, ...ctx };
  });
}
