/** A name of the schema as the REST surfaces spell names: `OrgAccess` and `orgAccess` are `org_access`. */
export function snakeCase(name: string): string {
  return name.replace(/(?<=.)[A-Z]/g, '_$&').toLowerCase();
}
