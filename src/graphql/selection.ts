import type { FieldNode, GraphQLResolveInfo, SelectionSetNode } from 'graphql';

/** The fields that an operation asks for below one field, by their schema names. Aliases and fragments are folded in. */
export interface Selection extends ReadonlyMap<string, Selection> {}

const none: Selection = new Map();
const known = new WeakMap<readonly FieldNode[], Selection>();

/**
 * What is selected below the field that is being resolved. `@skip` and `@include` are not evaluated: a field that may
 * be asked for counts as asked for, so that the answer holds for every execution of a document and is kept with it.
 */
export function selectionOf(info: Pick<GraphQLResolveInfo, 'fieldNodes' | 'fragments'>): Selection {
  const kept = known.get(info.fieldNodes);
  if (kept) return kept;
  const selection = new Map<string, Selection>();
  for (const node of info.fieldNodes) collect(node.selectionSet, info.fragments, selection);
  known.set(info.fieldNodes, selection);
  return selection;
}

function collect(set: SelectionSetNode | undefined, fragments: GraphQLResolveInfo['fragments'], into: Map<string, Selection>): void {
  for (const node of set?.selections ?? []) {
    if (node.kind === 'FragmentSpread') collect(fragments[node.name.value]?.selectionSet, fragments, into);
    else if (node.kind === 'InlineFragment') collect(node.selectionSet, fragments, into);
    else {
      const name = node.name.value;
      const below = new Map(into.get(name));
      collect(node.selectionSet, fragments, below);
      into.set(name, below);
    }
  }
}

/** The selection below a path of fields; empty where the path is not asked for. */
export function below(selection: Selection, ...path: readonly string[]): Selection {
  return path.reduce<Selection>((at, name) => at.get(name) ?? none, selection);
}

/** Both selections folded into one. */
export function merged(a: Selection, b: Selection): Selection {
  if (a.size === 0) return b;
  if (b.size === 0) return a;
  const result = new Map(a);
  for (const [name, selection] of b) result.set(name, merged(result.get(name) ?? none, selection));
  return result;
}

/** A connection's selection: what is asked of its nodes, whether in `edges` or in `nodes`, and of the list. */
export interface ConnectionSelection {
  readonly node: Selection;
  readonly wantsTotal: boolean;
  /** Whether a cursor of some row is asked for, of whichever. */
  readonly wantsCursors: boolean;
  /** Whether it is asked if rows follow the page. */
  readonly wantsNext: boolean;
}

const connections = new WeakMap<Selection, ConnectionSelection>();

export function connectionSelectionOf(info: Pick<GraphQLResolveInfo, 'fieldNodes' | 'fragments'>): ConnectionSelection {
  const selection = selectionOf(info);
  const kept = connections.get(selection);
  if (kept) return kept;
  const pageInfo = below(selection, 'pageInfo');
  const wantsNextCursor = selection.has('nextCursor');
  const made = {
    node: merged(below(selection, 'edges', 'node'), below(selection, 'nodes')),
    wantsTotal: selection.has('totalCount'),
    wantsCursors: below(selection, 'edges').has('cursor') || pageInfo.has('startCursor') || pageInfo.has('endCursor') || wantsNextCursor,
    wantsNext: pageInfo.has('hasNextPage') || selection.has('hasNextPage') || wantsNextCursor,
  };
  connections.set(selection, made);
  return made;
}

const keys = new WeakMap<Selection, string>();

/** Equal for selections of the same fields. */
export function keyOf(selection: Selection): string {
  const kept = keys.get(selection);
  if (kept !== undefined) return kept;
  const key = [...selection]
    .map(([name, fields]) => (fields.size === 0 ? name : `${name}(${keyOf(fields)})`))
    .sort()
    .join(',');
  keys.set(selection, key);
  return key;
}

/** Equal for selections of the same of a connection: what lists that are loaded together have in common. */
export function pageKeyOf({ node, wantsTotal, wantsCursors, wantsNext }: ConnectionSelection): string {
  return `${keyOf(node)}${wantsTotal ? ' total' : ''}${wantsCursors ? ' cursors' : ''}${wantsNext ? ' next' : ''}`;
}

/** A selection of plain fields by name. */
export function fieldsOf(names: readonly string[]): Selection {
  return new Map(names.map((name) => [name, none]));
}
