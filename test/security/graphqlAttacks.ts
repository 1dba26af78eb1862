/** One request that someone would send to break the endpoint, and the only answer that is taken. */
export interface GraphqlAttack {
  readonly what: string;
  /** The document, with variables or without; or a body as it is sent. */
  readonly query?: string;
  readonly variables?: unknown;
  readonly operationName?: string;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
  /** POST unless said otherwise. */
  readonly method?: string;
  /** After /graphql. */
  readonly search?: string;
  readonly status: number;
  /** Of the only error, or undefined where the request is harmless and answered. */
  readonly code: string | undefined;
}

const times = (count: number, part: string) => part.repeat(count);
const numbered = (count: number, part: (i: number) => string) => Array.from({ length: count }, (_, i) => part(i)).join(' ');
const nested = (depth: number, open: string, middle: string, close: string) => times(depth, open) + middle + times(depth, close);
const preferences = (value: string) => `mutation { updateMyPreferences(preferences: ${value}) { user { id } } }`;
const withPreferences = 'mutation ($p: JSONObject!) { updateMyPreferences(preferences: $p) { user { id } } }';
const withUser = 'query ($id: UUID!) { user(id: $id) { id } }';
const withPage = 'query ($n: Int) { users(first: $n) { totalCount } }';
const withSearch = 'query ($s: String) { users(filter: { search: $s }, first: 1) { totalCount } }';

const parse = { status: 400, code: 'GRAPHQL_PARSE_FAILED' };
const invalid = { status: 400, code: 'GRAPHQL_VALIDATION_FAILED' };
const tooLarge = { status: 400, code: 'QUERY_TOO_LARGE' };
const badInput = { status: 400, code: 'BAD_USER_INPUT' };
/** The document is fine; one field of it is refused. */
const tooLong = { status: 200, code: 'BAD_USER_INPUT' };
const badJson = { status: 400, code: 'INVALID_JSON' };
const badRequest = { status: 400, code: 'BAD_REQUEST' };
const unsupported = { status: 415, code: 'UNSUPPORTED_MEDIA_TYPE' };
const noOperation = { status: 400, code: 'OPERATION_RESOLUTION_FAILURE' };
const harmless = { status: 200, code: undefined };

const depth: readonly GraphqlAttack[] = [
  ...[100, 1_000, 6_000].flatMap((levels) => [
    { what: `fields ${levels} deep`, query: nested(levels, '{ org', '{ id }', '}'), ...(levels === 100 ? invalid : parse) },
    { what: `lists ${levels} deep`, query: preferences(`{ a: ${nested(levels, '[', '', ']')} }`), ...(levels === 100 ? invalid : parse) },
    { what: `objects ${levels} deep`, query: preferences(nested(levels, '{ a: ', '1', '}')), ...(levels === 100 ? harmless : parse) },
    {
      what: `list types ${levels} deep`,
      query: `query ($v: ${nested(levels, '[', 'Int', ']')}) { __typename }`,
      ...(levels === 100 ? invalid : parse),
    },
    {
      what: `inline fragments ${levels} deep`,
      query: `{ ${nested(levels, '... {', '__typename', '}')} }`,
      ...(levels === 100 ? harmless : parse),
    },
  ]),
  {
    what: 'variables 6,000 deep',
    body: `{"query":${JSON.stringify(withPreferences)},"variables":{"p":${nested(6_000, '{"a":', '1', '}')}}}`,
    ...badInput,
  },
  {
    what: 'a variable of lists 100,000 deep',
    body: `{"query":"{ __typename }","variables":{"a":${nested(100_000, '[', '', ']')}}}`,
    ...badInput,
  },
  { what: 'brackets that are never closed', query: times(6_000, '{ a '), ...parse },
  { what: 'a megabyte of brackets as JSON', body: times(500_000, '['), ...badJson },
];

