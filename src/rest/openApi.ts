import { maxIfMatchLength, maxKeyLength } from '../conditions/conditions.js';
import type { JsonSchema } from './jsonSchema.js';
import { Components, described, inputSchema, outputSchema } from './jsonSchema.js';
import type { CompiledOperation } from './operation.js';
import type { Parameter } from './parameter.js';
import type { Surface } from './surface.js';

const meaningOf: Readonly<Record<number, string>> = {
  200: 'Done.',
  201: 'Made.',
  202: 'Accepted; it goes on in the background.',
  204: 'Done; no body.',
  400: 'The state of things does not allow it.',
  401: 'No valid token.',
  403: 'The caller may not.',
  404: 'There is no such object, or none that the caller may know of.',
  409: 'The object was changed meanwhile, or another one is in the way.',
  422: 'Parameters are not valid; each one at fault is named.',
  500: 'An internal error.',
  503: 'Try again later.',
};

/** The headers that every operation that changes something takes. */
const conditionParameters: readonly JsonSchema[] = [
  {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    description: 'Makes the request safe to send again for 24 hours: the change is made once, and its outcome is answered again.',
    schema: { type: 'string', minLength: 1, maxLength: maxKeyLength },
  },
  {
    name: 'If-Match',
    in: 'header',
    required: false,
    description: 'The ETag of what is changed: the change is refused with 409 where it is at another version.',
    schema: { type: 'string', maxLength: maxIfMatchLength },
  },
];

const retryAfter: JsonSchema = {
  'Retry-After': { description: 'Seconds after which a retry has a chance.', schema: { type: 'integer', format: 'int32', minimum: 1 } },
};

/** The OpenAPI 3.1 description of a surface, made from its operations. */
export function openApiOf(surface: Surface, operations: readonly CompiledOperation[]): JsonSchema {
  const components = new Components();
  for (const [name, schema] of Object.entries(surface.errorSchemas)) components.refer(name, () => schema);
  const paths: Record<string, Record<string, JsonSchema>> = {};
  for (const operation of operations) {
    const path = operation.rest.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [operation.rest.method.toLowerCase()]: operationOf(surface, operation, components) };
  }
  const tags = [...new Set(operations.map(({ rest }) => rest.tag))].sort();
  return {
    openapi: '3.1.0',
    info: { title: surface.title, version: surface.version, description: surface.description, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: '/', 'x-internal': false }],
    tags: tags.map((name) => described({ name }, surface.tags[name])),
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', description: 'An access token or an API key.' } },
      schemas: components.all(),
    },
  };
}

function operationOf(surface: Surface, operation: CompiledOperation, components: Components): JsonSchema {
  const { rest, parameters } = operation;
  const body = parameters.filter(({ place }) => place === 'body');
  return {
    operationId: operation.name,
    tags: [rest.tag],
    ...(operation.summary ? { summary: operation.summary } : {}),
    ...(operation.description ? { description: operation.description } : {}),
    parameters: [
      ...parameters.filter(({ place }) => place !== 'body').map((parameter) => parameterObject(surface, parameter, components)),
      ...(operation.kind === 'mutation' && !rest.stream ? conditionParameters : []),
    ],
    ...(body.length > 0 ? { requestBody: requestBody(body, components) } : {}),
    responses: responsesOf(surface, operation, components),
    security: [{ bearer: [] }],
    ...(rest.permission ? { 'x-permission': rest.permission } : {}),
    ...(rest.orgAccess ? { 'x-org-access': true } : {}),
  };
}

function parameterObject(surface: Surface, parameter: Parameter, components: Components): JsonSchema {
  const { name, place, required, description } = parameter;
  return described(
    { name, in: place, required, schema: parameterSchema(parameter, components, surface.documentsNullInQuery ?? false) },
    description,
  );
}

function parameterSchema({ shape, ...parameter }: Parameter, components: Components, nulls: boolean): JsonSchema {
  const schema = inputSchema(shape, components, nulls);
  return parameter.default === undefined ? schema : { ...schema, default: parameter.default };
}

function requestBody(members: readonly Parameter[], components: Components): JsonSchema {
  const properties = members.map((member) => [member.name, described(parameterSchema(member, components, true), member.description)]);
  const required = members.filter((member) => member.required).map(({ name }) => name);
  return content({ type: 'object', properties: Object.fromEntries(properties), required }, { required: true });
}

function responsesOf(surface: Surface, { kind, rest, parameters, output }: CompiledOperation, components: Components): JsonSchema {
  // Any request may find the database busy, or a defect of ours.
  const errors = new Set([401, 500, 503, ...rest.errors]);
  if (rest.permission) errors.add(403);
  if (parameters.length > 0) errors.add(422);
  const done = { description: meaningOf[rest.status] ?? 'Done.' };
  const responses: Record<string, JsonSchema> = {
    [rest.status]: rest.stream ? streamed(rest.stream) : output ? answered(kind, outputSchema(output, components), done) : done,
  };
  for (const status of [...errors].sort()) {
    const schema = { $ref: `#/components/schemas/${surface.errorSchemaOf(status)}` };
    const meaning = status === 403 && rest.permission ? `The caller lacks ${rest.permission}.` : meaningOf[status];
    responses[status] = content(schema, { description: meaning ?? 'Documented.', ...(status === 503 ? { headers: retryAfter } : {}) });
  }
  return responses;
}

/** The body, or where events are streamed, the `data` of each: the body as a whole is a text then. */
function answered(kind: CompiledOperation['kind'], schema: JsonSchema, around: JsonSchema): JsonSchema {
  if (kind !== 'subscription') return content(schema, around);
  const mediaType = 'text/event-stream';
  const description = 'Server-sent events. The `data` of each is JSON, as `contentSchema` says.';
  return content({ type: 'string', description, contentMediaType: mediaType, contentSchema: schema }, around, mediaType);
}

/** Without an end where it breaks off: a client that reads to the end of the chunks has all of it. */
function streamed(types: readonly string[]): JsonSchema {
  const schema = { type: 'string' };
  return {
    description: 'Streamed, as an attachment. The headers and trailers name its manifest.',
    content: Object.fromEntries(types.map((type) => [type, { schema }])),
  };
}

function content(schema: JsonSchema, around: JsonSchema, mediaType = 'application/json'): JsonSchema {
  return { ...around, content: { [mediaType]: { schema } } };
}
