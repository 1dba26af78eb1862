import type { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { Copy } from '../../db/copies.js';
import { lines } from '../../db/lines.js';
import { exportColumns } from './exportColumns.js';

/** Rows a group: the unit that is kept in memory. */
const groupSize = 10_000;

type Kind = 'timestamp' | 'int32' | 'json' | 'text';

const kinds: Readonly<Record<string, Kind>> = { created_at: 'timestamp', occurrences: 'int32', changed_fields: 'json' };
const kindOf = (name: string): Kind => kinds[name] ?? 'text';

const schema: ConstructorParameters<typeof ParquetWriter>[0]['schema'] = [
  { name: 'root', num_children: exportColumns.length },
  ...exportColumns.map(({ name }) => ({ name, repetition_type: 'OPTIONAL' as const, ...elementOf(kindOf(name)) })),
];

function elementOf(kind: Kind) {
  switch (kind) {
    case 'timestamp':
      return { type: 'INT64' as const, logical_type: { type: 'TIMESTAMP' as const, isAdjustedToUTC: true, unit: 'MICROS' as const } };
    case 'int32':
      return { type: 'INT32' as const };
    case 'json':
      return { type: 'BYTE_ARRAY' as const, converted_type: 'JSON' as const };
    default:
      return { type: 'BYTE_ARRAY' as const, converted_type: 'UTF8' as const };
  }
}

/**
 * A Parquet file of the rows that a COPY sends as JSON lines, a row group at a time. Its footer, without which nobody reads it, comes
 * after the database has said that all rows were sent, and names the export.
 */
export async function* parquetOf(copy: Copy, about: Readonly<Record<string, unknown>>): AsyncGenerator<Buffer> {
  // Few gateways are ever asked for one: none reads the package before.
  const parquet = await import('hyparquet-writer');
  const bytes = new parquet.ByteWriter();
  const kvMetadata = [{ key: 'export', value: JSON.stringify(about) }];
  const writer = new parquet.ParquetWriter({ writer: bytes, schema, kvMetadata, createdBy: 'tenantry' });
  let group: Record<string, unknown>[] = [];
  for await (const line of lines(copy.bytes)) {
    // Each line is the JSON object that the database made of a row.
    group.push(JSON.parse(line) as Record<string, unknown>);
    if (group.length < groupSize) continue;
    await writeGroup(writer, group);
    group = [];
    yield taken(bytes);
  }
  if (group.length > 0) await writeGroup(writer, group);
  await writer.finish();
  yield taken(bytes);
}

async function writeGroup(writer: ParquetWriter, group: readonly Record<string, unknown>[]): Promise<void> {
  const columnData = exportColumns.map(({ name }) => ({ name, data: group.map((row) => cellOf(kindOf(name), row[name])) }));
  await writer.write({ columnData, rowGroupSize: groupSize });
}

function cellOf(kind: Kind, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  return kind === 'timestamp' ? microseconds(String(value)) : value;
}

/** @param time with microseconds, in UTC: `2026-01-31T12:00:00.000001Z` */
function microseconds(time: string): bigint {
  return BigInt(Date.parse(`${time.slice(0, 19)}Z`)) * 1_000n + BigInt(time.slice(20, 26));
}

/** What was written since the last time. Its offset in the file goes on. */
function taken(bytes: ByteWriter): Buffer {
  const written = Buffer.from(bytes.getBytes().slice());
  bytes.index = 0;
  return written;
}
