import { type RawBuilder, sql } from 'kysely';

interface ExportColumn {
  readonly name: string;
  readonly value: RawBuilder<unknown>;
  /** As a cell of a sheet, where it is made otherwise. */
  readonly cell?: RawBuilder<unknown>;
  /** Someone wrote the text: its cells are always quoted. */
  readonly isWritten?: true;
}

/**
 * What a sheet would take for a formula begins so (OWASP, "CSV injection"): with these, their full-width forms, or white space before
 * them. An apostrophe in front makes it a text, to every program that we know of.
 */
const startOfFormula = '^[=+@\\-\\t\\r\\n\uFF1D\uFF0B\uFF20\uFF0D]|^\\s+[=+@\\-\uFF1D\uFF0B\uFF20\uFF0D]';

function safeCell(value: RawBuilder<unknown>): RawBuilder<unknown> {
  // Nearly all texts begin with a letter or a digit: to compare bytes is cheaper than a regular expression. Between Z and a lie signs that
  // begin no formula.
  return sql`case when ${value} >= 'A' collate "C" and ${value} < '{' collate "C" then ${value}
    when ${value} >= '0' collate "C" and ${value} < ':' collate "C" then ${value}
    when ${value} ~ ${startOfFormula} then '''' || ${value} else ${value} end`;
}

/** A column with a text that someone wrote. */
function text(name: string): ExportColumn {
  const value = sql.ref(`e.${name}`);
  return { name, value, cell: safeCell(value), isWritten: true };
}

function plain(name: string): ExportColumn {
  return { name, value: sql.ref(`e.${name}`) };
}

/** RFC 3339 with microseconds: what the seal is made of, letter for letter (see `canonical.ts`). */
const exactTime = sql`to_char(e.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** As `exactTime`, from what the database writes by itself where no digit is left out at the end: that takes it half as long. */
const exactTimeCell = sql`case when e.created_at::timestamptz(5) <> e.created_at
  then replace((e.created_at at time zone 'UTC')::text, ' ', 'T') || 'Z' else ${exactTime} end`;

/** One field is by far the most frequent, and is not put together. */
const fieldsCell = sql`case when cardinality(e.changed_fields) = 1 then ${safeCell(sql`e.changed_fields[1]`)}
  else ${safeCell(sql`array_to_string(e.changed_fields, ' ')`)} end`;

/** Every column of an export, in order. */
export const exportColumns: readonly ExportColumn[] = [
  plain('id'),
  { name: 'created_at', value: exactTime, cell: exactTimeCell },
  text('action'),
  plain('outcome'),
  plain('actor_type'),
  text('actor_id'),
  text('actor_display_name'),
  plain('impersonated_user_id'),
  text('resource_type'),
  text('resource_id'),
  text('resource_display_id'),
  { name: 'changed_fields', value: sql`e.changed_fields`, cell: fieldsCell, isWritten: true },
  plain('org_id'),
  text('org_name'),
  text('permission'),
  { name: 'ip_address', value: sql`host(e.ip_address)` },
  text('trace_id'),
  plain('occurrences'),
  { name: 'snapshot_digest', value: sql`encode(e.snapshot_digest, 'hex')` },
];

const list = (columns: readonly RawBuilder<unknown>[]) => sql.join([...columns]);

/** As cells of a sheet. */
export const cells = list(exportColumns.map(({ name, value, cell }) => sql`${cell ?? value} as ${sql.ref(name)}`));

/** One JSON object, as text. */
export const jsonObject = sql`row_to_json((select r from (select ${list(
  exportColumns.map(({ name, value }) => sql`${value} as ${sql.ref(name)}`),
)}) r))`;

/** Columns whose cells are always quoted, so that no other separator than the comma makes cells of their parts. */
export const quotedColumns: readonly string[] = exportColumns.filter(({ isWritten }) => isWritten).map(({ name }) => name);
