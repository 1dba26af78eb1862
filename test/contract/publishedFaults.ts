import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { isRecord } from '../../src/rest/record.js';
import { contractOperation } from './operations.js';

/** A request and what came of it; bodies as parsed from JSON, undefined where there was none. */
export interface Exchange {
  readonly sent: unknown;
  readonly status: number;
  readonly received: unknown;
}

const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv, { mode: 'full' });
const documents = Object.fromEntries(
  ['platform', 'v1'].map((surface) => {
    const document: unknown = JSON.parse(readFileSync(new URL(`../../schema/openapi/${surface}.json`, import.meta.url), 'utf8'));
    ajv.addSchema(isRecord(document) ? document : {}, `published-${surface}`);
    return [surface, document];
  }),
);

/** RFC 6901 §3 and §6: a part of a JSON pointer, in a URI fragment. */
const pointerPart = (part: string) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));

function validatorAt(surface: string, place: readonly string[]): ValidateFunction | undefined {
  const content = [...place, 'content', 'application/json', 'schema'];
  const schema = content.reduce<unknown>((at, key) => (isRecord(at) ? at[key] : undefined), documents[surface]);
  return schema === undefined ? undefined : ajv.getSchema(`published-${surface}#/${content.map(pointerPart).join('/')}`);
}

/**
 * What a validating proxy with our own published document would object to: a body that was taken and is not as documented, a
 * status that is not documented, an answer that is not as documented.
 * @returns one line a fault; empty where there is none
 */
export function publishedFaults(operationId: string, { sent, status, received }: Exchange): string[] {
  const { surface, path, method } = contractOperation(operationId);
  const place = ['paths', path, method.toLowerCase()];
  const response = [...place, 'responses', String(status)];
  if (response.reduce<unknown>((at, key) => (isRecord(at) ? at[key] : undefined), documents[surface]) === undefined) {
    return [`published: status ${status} is not documented`];
  }
  const taken = status < 300 && isRecord(sent) ? faultsOf('request', validatorAt(surface, [...place, 'requestBody']), sent) : [];
  return [...taken, ...faultsOf('response', validatorAt(surface, response), received)];
}

function faultsOf(what: string, validate: ValidateFunction | undefined, body: unknown): string[] {
  if (!validate || validate(body)) return [];
  return (validate.errors ?? []).map((e) => `published ${what}: ${e.instancePath || 'body'}: ${e.message} ${JSON.stringify(e.params)}`);
}
