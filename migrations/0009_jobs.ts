import { type Kysely, sql } from 'kysely';

/**
 * What became of a job, step by step, for those who watch it. The database keeps the steps itself: whatever changes what is shown of a job
 * leaves an event in the same transaction, whoever writes it. Numbers are given out under the job's row lock, so that they are seen in
 * their order and without a gap.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table jobs add column event_number integer not null default 1;

    create table job_events (
      job_id bigint not null references jobs on delete cascade,
      number integer not null,
      created_at timestamptz not null,
      status text not null,
      current_stage text,
      current_message text,
      progress_current integer,
      progress_total integer,
      statistics jsonb not null,
      errors text[] not null,
      cancel_requested_at timestamptz,
      primary key (job_id, number)
    );

    create function number_job_event() returns trigger language plpgsql as $$
    begin
      new.updated_at := clock_timestamp();
      new.event_number := old.event_number + 1;
      return new;
    end $$;

    create function keep_job_event() returns trigger language plpgsql as $$
    begin
      insert into job_events values (new.id, new.event_number, new.updated_at, new.status, new.current_stage, new.current_message,
        new.progress_current, new.progress_total, new.statistics, new.errors, new.cancel_requested_at);
      perform pg_notify('jobs', new.public_id::text);
      return null;
    end $$;

    create trigger number_event before update on jobs for each row
      when (row(new.status, new.current_stage, new.current_message, new.progress_current, new.progress_total, new.statistics, new.errors,
          new.cancel_requested_at)
        is distinct from row(old.status, old.current_stage, old.current_message, old.progress_current, old.progress_total, old.statistics,
          old.errors, old.cancel_requested_at))
      execute function number_job_event();
    create trigger keep_first_event after insert on jobs for each row execute function keep_job_event();
    create trigger keep_event after update on jobs for each row
      when (new.event_number is distinct from old.event_number) execute function keep_job_event();

    create index jobs_by_requested_at on jobs (requested_at, public_id);
    create index jobs_by_org on jobs (org_id, requested_at, public_id);
  `.execute(db);
}
