import { readFileSync } from 'node:fs';

/** The documented contract of a surface, as an OpenAPI document. */
export function contractOf(surface: 'platform' | 'v1'): Record<string, unknown> {
  const file = new URL(`documents/${surface}.openapi.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8'));
}
