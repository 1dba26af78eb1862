import { request } from 'node:http';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import type { TestDatabase } from '../support/database.js';
import type { Caller, TestGateway } from '../support/gateway.js';

/** A download as a client gets it. */
export interface Downloaded {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly trailers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
  /** Whether the body's end arrived. */
  readonly isWhole: boolean;
}

/** @param onData may break the connection off */
export function download(
  { url }: Pick<TestGateway, 'url'>,
  path: string,
  { token }: Caller,
  onData?: (soFar: number, cut: () => void) => void,
) {
  return new Promise<Downloaded>((resolve, reject) => {
    const asked = request(`${url}${path}`, { headers: { authorization: `Bearer ${token}`, te: 'trailers' } }, (response) => {
      const chunks: Buffer[] = [];
      let length = 0;
      const done = (isWhole: boolean) => {
        const { statusCode: status = 0, headers, trailers } = response;
        resolve({ status, headers, trailers, body: Buffer.concat(chunks), isWhole });
      };
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        length += chunk.length;
        onData?.(length, () => asked.destroy());
      });
      response.on('end', () => done(response.complete));
      response.on('error', () => done(false));
    });
    asked.on('error', reject);
    asked.end();
  });
}

export interface EntryValues {
  readonly action?: string;
  readonly resourceDisplayId?: string;
  readonly actorDisplayName?: string;
  readonly orgName?: string;
  readonly changedFields?: readonly string[];
  readonly createdAt?: string;
}

/** An entry as the platform itself would leave it. @returns its public id */
export async function anEntry({ db }: TestDatabase, values: EntryValues = {}): Promise<string> {
  const id = uuidv7();
  await db
    .insertInto('platform_audit_log')
    .values({
      id,
      action: values.action ?? 'test.note',
      resource_type: 'test',
      resource_id: 'x',
      resource_display_id: values.resourceDisplayId ?? 'x',
      actor_type: 'system',
      actor_id: 'system',
      actor_display_name: values.actorDisplayName ?? 'System',
      org_name: values.orgName ?? null,
      changed_fields: [...(values.changedFields ?? [])],
      created_at: values.createdAt,
    })
    .execute();
  return id;
}

/** Many entries at once, of one action. */
export async function manyEntries({ url }: TestDatabase, count: number, action: string): Promise<void> {
  // A connection of its own: this takes longer than a request may.
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(
      `insert into platform_audit_log (id, action, resource_type, resource_id, resource_display_id, actor_type, actor_id, changed_fields)
        select gen_random_uuid(), $1, 'test', 'r' || i, 'Résumé "' || i || '"', 'system', 'system', array['name', 'slug']
        from generate_series(1, $2::int) i`,
      [action, count],
    );
  } finally {
    await client.end();
  }
}

/** The cells of a CSV text, RFC 4180. */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n)/g)) {
    row.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}
