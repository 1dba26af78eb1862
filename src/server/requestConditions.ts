import { createHmac, type KeyObject } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { SigningKeys } from '../access/signingKeys.js';
import { type Conditions, maxIfMatchLength, maxKeyLength } from '../conditions/conditions.js';
import { Invalid } from '../errors.js';

// RFC 9110 §8.8.3, of the form that we give: a strong tag whose text is the version.
const entityTags = /^\s*"\d{1,9}"\s*(?:,\s*"\d{1,9}"\s*)*$/;

/**
 * Reads the headers that make a change conditional. `If-Match: *` asks only that the object is there, which every change does.
 * @throws Invalid naming the header
 */
export function requestConditions(request: FastifyRequest, keys: SigningKeys): Conditions {
  return {
    idempotencyKey: idempotencyKeyOf(request.headers['idempotency-key']),
    fingerprints: () => fingerprintsOf(request, keys),
    ifMatch: versionsOf(request.headers['if-match']),
    progress: { changes: 0, wasRepeated: false, wasCompared: false },
  };
}

function idempotencyKeyOf(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  const path = ['header', 'idempotency-key'];
  if (typeof header !== 'string') throw Invalid.field(path, 'Send one Idempotency-Key.', 'value_error');
  if (header === '') throw Invalid.field(path, 'String should have at least 1 character', 'string_too_short', { min_length: 1 });
  if (header.length <= maxKeyLength) return header;
  const message = `String should have at most ${maxKeyLength} characters`;
  throw Invalid.field(path, message, 'string_too_long', { max_length: maxKeyLength });
}

function versionsOf(header: string | undefined): number[] | undefined {
  if (header === undefined || header.trim() === '*') return undefined;
  if (header.length > maxIfMatchLength || !entityTags.test(header)) {
    throw Invalid.field(['header', 'if-match'], 'If-Match should be an ETag as it was given, such as "3".', 'value_error');
  }
  return [...header.matchAll(/\d+/g)].map(([version]) => Number(version));
}

function fingerprintsOf({ method, url, body, headers }: FastifyRequest, { current, byKid }: SigningKeys): readonly [Buffer, ...Buffer[]] {
  const sent = Buffer.isBuffer(body) ? body : JSON.stringify(body ?? null);
  const head = JSON.stringify([method, url, headers['if-match'] ?? null]);
  const under = (key: KeyObject | Buffer) => createHmac('sha256', key).update(head).update('\n').update(sent).digest();
  return [under(current.secret), ...[...byKid].filter(([kid]) => kid !== current.kid).map(([, key]) => under(key))];
}
