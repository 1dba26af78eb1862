import { type Kysely, sql } from 'kysely';

/**
 * The trail. `platform_audit_log` holds the summary of every entry, partitioned by month of `created_at`; the
 * before and after of an entry wait in `audit_outbox` for the org's own schema, or stay in `audit_snapshots`
 * where the entry concerns no org. Nothing here is ever changed: a trigger refuses, whoever asks.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table platform_audit_log (
      id uuid not null,
      created_at timestamptz not null default now(),
      -- For readers that follow the table: they select below pg_snapshot_xmin, so that a late commit is not missed.
      xid xid8 not null default pg_current_xact_id(),
      action text not null check (length(action) between 1 and 100),
      outcome text not null default 'success' check (outcome in ('success', 'denied', 'violation', 'failed')),
      resource_type text not null check (length(resource_type) between 1 and 100),
      resource_id text not null check (length(resource_id) <= 200),
      resource_display_id text not null check (length(resource_display_id) <= 300),
      changed_fields text[] not null default '{}',
      actor_type text not null check (actor_type in ('user', 'system', 'api_key')),
      actor_id text not null check (length(actor_id) <= 200),
      actor_display_name text,
      -- Under impersonation the actor is the admin who acts, and this is the user as whom they act.
      impersonated_user_id uuid,
      org_id uuid,
      org_name text,
      permission text,
      ip_address inet,
      trace_id text check (length(trace_id) = 32),
      primary key (id, created_at)
    ) partition by range (created_at);
    create index platform_audit_log_by_time on platform_audit_log (created_at desc, id desc);
    create index platform_audit_log_by_org on platform_audit_log (org_id, created_at desc, id desc);
    create index platform_audit_log_by_actor on platform_audit_log (actor_id, created_at desc, id desc);
    create index platform_audit_log_by_action on platform_audit_log (action, created_at desc, id desc);
    create index platform_audit_log_by_resource on platform_audit_log (resource_type, resource_id, created_at desc, id desc);

    create table audit_snapshots (
      entry_id uuid primary key,
      before jsonb,
      after jsonb
    );

    create table audit_outbox (
      id bigint generated always as identity primary key,
      entry_id uuid not null unique,
      org_id bigint not null,
      before jsonb,
      after jsonb,
      created_at timestamptz not null default now()
    );

    create function refuse_change() returns trigger language plpgsql as $$
    begin
      raise exception '% is append-only', tg_table_name using errcode = 'insufficient_privilege';
    end $$;
    create trigger platform_audit_log_is_append_only before update or delete on platform_audit_log
      for each row execute function refuse_change();
    create trigger platform_audit_log_is_not_truncated before truncate on platform_audit_log
      for each statement execute function refuse_change();
    create trigger audit_snapshots_are_append_only before update or delete on audit_snapshots
      for each row execute function refuse_change();
    create trigger audit_snapshots_are_not_truncated before truncate on audit_snapshots
      for each statement execute function refuse_change();

    -- Makes the partitions of the months from one date to another, both included; those that exist are left alone.
    create function make_audit_partitions(from_month date, to_month date) returns void language plpgsql as $$
    declare
      month date := date_trunc('month', from_month);
    begin
      while month <= to_month loop
        execute format(
          'create table if not exists %I partition of platform_audit_log for values from (%L) to (%L)',
          'platform_audit_log_' || to_char(month, 'YYYY_MM'),
          month::text || ' 00:00:00+00', (month + interval '1 month')::date::text || ' 00:00:00+00');
        month := month + interval '1 month';
      end loop;
    end $$;
    select make_audit_partitions((current_date - interval '3 months')::date, (current_date + interval '12 months')::date);
  `.execute(db);
}
