import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import { GraphQLDateTimeISO, GraphQLEmailAddress, GraphQLJSON, GraphQLJSONObject, GraphQLLocalDate, GraphQLSafeInt } from 'graphql-scalars';

/** RFC 3339 in UTC. The database already answers in this form, so that nothing is parsed on the way out. */
export const DateTime = new GraphQLScalarType({
  ...GraphQLDateTimeISO.toConfig(),
  name: 'DateTime',
  description: 'A point in time, RFC 3339 in UTC: `2026-01-31T12:00:00.000000Z`.',
  serialize: (value) => (value instanceof Date ? value.toISOString() : value),
  parseValue: (value) => GraphQLDateTimeISO.parseValue(value).toISOString(),
  parseLiteral: (node, variables) => GraphQLDateTimeISO.parseLiteral(node, variables).toISOString(),
});

/** What a text in a document says; what is wrong with it is told with its place. Another kind of literal is read as undefined. */
function inDocument<T>(parse: (value: unknown) => T): (node: ValueNode) => T {
  return (node) => {
    try {
      return parse(node.kind === Kind.STRING ? node.value : undefined);
    } catch (error) {
      throw error instanceof GraphQLError ? new GraphQLError(error.message, { nodes: node }) : error;
    }
  };
}

const bareDate = /^\d{4}-\d\d-\d\d$/;
const timeOfDay = /T\d\d:\d\d:\d\d(\.\d{1,6})?\d*(?:Z|[+-]\d\d:\d\d)$/i;

/** A date is kept as it is written: it is another thing than its first moment. A time goes on in UTC, with its microseconds. */
function parseDateOrDateTime(value: unknown): string {
  if (typeof value !== 'string') throw new GraphQLError('This is neither a date nor a point in time.');
  const isDate = bareDate.test(value);
  const [, fraction = ''] = timeOfDay.exec(value) ?? [];
  const instant = GraphQLDateTimeISO.parseValue(isDate ? `${value}T00:00:00Z` : value);
  const utc = Number.isNaN(instant.getTime()) ? '' : instant.toISOString();
  if (!/^(?!0000)\d{4}-/.test(utc)) throw new GraphQLError('This is not a time of the years 1 to 9999.');
  return isDate ? value : `${utc.slice(0, 19)}${fraction}Z`;
}

export const DateOrDateTime = new GraphQLScalarType<string, string>({
  name: 'DateOrDateTime',
  description: 'A day in UTC, `2026-01-31`, or a point in time, RFC 3339: `2026-01-31T12:00:00.000000Z`.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339',
  serialize: String,
  parseValue: parseDateOrDateTime,
  parseLiteral: inDocument(parseDateOrDateTime),
});

/** A number of things that may be more than 2^31. */
export const BigIntCount = new GraphQLScalarType<number, number>({
  name: 'Count',
  description: 'A whole number up to 2^53.',
  extensions: { jsonSchema: { type: 'integer' } },
  serialize: Number,
});

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** In one spelling, so that rules compare what they are given with what the database holds. */
function parseUuid(value: unknown): string {
  if (typeof value !== 'string' || !uuid.test(value)) throw new GraphQLError('This is not a UUID.');
  return value.toLowerCase();
}

// The database wrote what goes out: only what comes in is checked.
export const UUID = new GraphQLScalarType<string, string>({
  name: 'UUID',
  description: 'A UUID, RFC 9562: `01890a5d-ac96-774b-bcce-b302099a8057`.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc9562',
  extensions: { jsonSchema: { type: 'string', format: 'uuid' } },
  serialize: String,
  parseValue: parseUuid,
  parseLiteral: inDocument(parseUuid),
});

export const EmailAddress = new GraphQLScalarType({
  ...GraphQLEmailAddress.toConfig(),
  description: 'An email address, at most 254 characters; compared without case.',
  serialize: (value) => value,
});

export const JSONObject = new GraphQLScalarType({
  ...GraphQLJSONObject.toConfig(),
  description: 'A JSON object of any shape.',
});

export const SafeInt = new GraphQLScalarType({
  ...GraphQLSafeInt.toConfig(),
  name: 'SafeInt',
  description: 'A whole number of at most 53 bits.',
});

export const CalendarDate = new GraphQLScalarType({
  ...GraphQLLocalDate.toConfig(),
  name: 'CalendarDate',
  description: 'A day of the calendar, in no time zone: `2026-01-31`.',
});

export const JSONValue = new GraphQLScalarType({
  ...GraphQLJSON.toConfig(),
  name: 'JSON',
  description: 'Any JSON value.',
});
