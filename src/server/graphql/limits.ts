import { maxPageSize } from '../../db/page.js';

/** What one GraphQL document may ask for. A saved REST operation is not measured: it was reviewed. */
export const limits = {
  /** Lexical tokens; counted by the parser, which stops there. */
  tokens: 1_000,
  /** Levels of fields, the root's being the first. */
  depth: 10,
  /** Levels below `__schema` and `__type`: what tools' own introspection needs. */
  introspectionDepth: 16,
  aliases: 15,
  directives: 20,
  /** Rows of one page. */
  pageSize: maxPageSize,
  /** Fields times the rows that they are asked for; see measure.ts. */
  cost: 50_000,
} as const;
