import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { Invalid } from '../errors.js';

/** Milliseconds to connect, and for each statement of the check. */
const patience = 5_000;
const maxLength = 2_048;
const oldestServer = 150_000;
/** Others could name files of this machine, or send what they like along with the connection. */
const allowedParameters = new Set(['sslmode']);

/** What is said of a connection that failed: never the driver's own words, which repeat parts of the address. */
const refusals: Readonly<Record<string, string>> = {
  '28P01': 'The server refuses the user or the password.',
  '28000': 'The server refuses the user.',
  '3D000': 'The server has no such database.',
  '53300': 'The server has no connection left.',
  '57P03': 'The server is starting or stopping.',
  '25006': 'The database can only be read.',
  ECONNREFUSED: 'Nothing listens at this host and port.',
  ENOTFOUND: 'There is no such host.',
  EAI_AGAIN: 'There is no such host.',
};

function fault(message: string): Invalid {
  return Invalid.field(['input', 'dsn'], message);
}

/** @throws Invalid naming `input.dsn`, and repeating no part of it */
function requireForm(dsn: string): void {
  if (dsn.length > maxLength) throw fault(`This should have at most ${maxLength} characters`);
  const url = /^postgres(ql)?:\/\//.test(dsn) && URL.canParse(dsn) ? new URL(dsn) : undefined;
  if (!url || url.hostname === '' || url.username === '' || url.pathname.length < 2 || url.hash !== '') {
    throw fault('This should be an address such as postgresql://user:password@host:5432/database');
  }
  if ([...url.searchParams.keys()].some((name) => !allowedParameters.has(name))) {
    throw fault('This address may have the parameter sslmode, and no other');
  }
}

/**
 * Tries a database that is to be a shard: connects, and makes a role and a schema that it does not keep.
 * @param dsn a secret
 * @param schemas of the tenants that the database must have
 * @throws Invalid naming `input.dsn`, and repeating no part of it
 */
export async function checkDsn(dsn: string, schemas: readonly string[] = []): Promise<void> {
  requireForm(dsn);
  const client = new pg.Client({
    connectionString: dsn,
    connectionTimeoutMillis: patience,
    statement_timeout: patience,
    query_timeout: patience,
    application_name: 'tenantry check',
  });
  client.on('error', () => {});
  try {
    await client.connect();
    await requireServer(client);
    await requireMayMakeTenants(client);
    await requireSchemas(client, schemas);
    await client.end();
  } catch (error) {
    if (error instanceof Invalid) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw fault(refusals[code] ?? 'The database cannot be reached.');
  } finally {
    // Nothing is waited for: a server that does not answer would not answer the farewell either.
    client.connection.stream.destroy();
  }
}

async function requireServer(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ version: number; name: string }>(
    `/* shard check */ select current_setting('server_version_num')::int as version, current_setting('server_version') as name`,
  );
  const [server] = rows;
  if (!server || server.version < oldestServer) throw fault(`PostgreSQL ${server?.name} is too old: 15 or newer is needed.`);
}

async function requireMayMakeTenants(client: pg.Client): Promise<void> {
  const name = pg.escapeIdentifier(`t_check_${randomBytes(8).toString('hex')}`);
  try {
    await client.query(`begin; create role ${name} nologin; grant ${name} to current_user; create schema ${name};
      grant usage on schema ${name} to ${name}; create table ${name}.check_access (id int); set local role ${name}; rollback`);
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.code !== '42501') throw error;
    throw fault('The user of this address may not make schemas and roles in the database.');
  }
}

async function requireSchemas(client: pg.Client, schemas: readonly string[]): Promise<void> {
  const { rows } = await client.query<{ missing: number }>(
    `/* shard check */ select count(*)::int as missing from unnest($1::text[]) as s (name)
      where not exists (select from pg_namespace n where n.nspname = s.name)`,
    [schemas],
  );
  const missing = rows[0]?.missing ?? 0;
  if (missing > 0) throw fault(`The database lacks the data of ${missing} of the orgs that live on this shard.`);
}
