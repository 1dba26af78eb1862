import { type ClassType, Field, Int, ObjectType } from 'type-graphql';
import type { Page } from '../db/page.js';

@ObjectType({ description: 'Where a page stands in its list.', simpleResolvers: true })
export class PageInfo {
  @Field(() => Boolean, { description: 'Whether rows follow this page.' })
  readonly hasNextPage: boolean;

  @Field(() => Boolean, { description: 'Whether the page was asked for with `after`, or with a `page` beyond the first.' })
  readonly hasPreviousPage: boolean;

  @Field(() => String, { nullable: true, description: 'Cursor of the first row.' })
  readonly startCursor: string | null;

  @Field(() => String, { nullable: true, description: 'Cursor of the last row: the next page’s `after`.' })
  readonly endCursor: string | null;
}

export interface Connection<T> {
  readonly edges: readonly { readonly cursor: string; readonly node: T }[];
  readonly nodes: readonly T[];
  readonly pageInfo: PageInfo;
  readonly totalCount: number | undefined;
  readonly hasNextPage: boolean;
  readonly nextCursor: string | null;
  readonly page: number;
  readonly pageSize: number;
}

/** A page as Relay's connection shows it. */
export function connectionOf<T>(page: Page<T>): Connection<T> {
  return new ConnectionOfPage(page);
}

/**
 * A class for its getters: V8 makes those of an object literal in its old generation, where they hold the rows of each request until the
 * next full collection.
 */
class ConnectionOfPage<T> implements Connection<T> {
  readonly nodes: readonly T[];
  readonly totalCount: number | undefined;
  readonly hasNextPage: boolean;
  readonly page: number;
  readonly pageSize: number;
  readonly #of: Page<T>;

  constructor(of: Page<T>) {
    this.nodes = of.nodes;
    this.totalCount = of.totalCount;
    this.hasNextPage = of.hasNextPage;
    this.page = of.number;
    this.pageSize = of.size;
    this.#of = of;
  }

  get edges() {
    const { cursors } = this.#of;
    return this.nodes.map((node, i) => ({ node, cursor: cursors[i] ?? '' }));
  }

  get pageInfo() {
    const { hasNextPage, hasPreviousPage, cursors } = this.#of;
    return { hasNextPage, hasPreviousPage, startCursor: cursors[0] ?? null, endCursor: cursors.at(-1) ?? null };
  }

  get nextCursor() {
    return this.hasNextPage ? (this.#of.cursors.at(-1) ?? null) : null;
  }
}

/**
 * The types of a connection: `OrgConnection` and `OrgEdge` for the name `Org`. A feature adds fields of its own with a
 * field resolver.
 * @returns the connection's class
 */
export function connectionType<T extends object>(name: string, node: () => ClassType<T>) {
  @ObjectType(`${name}Edge`, { description: 'One row and its place in the list.', simpleResolvers: true })
  class Edge {
    @Field(() => String, { description: 'The place of this row: an `after` that begins behind it.' })
    readonly cursor: string;

    @Field(() => node(), { description: 'The row.' })
    readonly node: T;
  }

  @ObjectType(`${name}Connection`, { description: 'A page of a list, and the list it is a page of.', simpleResolvers: true })
  class ConnectionOf {
    @Field(() => [Edge], { description: 'The rows of the page, each with its cursor.' })
    readonly edges: Edge[];

    @Field(() => [node()], { description: 'The rows of the page, where cursors are of no interest.' })
    readonly nodes: T[];

    @Field(() => PageInfo, { description: 'Where the page stands in the list.' })
    readonly pageInfo: PageInfo;

    @Field(() => Int, { description: 'How many rows the list has in all. Counted only where it is asked for.' })
    readonly totalCount: number;

    @Field(() => Boolean, { description: 'Whether rows follow this page, as `pageInfo` says.' })
    readonly hasNextPage: boolean;

    @Field(() => String, { nullable: true, description: 'The next page’s `after`; null where no page follows.' })
    readonly nextCursor: string | null;

    @Field(() => Int, { description: 'The number of the page, counted from 1; a list that is paged with `after` stays at 1.' })
    readonly page: number;

    @Field(() => Int, { description: 'How many rows were asked for.' })
    readonly pageSize: number;
  }
  return ConnectionOf;
}
