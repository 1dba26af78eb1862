import { createSourceEventStream, type DocumentNode, type ExecutionResult, execute, GraphQLError, type GraphQLSchema } from 'graphql';
import { type DomainError, Unavailable } from '../errors.js';
import { asDomainError } from '../failure.js';

/** A subscription that is asked for. Resolvers are given the context with the signal in it. */
export interface Subscribing<C extends object> {
  readonly schema: GraphQLSchema;
  /** Valid against the schema. */
  readonly document: DocumentNode;
  readonly operationName?: string | null;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Finds out anew who calls. @throws Unauthenticated where they may no longer */
  readonly contextOf: () => Promise<C>;
  /** Aborted when no one waits for more. */
  readonly signal: AbortSignal;
  /** What the caller may see of a result. */
  readonly present?: (result: ExecutionResult, ctx: C) => ExecutionResult;
}

/** Milliseconds between two looks whether the caller of a quiet stream may still have it. */
const recheckInterval = 10_000;

type Results = AsyncGenerator<ExecutionResult, void>;

/**
 * Opens a subscription. Who calls, and whether they may, is decided when it opens, again for each event, and every few seconds where there
 * is none: a stream ends when its caller loses access, with a last result that says so.
 * @returns the results; or one result with errors, where it did not open
 * @throws Unauthenticated
 */
export async function openSubscription<C extends object>(asked: Subscribing<C>): Promise<Results | ExecutionResult> {
  const over = new AbortController();
  const signal = AbortSignal.any([asked.signal, over.signal]);
  const ctx = await asked.contextOf();
  const source = await sourceOf(asked, { ...ctx, signal });
  const present = asked.present ?? ((result) => result);
  return isIterable(source) ? resultsOf(asked, source, over, signal, present) : present(source, ctx);
}

async function* resultsOf<C extends object>(
  asked: Subscribing<C>,
  source: AsyncIterable<unknown>,
  over: AbortController,
  signal: AbortSignal,
  present: NonNullable<Subscribing<C>['present']>,
): Results {
  let refusal: ExecutionResult | undefined;
  const recheck = setInterval(async () => {
    refusal = await refusalOf(asked, present);
    if (refusal) over.abort();
  }, recheckInterval);
  try {
    for await (const event of source) {
      const result = await resultOf(asked, event, signal, present);
      yield result;
      // The field itself was refused, or could not be read: there is no more to be had.
      if (!result.data) return;
    }
    if (refusal) yield refusal;
    else if (asked.signal.aborted) yield resultOfError(new Unavailable('The server ends this stream before its end. Open it again.'));
  } finally {
    clearInterval(recheck);
    over.abort();
  }
}

/** One event, shown in a context of its own: nothing that was loaded for another one is taken for true. */
async function resultOf<C extends object>(
  asked: Subscribing<C>,
  event: unknown,
  signal: AbortSignal,
  present: NonNullable<Subscribing<C>['present']>,
): Promise<ExecutionResult> {
  try {
    const ctx = { ...(await asked.contextOf()), signal };
    return present(await execute({ ...argsOf(asked, ctx), rootValue: event }), ctx);
  } catch (error) {
    return failed(error);
  }
}

/** Asks for the same subscription again, and takes nothing from it. @returns what now speaks against it, if anything */
async function refusalOf<C extends object>(
  asked: Subscribing<C>,
  present: NonNullable<Subscribing<C>['present']>,
): Promise<ExecutionResult | undefined> {
  try {
    const ctx = await asked.contextOf();
    const again = await sourceOf(asked, { ...ctx, signal: AbortSignal.abort() });
    return isIterable(again) ? undefined : present(again, ctx);
  } catch (error) {
    // A database that does not answer for a moment takes nothing away from anyone: each event is decided on by itself.
    return asDomainError(error)?.code === 'UNAUTHENTICATED' ? failed(error) : undefined;
  }
}

function sourceOf<C extends object>(asked: Subscribing<C>, ctx: C): Promise<AsyncIterable<unknown> | ExecutionResult> {
  return createSourceEventStream(argsOf(asked, ctx));
}

function argsOf<C extends object>({ schema, document, operationName, variables }: Subscribing<C>, contextValue: C) {
  return { schema, document, operationName, variableValues: variables, contextValue };
}

export function isIterable<T>(value: AsyncIterable<T> | ExecutionResult): value is AsyncIterable<T> {
  return Symbol.asyncIterator in value;
}

function resultOfError(error: DomainError): ExecutionResult {
  return { errors: [new GraphQLError(error.message, { originalError: error, extensions: { code: error.code, ...error.details } })] };
}

/** @throws what is a defect of ours */
function failed(error: unknown): ExecutionResult {
  const domain = asDomainError(error);
  if (!domain) throw error;
  return resultOfError(domain);
}
