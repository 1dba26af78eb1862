/**
 * The name of a tenant's schema and of its role: `t_<slug>_<suffix>`. Roles belong to a whole server, which others may use too: so the
 * suffix is of the id's random part.
 * @param id the org's public id, a UUIDv7
 */
export function schemaNameOf(slug: string, id: string): string {
  // PostgreSQL cuts names at 63 bytes.
  return `t_${slug.replaceAll('-', '_').slice(0, 40)}_${id.slice(-12)}`;
}
