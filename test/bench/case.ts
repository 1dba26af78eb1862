import type { Pool } from 'pg';

/** One HTTP request. */
export interface Ask {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: string;
}

/** What the requests of a run are about. */
export interface Subject {
  /** Public ids of orgs of the demo data, which have schemas of their own: each connection changes another one. */
  readonly orgIds: readonly string[];
}

/** A route as one writes it by hand who needs this one answer and nothing else: the best SQL, prepared, and no rules. */
export interface BareRoute {
  readonly method?: 'POST';
  readonly path: string;
  /** JSON Schema of the answer: Fastify compiles its serializer from it. */
  readonly response: object;
  answer(pool: Pool, params: Readonly<Record<string, string>>, body: unknown): Promise<unknown>;
}

/** A server that is asked. */
export type ServerName = 'bare' | 'Tenantry' | 'Tenantry without rules' | "the tutorial's way" | 'PostGraphile' | 'Mercurius';

/** One of the ways to get a case's answer. */
export interface Way {
  /** As the table names it. */
  readonly name: string;
  readonly server: ServerName;
  /** Each connection asks them in turns, and the n-th connection begins with the n-th. */
  asks(subject: Subject): readonly Ask[];
  /** Not asked for the same data as the others. */
  readonly isNotCompared?: true;
}

/** What is asked, and the ways to get the answer. */
export interface BenchCase {
  readonly name: string;
  /** The first one is what the others are compared to. */
  readonly ways: readonly Way[];
  /** What the bare server answers for this case. */
  readonly bareRoutes: readonly BareRoute[];
  /** What the first way asks of the database, with all values in it. */
  statements(subject: Subject): readonly string[];
  /** The part of the answers' JSON that must be equal; the whole of it where absent. */
  readonly compared?: string;
}

/** A GraphQL request as clients send it. */
export function graphql(query: string, variables?: Readonly<Record<string, unknown>>): Ask {
  return { method: 'POST', path: '/graphql', body: JSON.stringify({ query, variables }) };
}

export function get(path: string): Ask {
  return { method: 'GET', path };
}

/** The bare routes' answer to one request, which all others are compared to. */
export function bare(...asks: readonly Ask[]): Way {
  return { name: 'bare', server: 'bare', asks: () => asks };
}

/** Tenantry's answer, with authentication and all rules. */
export function tenantry(asks: Way['asks']): Way {
  return { name: 'Tenantry', server: 'Tenantry', asks };
}

/** The same where no field has a rule: what the rules cost. */
export function withoutRules(asks: Way['asks']): Way {
  return { name: 'without rules', server: 'Tenantry without rules', asks };
}

/** The stack as tutorials put it together; see peers/tutorial. */
export function tutorial(asks: Way['asks']): Way {
  return { name: "tutorial's way", server: "the tutorial's way", asks };
}

/** PostGraphile 5, whose schema follows from the tables: it is asked in its own words. Measured with --peers. */
export function postgraphile(asks: Way['asks']): Way {
  return { name: 'PostGraphile', server: 'PostGraphile', asks, isNotCompared: true };
}

/** Mercurius with resolvers by hand. Measured with --peers. */
export function mercurius(asks: Way['asks']): Way {
  return { name: 'Mercurius', server: 'Mercurius', asks };
}
