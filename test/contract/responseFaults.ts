import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { isRecord } from '../../src/rest/record.js';
import { contractOf } from './documents.js';
import { type ContractOperation, contractOperation } from './operations.js';

/**
 * What the contract finds wrong with a response: a status that is not documented, a body that its schema refuses, and, in a body
 * of a request that succeeded, a documented member that is absent. The contract calls many of them optional, yet a response may have more members than
 * documented and never fewer.
 * @param body as parsed from JSON; undefined where there was none
 * @returns one line a fault; empty where the response is as documented
 */
export function responseFaults(operationId: string, status: number, body: unknown): string[] {
  const operation = contractOperation(operationId);
  if (!operation.statuses.includes(status)) return [`status ${status} is not documented`];
  const validate = validatorOf(operation, status);
  if (!validate) return body === undefined ? [] : ['has a body, and none is documented'];
  if (validate(body)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath || 'body'}: ${message} ${JSON.stringify(params)}`,
  );
}

/** Undefined where the contract documents no body. */
function validatorOf({ surface, path, method, id }: ContractOperation, status: number): ValidateFunction | undefined {
  const document = status < 300 ? `${surface}-in-full` : surface;
  const place = ['paths', path, method.toLowerCase(), 'responses', String(status)];
  const response = place.reduce<unknown>((at, key) => (isRecord(at) ? at[key] : undefined), contractOf(surface));
  if (!isRecord(response)) throw new Error(`The contract has no ${status} of ${id}.`);
  if (response.content === undefined) return undefined;
  const json = isRecord(response.content) && 'application/json' in response.content;
  // A body of another type is no JSON: that there is one is all that the contract says.
  if (!json) return anyText;
  const pointer = [...place, 'content', 'application/json', 'schema'].map(pointerPart).join('/');
  const validate = ajv.getSchema(`${document}#/${pointer}`);
  if (!validate) throw new Error(`The contract has no schema for ${status} of ${id}.`);
  return validate;
}

/** RFC 6901 §3 and §6: a part of a JSON pointer, in a URI fragment. */
function pointerPart(part: string): string {
  return encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));
}

/** A document in which each object requires each member that it documents. */
function inFull(document: Record<string, unknown>): Record<string, unknown> {
  return JSON.parse(JSON.stringify(document), (_key, value) =>
    isRecord(value) && value.type === 'object' && isRecord(value.properties)
      ? { ...value, required: Object.keys(value.properties) }
      : value,
  );
}

const ajv = contractValidator();
const anyText = ajv.compile({ type: 'string', minLength: 1 });

function contractValidator(): Ajv2020 {
  // An OpenAPI document as a whole is no schema: what JSON Schema does not know in it stays unread.
  const validator = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(validator, { mode: 'full' });
  for (const surface of ['platform', 'v1'] as const) {
    validator.addSchema(contractOf(surface), surface);
    validator.addSchema(inFull(contractOf(surface)), `${surface}-in-full`);
  }
  return validator;
}
