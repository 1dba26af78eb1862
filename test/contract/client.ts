import { prismFaults } from '../prism/findings.js';
import type { Caller, RestAnswer, TestGateway } from '../support/gateway.js';
import { contractOperation } from './operations.js';
import { publishedFaults } from './publishedFaults.js';
import { responseFaults } from './responseFaults.js';

export interface Call extends Caller {
  /** By the names in the documented path. */
  readonly params?: Readonly<Record<string, string>>;
  /** As it stands behind the question mark, or by name. */
  readonly query?: string | Readonly<Record<string, string | number>>;
  /** A string goes out as it is, anything else as JSON. */
  readonly body?: unknown;
}

/** Calls a documented operation. @throws Error where the response is not as the contract documents it */
export type ContractClient = (operationId: string, call?: Call) => Promise<RestAnswer>;

/**
 * A client that holds every response against the contract, and both the request and the response against what the server publishes.
 * Where Prism stands before the gateway, what Prism finds is a fault as well.
 */
export function contractClient(gateway: Pick<TestGateway, 'rest'>): ContractClient {
  return async (operationId, { params = {}, query = '', ...rest } = {}) => {
    const { method, path } = contractOperation(operationId);
    const search = typeof query === 'string' ? query : queryOf(query);
    const answer = await gateway.rest(method, `${filled(path, params)}${search && `?${search}`}`, rest);
    const exchange = { sent: rest.body, status: answer.status, received: answer.body };
    const faults = [
      ...responseFaults(operationId, answer.status, answer.body),
      ...publishedFaults(operationId, exchange),
      ...prismFaults(operationId, answer),
    ];
    if (faults.length > 0)
      throw new Error(`${operationId} answered ${answer.status} ${JSON.stringify(answer.body)}:\n${faults.join('\n')}`);
    return answer;
  };
}

function queryOf(values: Readonly<Record<string, string | number>>): string {
  return new URLSearchParams(Object.entries(values).map(([name, value]): [string, string] => [name, String(value)])).toString();
}

function filled(path: string, params: Readonly<Record<string, string>>): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = params[name];
    if (value === undefined) throw new Error(`${path} needs ${name}.`);
    return value;
  });
}
