import { isRecord } from '../../src/rest/record.js';

type Schema = Readonly<Record<string, unknown>>;

/** Whose promise a schema is: what a caller may send must not be narrowed, what is answered must not be widened. */
type Direction = 'request' | 'response';

/**
 * What the contract documents and `ours` lacks: paths, parameters, body members, bounds, statuses and response fields. More than the
 * contract is no fault.
 * @param contract an OpenAPI document
 * @param ours an OpenAPI document
 * @param operations the `operationId`s to compare; every one of the contract where it is left out
 * @returns one line a fault; empty where nothing is missing
 */
export function missingFromOurs(contract: Schema, ours: Schema, operations?: readonly string[]): string[] {
  return operationsOf(contract).flatMap(({ path, method, operation }) => {
    const id = String(operation.operationId);
    if (operations && !operations.includes(id)) return [];
    const at = `${method.toUpperCase()} ${path}`;
    const own = record(record(record(ours.paths)[path])[method]);
    if (Object.keys(own).length === 0) return [`${at}: not served`];
    return operationFaults({ contract, ours }, operation, own).map((fault) => `${at}: ${fault}`);
  });
}

/** Every operation of an OpenAPI document. */
export function operationsOf(document: Schema): { path: string; method: string; operation: Schema }[] {
  return Object.entries(record(document.paths)).flatMap(([path, methods]) =>
    Object.entries(record(methods)).map(([method, operation]) => ({ path, method, operation: record(operation) })),
  );
}

interface Documents {
  readonly contract: Schema;
  readonly ours: Schema;
}

function operationFaults(documents: Documents, theirs: Schema, ours: Schema): string[] {
  return [
    ...sameMembers(['operationId', 'x-permission', 'x-org-access'], theirs, ours),
    ...parameterFaults(documents, theirs, ours),
    ...bodyFaults(documents, theirs, ours),
    ...responseFaults(documents, theirs, ours),
  ];
}

function sameMembers(names: readonly string[], theirs: Schema, ours: Schema): string[] {
  const differing = names.filter((name) => theirs[name] !== undefined && JSON.stringify(theirs[name]) !== JSON.stringify(ours[name]));
  return differing.map((name) => `${name} is ${JSON.stringify(ours[name])}, documented ${JSON.stringify(theirs[name])}`);
}

function parameterFaults(documents: Documents, theirs: Schema, ours: Schema): string[] {
  const documented = list(theirs.parameters);
  const served = list(ours.parameters);
  const same = (a: Schema) => (b: Schema) => a.name === b.name && a.in === b.in;
  const missing = documented.flatMap((parameter) => {
    const at = `${parameter.in} parameter ${parameter.name}`;
    const own = served.find(same(parameter));
    if (!own) return [`${at} is missing`];
    return [
      ...sameMembers(['required'], parameter, own),
      ...schemaFaults(documents, record(parameter.schema), record(own.schema), 'request'),
    ].map((fault) => `${at}: ${fault}`);
  });
  const added = served.filter((parameter) => parameter.required === true && !documented.some(same(parameter)));
  return [...missing, ...added.map(({ name }) => `parameter ${name} is required and not documented`)];
}

function bodyFaults(documents: Documents, theirs: Schema, ours: Schema): string[] {
  if (theirs.requestBody === undefined) return [];
  if (ours.requestBody === undefined) return ['takes no body'];
  const faults = schemaFaults(documents, jsonSchema(theirs.requestBody), jsonSchema(ours.requestBody), 'request');
  return [...sameMembers(['required'], record(theirs.requestBody), record(ours.requestBody)), ...faults].map((fault) => `body: ${fault}`);
}

function responseFaults(documents: Documents, theirs: Schema, ours: Schema): string[] {
  return Object.entries(record(theirs.responses)).flatMap(([status, response]) => {
    const own = record(ours.responses)[status];
    if (own === undefined) return [`status ${status} is missing`];
    return schemaFaults(documents, jsonSchema(response), jsonSchema(own), 'response').map((fault) => `${status}: ${fault}`);
  });
}

