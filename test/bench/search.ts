import { performance } from 'node:perf_hooks';
import { sql } from 'kysely';
import { migrate } from '../../src/db/migrator.js';
import { openDatabase } from '../../src/db/pool.js';
import { withTemporaryPostgres } from '../../src/tools/temporaryPostgres.js';

/** Measures the search for users on a million of them: `npx tsx test/bench/search.ts [users]`. It takes minutes. */
const users = Number(process.argv[2] ?? 1_000_000);

const searches = { 'a name, accents folded': 'MULLER 4711', 'an email': 'user777777@', nobody: 'xyzzyx', 'every hundredth': 'team42 ' };

await withTemporaryPostgres(async (url) => {
  const database = openDatabase({ url, poolSize: 1, acquireTimeout: 1_000, statementTimeout: 0, applicationName: 'bench' });
  const { db } = database;
  try {
    await migrate(db);
    await sql`insert into users (public_id, email, username, display_name, full_name)
      select gen_random_uuid(), 'user' || i || '@example.com', 'user' || i, 'Zoë Müller ' || i, 'team' || (i % 100) || ' of many'
      from generate_series(1, ${users}::int) i`.execute(db);
    await sql`vacuum analyze users`.execute(db);
    for (const [what, text] of Object.entries(searches)) {
      for (const counted of [true, false]) {
        const page = counted
          ? sql`with m as materialized (select u.id, u.created_at, u.public_id from users u where u.deleted_at is null and u.search_text like containing(${text}))
              select (select count(*) from m), m.* from m order by created_at, public_id limit 51`
          : sql`select u.id from users u where u.deleted_at is null and u.search_text like containing(${text}) order by u.created_at, u.public_id limit 51`;
        const times: number[] = [];
        for (let i = 0; i < 7; i += 1) {
          const start = performance.now();
          await page.execute(db);
          times.push(performance.now() - start);
        }
        const { rows } = await sql<{ 'QUERY PLAN': string }>`explain ${page}`.execute(db);
        const scan =
          rows
            .map((row) => row['QUERY PLAN'])
            .find((line) => /Scan/.test(line))
            ?.trim() ?? '';
        const median = times.sort((a, b) => a - b)[3] ?? 0;
        process.stdout.write(`${what}${counted ? ', with total' : ''}: ${median.toFixed(1)} ms; ${scan.replace(/\s*\(.*/, '')}\n`);
      }
    }
  } finally {
    await database.close();
  }
});