const breadth: readonly GraphqlAttack[] = [
  { what: 'one field 900 times', query: `{ ${times(900, '__typename ')} }`, ...invalid },
  { what: 'one field 10,000 times', query: `{ ${times(10_000, '__typename ')} }`, ...parse },
  {
    what: '40 aliases of a sign-in',
    query: `mutation { ${numbered(40, (i) => `a${i}: login(input: { email: "a@b.example", password: "p${i}" }) { accessToken }`)} }`,
    ...tooLarge,
  },
  {
    what: 'aliases of one costly list',
    query: `{ ${numbered(15, (i) => `a${i}: users(first: 100) { nodes { orgMemberships { org { members(first: 100) { nodes { user { id } } } } } } }`)} }`,
    ...tooLarge,
  },
  { what: 'two fields under one name', query: `{ a: users(first: 1) { totalCount } a: users(first: 2) { totalCount } }`, ...invalid },
  { what: '300 directives that are not known', query: `{ __typename ${times(300, '@a ')} }`, ...invalid },
  { what: 'one directive twice in a place', query: '{ __typename @skip(if: false) @skip(if: false) }', ...invalid },
  {
    what: '20 directives and one in a fragment',
    query: `{ ${times(20, '... @include(if: true) { __typename } ')} ...F } fragment F on Query { __typename @skip(if: false) }`,
    ...tooLarge,
  },
  { what: 'directives on variables', query: `query ($a: Int @include(if: true)) { __typename }`, ...invalid },
  { what: '@defer', query: '{ ... @defer { __typename } }', ...invalid },
  { what: '@stream', query: '{ users(first: 1) { nodes @stream(initialCount: 0) { id } } }', ...invalid },
  { what: '300 variables', query: `query (${numbered(300, (i) => `$v${i}: Int`)}) { __typename }`, ...parse },
  { what: '200 variables that nothing uses', query: `query (${numbered(200, (i) => `$v${i}: Int`)}) { __typename }`, ...invalid },
  { what: 'one variable 200 times', query: `query (${numbered(200, () => `$v: Int`)}) { __typename }`, ...invalid },
  {
    what: '50,000 variables that the document does not have',
    query: '{ __typename }',
    variables: Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`v${i}`, i])),
    ...harmless,
  },
  { what: '200 operations', query: numbered(200, (i) => `query Q${i} { __typename }`), operationName: 'Q199', ...harmless },
  { what: 'operations of one name', query: 'query A { __typename } query A { __typename }', operationName: 'A', ...invalid },
  { what: '250 arguments of one name', query: `{ users(${times(250, 'first: 1 ')}) { totalCount } }`, ...invalid },
  { what: 'an input field twice', query: '{ users(first: 1, filter: { search: "a", search: "b" }) { totalCount } }', ...invalid },
  { what: '300 mistakes at once', query: `{ ${numbered(300, (i) => `no${i}`)} }`, ...invalid },
  {
    what: 'mutations in a row, beyond the aliases',
    query: `mutation { ${numbered(16, (i) => `a${i}: ${'updateMyPreferences(preferences: {}) { user { id } }'}`)} }`,
    ...tooLarge,
  },
];

const fragments: readonly GraphqlAttack[] = [
  {
    what: 'a circle of 100 fragments',
    query: `{ ...F0 } ${numbered(100, (i) => `fragment F${i} on Query { ...F${(i + 1) % 100} }`)}`,
    ...invalid,
  },
  {
    what: 'each of 20 fragments in each other',
    query: `{ ...F0 } ${numbered(20, (i) => `fragment F${i} on Query { ${numbered(20, (j) => `...F${j}`)} }`)}`,
    ...invalid,
  },
  {
    what: 'a circle through a field',
    query: '{ me { ...F } } fragment F on User { orgMemberships { org { members { nodes { user { ...F } } } } } }',
    ...invalid,
  },
  { what: 'a circle that nothing enters', query: '{ __typename } fragment F on Query { ...G } fragment G on Query { ...F }', ...invalid },
  {
    what: '150 fragments that nothing uses',
    query: `{ __typename } ${numbered(140, (i) => `fragment F${i} on Query { __typename }`)}`,
    ...invalid,
  },
  { what: 'a fragment that is not there', query: '{ ...Nope }', ...invalid },
  { what: 'a fragment on another type', query: '{ ... on User { id } }', ...invalid },
  {
    what: 'two fragments of one name',
    query: '{ ...F } fragment F on Query { __typename } fragment F on Query { __typename }',
    ...invalid,
  },
  { what: 'a fragment called __proto__', query: '{ ...__proto__ } fragment __proto__ on Query { __typename }', ...harmless },
  { what: 'nothing but a fragment', query: 'fragment F on Query { __typename }', ...invalid },
];

const introspections: readonly GraphqlAttack[] = [
  { what: 'types of fields of types', query: `{ __schema { types ${nested(12, '{ fields { type ', '{ name }', '} }')} } }`, ...invalid },
  {
    what: 'possible types and interfaces in turn',
    query: `{ __schema { types ${nested(9, '{ possibleTypes { interfaces ', '{ name }', '} }')} } }`,
    ...invalid,
  },
  { what: 'the schema under 16 names', query: `{ ${numbered(16, (i) => `s${i}: __schema { types { name } }`)} }`, ...tooLarge },
  { what: 'a type that is not there', query: '{ __type(name: "__proto__") { name } }', ...harmless },
  { what: 'a field beside __schema that is not there', query: '{ __schema { queryType { name } secrets } }', ...invalid },
];

