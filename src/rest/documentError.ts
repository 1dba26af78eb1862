import { type ASTNode, GraphQLError } from 'graphql';

/** A REST document that does not fit; stops the start. The message begins with `file:line:column`. */
export class DocumentError extends Error {
  override readonly name = 'DocumentError';

  /** @param at the place in the document */
  static at(at: ASTNode, message: string): DocumentError {
    return DocumentError.of(new GraphQLError(message, { nodes: at }));
  }

  /** Names the place of a syntax or validation error of graphql-js. */
  static of(error: GraphQLError): DocumentError {
    const [location] = error.locations ?? [];
    const file = error.source?.name ?? error.nodes?.[0]?.loc?.source.name ?? 'document';
    return new DocumentError(`${file}:${location?.line ?? 1}:${location?.column ?? 1}: ${error.message}`, { cause: error });
  }
}
