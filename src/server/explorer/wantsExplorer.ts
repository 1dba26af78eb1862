import type { FastifyRequest } from 'fastify';

/** What the GraphQL endpoint answers a program with (GraphQL over HTTP, "Media Types"). */
const programTypes = ['application/json', 'application/graphql-response+json'];

/**
 * Says whether a request comes from a browser that wants to show a page: a GET (or HEAD) that names `text/html` and would rather have it
 * than JSON. A wildcard alone, or no Accept header, is a program's way to ask. A tie goes to the type that was named, and to JSON where
 * both were (RFC 9110 §12.5.1 leaves ties to the server).
 */
export function wantsExplorer(request: Pick<FastifyRequest, 'method' | 'headers'>): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  const weights = weightsOf(request.headers.accept ?? '');
  const html = weights.get('text/html') ?? 0;
  if (html === 0) return false;

  const named = programTypes.map((type) => weights.get(type)).filter((weight) => weight !== undefined);
  if (named.length > 0) return html > Math.max(...named);
  return html >= (weights.get('application/*') ?? weights.get('*/*') ?? 0);
}

/** The media ranges of an Accept header with their weights, from 0 to 1. What can't be read as a weight counts as 1. */
function weightsOf(accept: string): Map<string, number> {
  const weights = new Map<string, number>();
  for (const range of accept.split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const given = Number.parseFloat(parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1');
    const weight = Number.isNaN(given) ? 1 : Math.min(Math.max(given, 0), 1);
    weights.set(type, Math.max(weight, weights.get(type) ?? 0));
  }
  return weights;
}
