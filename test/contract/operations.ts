import { isRecord } from '../../src/rest/record.js';
import type { Surface } from '../../src/rest/surface.js';
import { operationsOf } from './compare.js';
import { contractOf } from './documents.js';

export type SurfaceName = Surface['name'];

/** An operation as the contract documents it. */
export interface ContractOperation {
  readonly id: string;
  readonly surface: SurfaceName;
  /** In capitals. */
  readonly method: string;
  /** With its parameters in braces. */
  readonly path: string;
  /** Documented statuses, in order. */
  readonly statuses: readonly number[];
  /** The permission that it needs, where it needs one. */
  readonly permission: string | undefined;
}

const surfaces = ['platform', 'v1'] as const;

/** Every operation of both surfaces, by `operationId`. */
export const contractOperations: ReadonlyMap<string, ContractOperation> = new Map(
  surfaces.flatMap((surface) =>
    operationsOf(contractOf(surface)).map(({ path, method, operation }) => {
      const id = String(operation.operationId);
      const statuses = isRecord(operation.responses) ? Object.keys(operation.responses).map(Number) : [];
      const permission = operation['x-permission'] === undefined ? undefined : String(operation['x-permission']);
      return [id, { id, surface, method: method.toUpperCase(), path, statuses: statuses.sort(), permission }];
    }),
  ),
);

/** @throws Error where the contract has no such operation */
export function contractOperation(id: string): ContractOperation {
  const operation = contractOperations.get(id);
  if (!operation) throw new Error(`The contract has no operation ${id}.`);
  return operation;
}
