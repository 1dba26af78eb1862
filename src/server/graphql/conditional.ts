import { Kind, type OperationDefinitionNode, OperationTypeNode } from 'graphql';
import type { Conditions } from '../../conditions/conditions.js';
import { Invalid } from '../../errors.js';

/**
 * A condition is of one change: of several fields in one request nobody could say which one it meant.
 * @throws Invalid naming the header
 */
export function requireOneChange(
  { operation, selectionSet: { selections } }: OperationDefinitionNode,
  conditions: Conditions | null,
): void {
  if (operation !== OperationTypeNode.MUTATION) return;
  const [first, ...others] = selections;
  if (first?.kind === Kind.FIELD && others.length === 0) return;
  const header = conditions?.idempotencyKey !== undefined ? 'idempotency-key' : conditions?.ifMatch ? 'if-match' : undefined;
  if (header)
    throw Invalid.field(['header', header], 'A mutation with this header has one field, and no fragment around it.', 'value_error');
}
