export type JsonObject = { readonly [name: string]: unknown };

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Applies a JSON Merge Patch (RFC 7396 §2): objects are merged, null removes, anything else replaces. Neither argument
 * is changed.
 */
export function mergePatch(target: unknown, patch: JsonObject): JsonObject {
  const result = new Map(Object.entries(isObject(target) ? target : {}));
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) result.delete(name);
    else result.set(name, isObject(value) ? mergePatch(result.get(name), value) : value);
  }
  // Built from entries: a member named __proto__ stays a member.
  return Object.fromEntries(result);
}
