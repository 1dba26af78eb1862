import type { OutputShape } from '../../src/rest/outputShape.js';
import { isRecord } from '../../src/rest/record.js';

/** GraphQL's data with each enum value in REST's spelling. */
export function inRestSpelling(shape: OutputShape, value: unknown): unknown {
  if (value === null || value === undefined) return value;
  switch (shape.kind) {
    case 'enum':
      return String(value).toLowerCase();
    case 'list':
      return Array.isArray(value) ? value.map((item) => inRestSpelling(shape.of, item)) : value;
    case 'object': {
      if (!isRecord(value)) return value;
      return Object.fromEntries(shape.fields.map(({ name, shape: field }) => [name, inRestSpelling(field, value[name])]));
    }
    case 'scalar':
      return value;
  }
}

const uuid = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;
const time = /\d{4}-\d\d-\d\d[T ][\d:.]+(Z|\+00)?/g;
const schemaName = /\bt_\w+_[0-9a-f]{6,}\b/g;
const traceId = /\b[0-9a-f]{32}\b/g;
const secret = /\b(imp|key|rt)_[\w-]+/g;

/**
 * What is equal for two states that were made in the same way: an id is as good as another, a time too, and so is the number that a
 * builder gives to tell names apart; a list that is ordered by such names is compared without its order.
 */
export function normalized(value: unknown): unknown {
  if (typeof value === 'string') {
    // A cursor is made of the row that it stands for.
    if (isCursor(value)) return 'cursor';
    return value
      .replace(uuid, 'id')
      .replace(time, 'time')
      .replace(schemaName, 'schema')
      .replace(traceId, 'trace')
      .replace(secret, 'secret')
      .replace(/\d+/g, '#');
  }
  if (Array.isArray(value)) {
    const items = value.map((item) => JSON.stringify(normalized(item)));
    return items.sort().map((item): unknown => JSON.parse(item));
  }
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, normalized(member)]));
}

function isCursor(text: string): boolean {
  return text.startsWith('WyJ') && Buffer.from(text, 'base64url').toString().startsWith('["');
}
