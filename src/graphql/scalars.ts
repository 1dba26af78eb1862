import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import { GraphQLDateTimeISO, GraphQLEmailAddress, GraphQLJSONObject, GraphQLLocalDate, GraphQLSafeInt } from 'graphql-scalars';

/** RFC 3339 in UTC. The database already answers in this form, so that nothing is parsed on the way out. */
export const DateTime = new GraphQLScalarType({
  ...GraphQLDateTimeISO.toConfig(),
  name: 'DateTime',
  description: 'A point in time, RFC 3339 in UTC: `2026-01-31T12:00:00.000000Z`.',
  serialize: (value) => (value instanceof Date ? value.toISOString() : value),
  parseValue: (value) => GraphQLDateTimeISO.parseValue(value).toISOString(),
  parseLiteral: (node, variables) => GraphQLDateTimeISO.parseLiteral(node, variables).toISOString(),
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
  parseLiteral: (node) => parseUuid(node.kind === Kind.STRING ? node.value : undefined),
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
