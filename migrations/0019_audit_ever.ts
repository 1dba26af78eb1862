import { type Kysely, sql } from 'kysely';

/** The tables of counts that tell of all time too, and what they tell apart. */
const tables = {
  audit_counts_by_action: ['action', 'resource_type', 'outcome'],
  audit_counts_by_org: ['org_id', 'action', 'resource_type', 'outcome'],
  audit_counts_by_actor: ['actor_id', 'outcome'],
} as const;

/**
 * Counts of the trail for questions over years: of all time, and the days of a month side by side in one row, up to each hour of the day, so
 * that the days of any time zone can be told from them.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  // A worker of the program before this one, which knows less to count, fails here and changes nothing.
  await sql`
    lock table audit_counts_progress in exclusive mode;
    alter table audit_counts_progress add column days_xid xid8;
    update audit_counts_progress set days_xid = xid;
    alter table audit_counts_progress alter column days_xid set not null, add check (days_xid = xid);
  `.execute(db);
  for (const [name, columns] of Object.entries(tables)) await countEver(db, name, columns);
  await countDays(db);
  await forget(db);
}

async function countEver(db: Kysely<unknown>, name: string, columns: readonly string[]): Promise<void> {
  const own = sql.join(columns.map((column) => sql.ref(column)));
  await sql`create table ${sql.table(`${name}_ever`)} partition of ${sql.table(name)} for values in ('ever') with (fillfactor = 80)`.execute(
    db,
  );
  await sql`insert into ${sql.table(name)} (grain, bucket, ${own}, count)
    select 'ever', '-infinity', ${own}, sum(count) from ${sql.table(name)} where grain = 'month' group by ${own}`.execute(db);
}

async function countDays(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table audit_counts_by_day (
      -- What is told apart.
      by text not null check (by in ('all', 'action', 'resource_type', 'outcome')),
      value text not null check ((by = 'all') = (value = '')),
      -- Its first moment, in UTC.
      month timestamptz not null,
      -- Counted are the first so many hours of each day, in UTC.
      hours smallint not null check (hours between 1 and 24),
      -- One for each day, from the first on.
      counts integer[] not null check (cardinality(counts) = 31),
      primary key (by, hours, month, value)
    ) with (fillfactor = 80);

    -- Adds to the counts of some days.
    create function add_to_days(counts integer[], days integer[], more integer[]) returns integer[] language plpgsql immutable as $$
    begin
      for i in 1 .. cardinality(days) loop
        counts[days[i]] := counts[days[i]] + more[i];
      end loop;
      return counts;
    end $$;

    insert into audit_counts_by_day (by, value, month, hours, counts)
    select h.by, h.value, h.month, u.hours, add_to_days(array_fill(0, array[31]), array_agg(h.day), array_agg(h.count))
    from (
      select v.by, v.value, date_trunc('month', c.bucket, 'UTC') as month, extract(day from c.bucket at time zone 'UTC')::int as day,
        extract(hour from c.bucket at time zone 'UTC')::int as hour, sum(c.count)::int as count
      from audit_counts_by_action c,
        lateral (values ('all', ''), ('action', c.action), ('resource_type', c.resource_type), ('outcome', c.outcome)) v (by, value)
      where c.grain = 'hour' group by 1, 2, 3, 4, 5
    ) h, generate_series(h.hour + 1, 24) as u (hours)
    group by 1, 2, 3, 4;
  `.execute(db);
}

/** As before, of what is counted now. The text that is pasted is made of the names above alone. */
async function forget(db: Kysely<unknown>): Promise<void> {
  const statements = Object.entries(tables).map(([name, columns]) => {
    // Entries of no org have null there, and a join by `is not distinct from` compares each with each.
    const same = (column: string) =>
      column === 'org_id' ? `coalesce(e.org_id::text, '') = coalesce(m.org_id::text, '')` : `e.${column} = m.${column}`;
    const isSame = columns.map(same).join(' and ');
    const pair = `e.grain = 'ever' and m.grain = 'month' and m.bucket = first_moment and ${isSame}`;
    return `
      delete from ${name} e using ${name} m where ${pair} and e.count = m.count;
      update ${name} e set count = e.count - m.count from ${name} m where ${pair};
      delete from ${name} where grain <> 'ever' and bucket >= first_moment and bucket < next_month;`;
  });
  await sql`
    create or replace function forget_audit_counts(month date) returns void language plpgsql as $$
    declare
      first_moment timestamptz := date_trunc('month', forget_audit_counts.month)::timestamp at time zone 'UTC';
      next_month timestamptz := (date_trunc('month', forget_audit_counts.month) + interval '1 month')::timestamp at time zone 'UTC';
    begin
      -- Nothing is counted meanwhile.
      perform from audit_counts_progress for update;
      ${sql.raw(statements.join(''))}
      delete from audit_counts_by_day d where d.month = first_moment;
    end $$;
  `.execute(db);
}
