import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { exportColumns } from '../../../src/audit/export/exportColumns.js';
import { memoryOf } from '../process.js';
import { median } from './median.js';
import type { Gateway } from './product.js';

/** An export as CSV through the API, and PostgreSQL's own COPY of the same columns of the same rows in the same order. */
export interface ExportFigures {
  readonly rows: number;
  /** Seconds of the median round. */
  readonly product: number;
  readonly copy: number;
  readonly bytes: number;
  /** Bytes by which the gateway's process grew at most, in any round but the first. */
  readonly addedMemory: number;
}

const sampleInterval = 10;

/** @param since exports what was made from this moment on */
export async function measureExport(
  databaseUrl: string,
  { url, pid, token }: Gateway,
  since: string,
  rounds: number,
): Promise<ExportFigures> {
  const client = new pg.Client({ connectionString: databaseUrl, options: '-c timezone=UTC -c jit=off' });
  await client.connect();
  const { rows } = await client.query<{ n: number }>('select count(*)::int as n from platform_audit_log where created_at >= $1', [since]);
  const columns = exportColumns.map(({ name }) => name).join(', ');
  const ownTimes: number[] = [];
  const copyTimes: number[] = [];
  let [bytes, addedMemory] = [0, 0];
  for (let round = 0; round <= rounds; round += 1) {
    const before = memoryOf(pid) ?? Number.NaN;
    let peak = before;
    const sampling = setInterval(() => {
      peak = Math.max(peak, memoryOf(pid) ?? 0);
    }, sampleInterval);
    const own = await seconds(async () => {
      const answer = await fetch(`${url}/api/v1/platform/audit/export?start_date=${encodeURIComponent(since)}`, {
        headers: { authorization: `Bearer ${token}` },
      });
      if (answer.status !== 200 || !answer.body) throw new Error(`The export was refused: ${answer.status} ${await answer.text()}`);
      bytes = 0;
      for await (const chunk of answer.body) bytes += chunk.length;
    });
    clearInterval(sampling);
    const copied = await seconds(async () => {
      const stream = client.query(
        copyTo(
          `copy (select ${columns} from platform_audit_log where created_at >= ${pg.escapeLiteral(since)} order by created_at, id)
            to stdout (format csv, header)`,
        ),
      );
      let length = 0;
      for await (const chunk of stream) length += chunk.length;
      if (length === 0) throw new Error('COPY gave nothing.');
    });
    // The first round warms both up.
    if (round === 0) continue;
    ownTimes.push(own);
    copyTimes.push(copied);
    addedMemory = Math.max(addedMemory, peak - before);
  }
  await client.end();
  return { rows: rows[0]?.n ?? 0, product: median(ownTimes), copy: median(copyTimes), bytes, addedMemory };
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1_000;
}
