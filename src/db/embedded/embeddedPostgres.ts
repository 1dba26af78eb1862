import pg from 'pg';
import { findBinaries } from './binaries.js';
import { type Cluster, prepareCluster, roleName } from './cluster.js';
import { EmbeddedPostgresError } from './error.js';
import { lockFolder } from './folderLock.js';
import { preparePlace } from './place.js';
import { addressOf, type Postmaster, startPostmaster, stopOrphan } from './postmaster.js';

export { EmbeddedPostgresError } from './error.js';

/** A PostgreSQL server of this process's own, on loopback. */
export interface EmbeddedPostgres {
  /** Of the database `tenantry`, as the role that owns everything. A secret. */
  readonly url: string;
  readonly pid: number;
  /** Stops the server and gives the folder free; once is enough. */
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  readonly dataDir: string;
  /** Beyond the defaults of postmaster.ts, by PostgreSQL's names. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly onProgress?: (line: string) => void;
  /** Called where the server ends without having been stopped. */
  readonly onExit?: (error: Error) => void;
}

/**
 * Starts the PostgreSQL that npm brought on the cluster of a data folder, made where there is none.
 * @throws EmbeddedPostgresError in one line, whatever is in the way
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { dataDir, settings = {}, onProgress = () => {}, onExit } = options;
  const binaries = findBinaries();
  const place = preparePlace(dataDir, binaries);
  const release = await lockFolder(dataDir);
  let server: Postmaster | undefined;
  try {
    const cluster = await prepareCluster(place, binaries.major);
    if (cluster.isNew) onProgress(`Made a database in ${place.folder}.`);
    await stopOrphan(cluster);
    const running = await startPostmaster(place, cluster, settings);
    server = running;
    onProgress(`PostgreSQL ${binaries.major} runs on port ${running.port}.`);
    await makeDatabase(cluster, running.port);

    let stopping: Promise<void> | undefined;
    running.ended.then((line) => {
      if (!stopping) onExit?.(new EmbeddedPostgresError(`The embedded database ended by itself: ${line}`));
    });
    return {
      url: addressOf(cluster, running.port, roleName),
      pid: running.pid,
      stop() {
        stopping ??= running.stop().finally(release);
        return stopping;
      },
    };
  } catch (error) {
    await server?.stop();
    await release();
    throw error;
  }
}

async function makeDatabase(cluster: Cluster, port: number): Promise<void> {
  const client = new pg.Client({ connectionString: addressOf(cluster, port, 'postgres') });
  await client.connect();
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [roleName]);
    if (rowCount === 0) await client.query(`create database ${roleName}`);
  } finally {
    await client.end();
  }
}