function schemaFaults(documents: Documents, theirs: Schema, ours: Schema, direction: Direction): string[] {
  const a = resolved(documents.contract, theirs);
  const b = resolved(documents.ours, ours);
  return [
    ...typeFaults(a, b, direction),
    ...sameMembers(['format', 'default'], a, b),
    ...enumFaults(a, b),
    ...(direction === 'request' ? boundFaults(a, b) : []),
    ...propertyFaults(documents, a, b, direction),
    ...(a.items === undefined
      ? []
      : schemaFaults(documents, record(a.items), record(b.items), direction).map((fault) => `items: ${fault}`)),
  ];
}

function typeFaults(theirs: Schema, ours: Schema, direction: Direction): string[] {
  const [a, b] = [typesOf(theirs), typesOf(ours)];
  if (a.length === 0) return [];
  const [wide, narrow] = direction === 'request' ? [b, a] : [a, b];
  const fits = narrow.length > 0 && narrow.every((type) => wide.includes(type));
  return fits ? [] : [`type is ${b.join(' or ') || 'open'}, documented ${a.join(' or ')}`];
}

function enumFaults(theirs: Schema, ours: Schema): string[] {
  if (!Array.isArray(theirs.enum)) return [];
  const [a, b] = [theirs.enum, Array.isArray(ours.enum) ? ours.enum : []].map((values) => values.map(String).sort().join(', '));
  return a === b ? [] : [`values are ${b || 'open'}, documented ${a}`];
}

function boundFaults(theirs: Schema, ours: Schema): string[] {
  return sameMembers(['minimum', 'maximum', 'minLength', 'maxLength', 'pattern'], theirs, ours);
}

function propertyFaults(documents: Documents, theirs: Schema, ours: Schema, direction: Direction): string[] {
  const [a, b] = [record(theirs.properties), record(ours.properties)];
  const [mustHave, has] = [names(theirs.required), names(ours.required)];
  const faults = Object.entries(a).flatMap(([name, property]) => {
    if (b[name] === undefined) return [`${name} is missing`];
    const wrong = mustHave.includes(name) && !has.includes(name) ? ['is not required, documented as required'] : [];
    return [...wrong, ...schemaFaults(documents, record(property), record(b[name]), direction)].map((fault) => `${name}: ${fault}`);
  });
  const demanded = direction === 'request' ? has.filter((name) => !mustHave.includes(name)) : [];
  return [...faults, ...demanded.map((name) => `${name}: is required, documented as optional`)];
}

/** A schema with its references followed and `allOf` folded in; of `anyOf` with null, the other one, which null fits as well. */
function resolved(document: Schema, schema: Schema): Schema {
  const { $ref, allOf, anyOf, ...own } = schema;
  const parts = [...(typeof $ref === 'string' ? [target(document, $ref)] : []), ...list(allOf)].map((part) => resolved(document, part));
  const choices = list(anyOf).map((choice) => resolved(document, choice));
  const [choice] = choices.filter(({ type }) => type !== 'null');
  const nullable = choices.some(({ type }) => type === 'null');
  if (choice) parts.push(nullable ? { ...choice, type: [...typesOf(choice), 'null'] } : choice);
  return Object.assign({}, ...parts, own);
}

function target(document: Schema, ref: string): Schema {
  const found = ref
    .replace(/^#\//, '')
    .split('/')
    .reduce<unknown>((at, key) => record(at)[key], document);
  if (!isRecord(found)) throw new Error(`${ref} leads nowhere.`);
  return found;
}

function jsonSchema(holder: unknown): Schema {
  return record(record(record(record(holder).content)['application/json']).schema);
}

function typesOf({ type }: Schema): string[] {
  return Array.isArray(type) ? type.map(String) : typeof type === 'string' ? [type] : [];
}

function names(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function list(value: unknown): Schema[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function record(value: unknown): Schema {
  return isRecord(value) ? value : {};
}
