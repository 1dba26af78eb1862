import type { RowOf } from '../db/shape.js';
import type { User } from '../users/users.types.js';

/** An admin as an entry of the trail names them. */
export function adminResource(admin: RowOf<User>) {
  const id = String(admin.id);
  return { type: 'admin', id, displayId: admin.email ?? id };
}
