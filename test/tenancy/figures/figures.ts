/**
 * Says what tenants cost: `npx tsx test/tenancy/figures/figures.ts [orgs] [rows]`. On two PostgreSQL servers of its own it makes orgs by the
 * API, migrates them all with a migration that has something to do, fills one org and moves it while it is written to, and kills one
 * server while the tenants of both are asked. Beside each figure stands the load of the machine.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { startWriters } from '../../jobs/writers.js';
import { command } from '../../support/command.js';
import type { Sample } from '../load.js';
import { loseShard, type Phase } from '../lostShard.js';
import { nextMigration } from '../nextMigrationName.js';
import { each, say, spread } from './kit.js';
import { ask, type FiguresPlace, figuresPlace } from './place.js';

const orgs = Number(process.argv[2] ?? 500);
const rows = Number(process.argv[3] ?? 50_000);

async function makeOrgs(place: FiguresPlace): Promise<void> {
  const slugs = Array.from({ length: orgs }, (_, i) => `org-${i}`);
  const start = performance.now();
  const times = await each(slugs, 4, (slug) =>
    ask(place, 'mutation ($slug: String!) { createOrg(input: { name: "An org", slug: $slug }) { org { id } } }', { slug }),
  );
  say(`${orgs} orgs made over HTTP in ${((performance.now() - start) / 1_000).toFixed(1)} s, 4 at once, each: ${spread(times)}`);
}

const preload = ['./test/tenancy/nextMigration.ts'];

async function noted({ database }: FiguresPlace): Promise<number> {
  const done = await database.db.selectFrom('tenant_migrations').select('org_id').where('latest', '=', nextMigration).execute();
  return done.length;
}

async function migrateFleet(place: FiguresPlace): Promise<void> {
  const killed = command('src/migrate.ts', ['--tenants'], place.env, preload);
  while ((await noted(place)) < orgs / 3) await sleep(10);
  killed.process.kill('SIGKILL');
  await killed.ended;
  say(`fleet migration killed after ${await noted(place)} of ${orgs + 1} tenants`);
  const again = command('src/migrate.ts', ['--tenants'], place.env, preload);
  const code = await again.ended;
  say(`run again: "${again.output().trim().split('\n').at(-1)}", exit code ${code}, now ${await noted(place)} tenants`);
}

async function finished(
  place: FiguresPlace,
  id: string,
): Promise<{ statistics: Record<string, number>; startedAt: string; completedAt: string }> {
  for (;;) {
    const { job } = await ask<{
      job: { status: string; errors: string[]; statistics: Record<string, number>; startedAt: string; completedAt: string };
    }>(place, 'query ($id: UUID!) { job(id: $id) { status errors statistics startedAt completedAt } }', { id });
    if (job.status === 'COMPLETED') return job;
    if (job.status !== 'QUEUED' && job.status !== 'RUNNING') throw new Error(JSON.stringify(job));
    await sleep(100);
  }
}

async function seedAndMove(place: FiguresPlace): Promise<void> {
  const { createOrg } = await ask<{ createOrg: { org: { id: string } } }>(
    place,
    'mutation { createOrg(input: { name: "Moved", slug: "moved", region: "local", maxLocations: 100 }) { org { id } } }',
    {},
  );
  const { id } = createOrg.org;
  const appointments = Math.round(rows * 0.6);
  const input = { locations: 10, providers: 200, patients: rows - appointments, appointments };
  const { seedOrg } = await ask<{ seedOrg: { job: { id: string } } }>(
    place,
    'mutation ($id: UUID!, $input: SeedOrgInput!) { seedOrg(orgId: $id, input: $input) { job { id } } }',
    { id, input },
  );
  const seeding = await finished(place, seedOrg.job.id);
  const took = Date.parse(seeding.completedAt) - Date.parse(seeding.startedAt);
  say(
    `seeding: ${rows.toLocaleString('en')} rows and more in ${took} ms, ${Math.round((rows / took) * 1_000).toLocaleString('en')} rows/s`,
  );

  const { id: key } = await place.database.db.selectFrom('orgs').select('id').where('public_id', '=', id).executeTakeFirstOrThrow();
  const writers = startWriters(place.platform, key, 4, 10);
  const { moveOrg } = await ask<{ moveOrg: { job: { id: string } } }>(
    place,
    'mutation ($id: UUID!, $shard: UUID!) { moveOrg(orgId: $id, shardId: $shard) { job { id } } }',
    { id, shard: place.other.id },
  );
  const { statistics } = await finished(place, moveOrg.job.id);
  await sleep(500);
  const written = await writers.stop();
  const { copiedRows = 0, copyMs = 0, writesRefusedMs } = statistics;
  say(
    `move: ${copiedRows.toLocaleString('en')} rows copied in ${copyMs} ms, ${Math.round((copiedRows / copyMs) * 1_000).toLocaleString('en')} rows/s; ` +
      `writes refused for ${writesRefusedMs} ms by the job's statistics, for ${Math.round(written.longestRefusal)} ms as a writer saw it; ` +
      `${written.acknowledged.size} writes acknowledged meanwhile, ${written.refused} refused, ${written.other.length} otherwise`,
  );
}

async function orgsIn(place: FiguresPlace, shardId: string | undefined): Promise<string[]> {
  const found = await place.database.db
    .selectFrom('orgs as o')
    .innerJoin('shards as s', 's.id', 'o.shard_id')
    .select('o.public_id')
    .where('o.is_platform', '=', false)
    .where('s.public_id', shardId === undefined ? '<>' : '=', shardId ?? place.other.id)
    .limit(100)
    .execute();
  return found.map(({ public_id }) => public_id);
}

function told({ answered, refused, other, times }: Sample): string {
  return `${answered} answered, ${refused} refused, ${other.length} otherwise, ${spread(times)}`;
}

async function lose(place: FiguresPlace): Promise<void> {
  const { other, gateway, token } = place;
  const [here, there] = [await orgsIn(place, undefined), await orgsIn(place, other.id)];
  const samples = await loseShard({
    ...{ url: gateway.url, token, here, there, clients: 4, pause: 10, length: 5_000 },
    kill: other.kill,
    revive: other.revive,
  });
  // Every phase is in it, in order.
  for (const [phase, sample] of Object.entries(samples) as [Phase, (typeof samples)[Phase]][]) {
    say(`${phase}, the other shard's orgs: ${told(sample.here)}`);
    say(`${phase}, its own orgs:           ${told(sample.there)}`);
  }
}

const place = await figuresPlace();
try {
  await makeOrgs(place);
  await seedAndMove(place);
  await lose(place);
  await migrateFleet(place);
} finally {
  await place.close();
}
