import type { ASTNode } from 'graphql';

/** The `#` comment right above a node, as one text. Operations and variables have no other place for a description in GraphQL 16. */
export function commentAbove(node: ASTNode): string | undefined {
  const lines: string[] = [];
  let line = node.loc?.startToken.line ?? 0;
  for (let token = node.loc?.startToken.prev; token?.kind === 'Comment' && token.line === line - 1; token = token.prev) {
    lines.unshift(token.value.trim());
    line = token.line;
  }
  return lines.length > 0 ? lines.join(' ') : undefined;
}