const values: readonly GraphqlAttack[] = [
  { what: 'an integer of 10,000 digits', query: `{ users(first: ${times(10_000, '9')}) { totalCount } }`, ...invalid },
  { what: 'an integer beyond 32 bits', query: '{ users(first: 2147483648) { totalCount } }', ...invalid },
  { what: 'an integer with an exponent', query: '{ users(first: 1e400) { totalCount } }', ...invalid },
  { what: 'a leading zero', query: '{ users(first: 01) { totalCount } }', ...parse },
  { what: 'an exponent in a variable', body: `{"query":${JSON.stringify(withPage)},"variables":{"n":1e400}}`, ...badInput },
  { what: 'a fraction in a variable', query: withPage, variables: { n: 1.5 }, ...badInput },
  { what: 'a text for a number', query: withPage, variables: { n: '1' }, ...badInput },
  { what: 'an id with SQL behind it', query: withUser, variables: { id: "01890a5d-ac96-774b-bcce-b302099a8057' or '1'='1" }, ...badInput },
  { what: 'an id of a megabyte', query: withUser, variables: { id: times(1_000_000, 'a') }, ...badInput },
  { what: 'an object for an id', query: withUser, variables: { id: { $ne: null } }, ...badInput },
  { what: 'a list for an id', query: withUser, variables: { id: ['01890a5d-ac96-774b-bcce-b302099a8057'] }, ...badInput },
  { what: 'a variable of the name __proto__', body: `{"query":"{ __typename }","variables":{"__proto__":{"id":1}}}`, ...badJson },
  {
    what: 'preferences with __proto__',
    body: `{"query":${JSON.stringify(withPreferences)},"variables":{"p":{"a":{"__proto__":{"isAdmin":true}}}}}`,
    ...badJson,
  },
  {
    what: 'preferences with constructor.prototype',
    query: withPreferences,
    variables: { p: { constructor: { prototype: { isAdmin: true } } } },
    ...badJson,
  },
  { what: 'preferences with __proto__ in the document', query: preferences('{ __proto__: { isAdmin: true } }'), ...invalid },
  { what: 'an enum that every object has', query: '{ users(first: 1, orderBy: { field: constructor }) { totalCount } }', ...invalid },
  { what: 'a field that every object has', query: '{ constructor { name } toString }', ...invalid },
  { what: 'a NUL in a variable', query: withSearch, variables: { s: 'a\u0000b' }, ...badInput },
  { what: 'a NUL in the document', query: '{ __typename \u0000 }', ...badInput },
  { what: 'a NUL in a text of the document', query: '{ users(first: 1, filter: { search: "\\u0000" }) { totalCount } }', ...invalid },
  {
    what: 'half a surrogate pair in a text of the document',
    query: '{ users(first: 1, filter: { search: "\\uD800" }) { totalCount } }',
    ...parse,
  },
  { what: 'half a surrogate pair in a variable', body: `{"query":${JSON.stringify(withSearch)},"variables":{"s":"\\ud800"}}`, ...badInput },
  { what: 'a text of 500,000 signs', query: withSearch, variables: { s: times(500_000, '%_') }, ...tooLong },
  {
    what: 'a block text of 100,000 empty lines',
    query: `{ users(first: 1, filter: { search: """${times(100_000, '\\n')}""" }) { totalCount } }`,
    ...tooLong,
  },
  { what: 'a comment of 900,000 signs', query: `#${times(900_000, 'x')}\n{ __typename }`, ...harmless },
  {
    what: 'a cursor that was made up',
    query: '{ users(first: 1, after: "eyJrIjoxfQ") { totalCount } }',
    status: 200,
    code: 'BAD_USER_INPUT',
  },
  { what: 'a global id of a type that is not there', query: '{ node(id: "X19wcm90b19fOjE=") { id } }', ...harmless },
];

