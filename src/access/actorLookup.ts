import { CompiledQuery, type Kysely } from 'kysely';
import { readTogether } from '../db/together.js';
import type { DB } from '../db/types.generated.js';
import type { VerifiedClaims } from './accessTokens.js';
import { type ActorRow, actorColumns, mayAct, newestChangeColumn } from './actorRow.js';

export interface KeyRow extends ActorRow {
  api_key_id: string;
  key_permissions: string[];
}

/** Finds callers by what most requests carry, for all requests of the process together. */
export interface ActorLookup {
  /** Undefined where the token does not hold now, by the database's clock, the user may not act, or the session has ended. */
  byClaims(claims: VerifiedClaims): Promise<ActorRow | undefined>;
  /** Undefined where the key was revoked or has expired, or its owner may not act. @param hash in hex */
  byKeyHash(hash: string): Promise<KeyRow | undefined>;
}

const byClaims = (further: string) => `/* actors by access token */ select c.place::int, ${actorColumns}${further}
  from unnest($1::uuid[], $2::uuid[], $3::float8[], $4::float8[]) with ordinality c (sub, sid, not_before, expires_at, place)
  join users u on u.public_id = c.sub
  where extract(epoch from now()) >= c.not_before and extract(epoch from now()) < c.expires_at and ${mayAct} and (c.sid is null or exists (
    select from sessions s where s.public_id = c.sid and s.user_id = u.id and s.ended_at is null and s.expires_at > now()))`;

const byKeyHash = (
  further: string,
) => `/* actors by API key */ select c.place::int, k.public_id as api_key_id, k.permissions as key_permissions, ${actorColumns}${further}
  from unnest($1::text[]) with ordinality c (hash, place) join api_keys k on k.key_hash = decode(c.hash, 'hex') join users u on u.id = k.user_id
  where k.revoked_at is null and (k.expires_at is null or k.expires_at > now()) and ${mayAct}`;

const lookups = { plain: new WeakMap<Kysely<DB>, ActorLookup>(), withChanges: new WeakMap<Kysely<DB>, ActorLookup>() };

/** @param isStandbyAsked whether the callers' newest changes are read as well */
export function actorLookup(db: Kysely<DB>, isStandbyAsked = false): ActorLookup {
  const kept = isStandbyAsked ? lookups.withChanges : lookups.plain;
  const known = kept.get(db);
  if (known) return known;
  const further = isStandbyAsked ? newestChangeColumn('u') : '';
  const statements = { byClaims: byClaims(further), byKeyHash: byKeyHash(further) };
  const lookup: ActorLookup = {
    byClaims: readTogether((asked) =>
      read<VerifiedClaims, ActorRow>(
        db,
        asked,
        ({ sub, sid, notBefore, expiresAt }) => `${sub} ${sid} ${notBefore} ${expiresAt}`,
        (distinct) => [
          statements.byClaims,
          [
            distinct.map(({ sub }) => sub),
            distinct.map(({ sid }) => sid ?? null),
            distinct.map(({ notBefore }) => notBefore),
            distinct.map(({ expiresAt }) => expiresAt),
          ],
        ],
      ),
    ),
    byKeyHash: readTogether((asked) =>
      read<string, KeyRow>(
        db,
        asked,
        (hash) => hash,
        (distinct) => [statements.byKeyHash, [distinct]],
      ),
    ),
  };
  kept.set(db, lookup);
  return lookup;
}

/** The row of each key, in the order of the keys. One caller's requests, which often come together, share a row. */
async function read<K, R>(
  db: Kysely<DB>,
  asked: readonly K[],
  nameOf: (key: K) => string,
  statement: (distinct: readonly K[]) => [text: string, parameters: unknown[]],
): Promise<(R | undefined)[]> {
  const distinct = [...new Map(asked.map((key) => [nameOf(key), key])).values()];
  const [text, parameters] = statement(distinct);
  const { rows } = await db.executeQuery<R & { place: number }>(CompiledQuery.raw(text, parameters));
  const byPlace = new Map(rows.map((row) => [row.place, row]));
  const byName = new Map(distinct.map((key, i) => [nameOf(key), byPlace.get(i + 1)]));
  return asked.map((key) => byName.get(nameOf(key)));
}
