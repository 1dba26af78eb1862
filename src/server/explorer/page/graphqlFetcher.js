/**
 * Makes the function by which the explorer sends operations, introspection among them.
 *
 * @param {object} options
 * @param {string} options.url where operations are sent
 * @param {string} options.token sent as `Authorization: Bearer`; empty: no such header
 * @param {(refused: boolean) => void} options.onAnswer told after each answer whether the server refused the token, or misses one
 * @returns {(params: object, options?: { headers?: Record<string, string> | null }) => Promise<{ errors?: unknown[], data?: unknown }>}
 *   which throws an Error with a plain message where the answer is not a GraphQL one
 */
export function graphqlFetcher({ url, token, onAnswer }) {
  return async (params, options) => {
    const headers = new Headers({
      accept: 'application/graphql-response+json, application/json;q=0.9',
      'content-type': 'application/json',
    });
    if (token !== '') headers.set('authorization', `Bearer ${token}`);
    // What is typed into the headers editor comes last: it may say otherwise, for one operation.
    for (const [name, value] of Object.entries(options?.headers ?? {})) headers.set(name, String(value));

    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(params) });
    const answer = parsed(await response.text());
    onAnswer(response.status === 401 || asksForToken(answer, token));
    if (answer === undefined) throw new Error(`The server answered ${response.status} ${response.statusText} and no JSON.`);
    return answer;
  };
}

/**
 * @param {string} text
 * @returns {any} undefined where the text is not JSON
 */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * An error without a path concerns the request, and so its token. One with a path concerns a field: there a token that holds would be
 * beside the point, and none at all is what is missing.
 *
 * @param {any} answer
 * @param {string} token
 * @returns {boolean}
 */
function asksForToken(answer, token) {
  if (!Array.isArray(answer?.errors)) return false;
  return answer.errors.some(
    (/** @type {any} */ error) => error?.extensions?.code === 'UNAUTHENTICATED' && (token === '' || error.path === undefined),
  );
}
