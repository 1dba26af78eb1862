import { type ASTNode, GraphQLError, type ValidationRule } from 'graphql';
import { maxDepth, numberIssue, textIssue } from '../wellFormed.js';

/**
 * A validation rule: what holds for values in variables holds for those that are written into the document, where a text is
 * known only once the parser has read its escapes.
 */
export const WellFormedLiterals: ValidationRule = (context) => {
  const report = (message: string, node: ASTNode) => context.reportError(new GraphQLError(message, { nodes: node }));
  let depth = 0;
  const nested = {
    enter(node: ASTNode) {
      if (depth === maxDepth) {
        report(`Values are nested at most ${maxDepth} deep.`, node);
        return false; // What lies deeper need not be read; this node is not left again.
      }
      depth += 1;
      return undefined;
    },
    leave() {
      depth -= 1;
    },
  };
  const number = ({ value }: { readonly value: string }, node: ASTNode) => {
    if (!Number.isFinite(Number(value))) report(numberIssue, node);
  };
  return {
    IntValue: (node) => number(node, node),
    FloatValue: (node) => number(node, node),
    StringValue(node) {
      const issue = textIssue(node.value);
      if (issue) report(issue, node);
    },
    ObjectField({ name }) {
      // As in variables: a program that copies members by assignment would change an object's prototype with it.
      if (name.value === '__proto__') report('A member cannot be called __proto__.', name);
    },
    ListValue: nested,
    ObjectValue: nested,
  };
};
