import type pg from 'pg';

const TIMESTAMPTZ = 1184;

/** Makes `pg` answer with times as Tenantry does: RFC 3339 with microseconds. The session's time zone is UTC. */
export function rfc3339(types: typeof pg.types): void {
  types.setTypeParser(TIMESTAMPTZ, (text) => `${text.replace(' ', 'T').slice(0, -3)}Z`);
}
