import type { Pool } from 'pg';

/** One HTTP request. */
export interface Ask {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: string;
}

/** What the requests of a run are about. */
export interface Subject {
  /** Public id of an org of the demo data. */
  readonly orgId: string;
}

/** A route as one writes it by hand who needs this one answer and nothing else: the best SQL, prepared, and no rules. */
export interface BareRoute {
  readonly path: string;
  /** JSON Schema of the answer: Fastify compiles its serializer from it. */
  readonly response: object;
  answer(pool: Pool, params: Readonly<Record<string, string>>): Promise<unknown>;
}

/** A request to Tenantry, and the bare route that answers with the same data. */
export interface BenchCase {
  readonly name: string;
  ask(subject: Subject): Ask;
  askBare(subject: Subject): Ask;
  readonly bare: BareRoute;
  /** The part of both answers' JSON that must be equal; the whole of it where absent. */
  readonly compared?: string;
}

/** A GraphQL request as clients send it. */
export function graphql(query: string, variables?: Readonly<Record<string, unknown>>): Ask {
  return { method: 'POST', path: '/graphql', body: JSON.stringify({ query, variables }) };
}