const graphql = '{"query":"{ __typename }"}';
const transport: readonly GraphqlAttack[] = [
  { what: 'a batch of 1,000', body: `[${times(999, `${graphql},`)}${graphql}]`, ...badRequest },
  { what: 'an object with numbered operations', body: `{"0":${graphql},"1":${graphql}}`, ...badRequest },
  { what: 'a document as a list of texts', body: '{"query":["{ __typename }"]}', ...badRequest },
  { what: 'members twice, of which the last counts', body: '{"query":"{ nope }","query":"{ __typename }"}', ...harmless },
  {
    what: 'a file upload',
    body: '--x\r\ncontent-disposition: form-data; name="operations"\r\n\r\n{"query":"mutation { logout { endedAt } }"}\r\n--x--\r\n',
    headers: { 'content-type': 'multipart/form-data; boundary=x', 'apollo-require-preflight': 'true' },
    ...unsupported,
  },
  {
    what: 'a form post of a mutation',
    body: `query=${encodeURIComponent('mutation { logout { endedAt } }')}`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    ...unsupported,
  },
  { what: 'a document as such', body: '{ __typename }', headers: { 'content-type': 'application/graphql' }, ...unsupported },
  {
    what: 'XML with an entity',
    body: '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    headers: { 'content-type': 'application/xml' },
    ...unsupported,
  },
  { what: 'JSON in UTF-16', body: Uint8Array.from(Buffer.from(graphql, 'utf16le')), ...badJson },
  { what: 'bytes that are no UTF-8', body: Uint8Array.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]), ...badJson },
  {
    what: 'a mutation by GET',
    method: 'GET',
    search: `?query=${encodeURIComponent(preferences('{}'))}`,
    headers: { 'apollo-require-preflight': '1' },
    status: 405,
    code: 'BAD_REQUEST',
  },
  {
    what: 'a subscription by GET',
    method: 'GET',
    search: `?query=${encodeURIComponent('subscription { __typename }')}`,
    headers: { 'apollo-require-preflight': '1' },
    ...invalid,
  },
  {
    what: 'the document twice in an address',
    method: 'GET',
    search: '?query={__typename}&query={me{id}}',
    headers: { 'apollo-require-preflight': '1' },
    ...badRequest,
  },
  {
    what: 'variables as members of an address',
    method: 'GET',
    search: `?query=${encodeURIComponent('{ __typename }')}&variables[id]=1`,
    headers: { 'apollo-require-preflight': '1' },
    ...harmless,
  },
  { what: 'an operation name of 50,000 signs', query: '{ __typename }', operationName: times(50_000, 'a'), ...noOperation },
  { what: 'an operation that every object has', query: 'query A { __typename }', operationName: 'hasOwnProperty', ...noOperation },
  {
    what: 'a stored document by its hash',
    body: `{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"${times(64, 'a')}"}}}`,
    status: 200,
    code: 'PERSISTED_QUERY_NOT_SUPPORTED',
  },
  { what: 'definitions of types', query: 'type Query { secret: String } extend type User { password: String }', ...invalid },
  { what: 'nothing but a comment', query: '# nothing', ...parse },
  { what: 'nothing but commas', query: ',,,,', ...parse },
  { what: 'signs that GraphQL does not have', query: '{ me?.id; }', ...parse },
];

const tail = 'auditTail { __typename }';
/** Attacks on the endpoint of streams, beside those on the other one: a stream that opened would be an answer of 200. */
export const streamAttacks: readonly GraphqlAttack[] = [
  ...['null', 'false', '0', '""', 'true', '1', '[]', '{}', '"{}"'].map((body) => ({ what: `the body ${body}`, body, ...badRequest })),
  { what: 'a query', query: '{ __typename }', ...badRequest },
  { what: 'a mutation', query: preferences('{}'), ...badRequest },
  { what: 'a subscription to nothing', query: `subscription { ${tail.replace('{', '@skip(if: true) {')} }`, ...badRequest },
  {
    what: 'a subscription to nothing, by a fragment',
    query: `subscription { ...F @include(if: false) } fragment F on Subscription { ${tail} }`,
    ...badRequest,
  },
  {
    what: 'a subscription to nothing, in a fragment',
    query: `subscription { ... { ... { ${tail.replace('{', '@include(if: false) {')} } } }`,
    ...badRequest,
  },
  {
    what: 'a tower of 40 fragments that spread the next one twice, over too many aliases',
    query: `subscription { ...F0 } ${numbered(40, (i) => `fragment F${i} on Subscription { ...F${i + 1} ...F${i + 1} }`)}
      fragment F40 on Subscription { auditTail { ${numbered(20, (i) => `a${i}: __typename`)} } }`,
    ...tooLarge,
  },
  { what: 'two fields', query: `subscription { ${tail} b: ${tail} }`, ...badRequest },
  { what: 'two operations and no name', query: `subscription A { ${tail} } subscription B { ${tail} }`, ...badRequest },
  { what: 'a name that is no text', body: JSON.stringify({ query: `subscription A { ${tail} }`, operationName: {} }), ...badRequest },
  { what: 'a type by its name', query: 'subscription { __typename }', ...badRequest },
];

/** The attacks that no other test sends. */
export const graphqlAttacks: readonly GraphqlAttack[] = [...depth, ...breadth, ...fragments, ...introspections, ...values, ...transport];
