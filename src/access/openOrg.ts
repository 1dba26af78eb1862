/**
 * Whether an org is open to its members, as SQL: an active one is, and so is one that is being moved to another shard, which can be read
 * all the time.
 * @param org the alias of its row
 */
export function isOpen(org: string): string {
  return `(${org}.status = 'active' or ${org}.status = 'migrating' and exists (select from org_moves v where v.org_id = ${org}.id))`;
}
