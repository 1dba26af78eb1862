import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JWK } from 'jose';

/** A token of Wycheproof's, and what its authors say of it. */
export interface Vector {
  /** The names of its group and of itself; several may share one. */
  readonly name: string;
  readonly token: string;
  readonly isValid: boolean;
  /** The keys to check it with: shared secrets, and public keys. */
  readonly secrets: readonly JWK[];
  readonly publicKeys: readonly JWK[];
  /** The pairs of the public keys, where they are given away. */
  readonly privateKeys: readonly JWK[];
}

/** As the files are written: schemas/json_web_signature_schema.json and its like. */
interface File {
  readonly testGroups: readonly {
    readonly comment: string;
    readonly private?: JWK | { readonly keys: readonly JWK[] };
    readonly public?: JWK | { readonly keys: readonly JWK[] };
    readonly tests: readonly {
      readonly comment: string;
      readonly result: string;
      /** A text, or an object where the token is serialized as JSON. */
      readonly jws?: unknown;
      readonly jwe?: unknown;
    }[];
  }[];
}

const files = ['json_web_signature_test.json', 'json_web_crypto_test.json', 'json_web_key_test.json'];

/** Every token of the files. @param folder where they are: `testvectors_v1` of a clone of https://github.com/C2SP/wycheproof */
export function wycheproofVectors(folder: string): { readonly signed: Vector[]; readonly encrypted: string[] } {
  const groups = files.flatMap((file) => (JSON.parse(readFileSync(join(folder, file), 'utf8')) as File).testGroups);
  const tests = groups.flatMap((group) => group.tests.map((test) => ({ group, test })));
  return {
    signed: tests
      .filter(({ test }) => test.jws !== undefined)
      .map(({ group, test }) => {
        const [own, shown] = [keysOf(group.private), keysOf(group.public)];
        const pairs = own.filter(({ kty }) => kty !== 'oct');
        return {
          name: `${group.comment}: ${test.comment}`,
          token: asText(test.jws),
          isValid: test.result === 'valid',
          secrets: own.filter(({ kty }) => kty === 'oct'),
          publicKeys: shown.length > 0 ? shown : pairs.map(publicPart),
          privateKeys: pairs,
        };
      }),
    encrypted: tests.flatMap(({ test }) => (test.jwe === undefined ? [] : [asText(test.jwe)])),
  };
}

const asText = (token: unknown) => (typeof token === 'string' ? token : JSON.stringify(token));

function keysOf(holder: JWK | { readonly keys: readonly JWK[] } | undefined): readonly JWK[] {
  if (holder === undefined) return [];
  return 'keys' in holder ? holder.keys : [holder];
}

function publicPart({ d: _d, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, ...rest }: JWK): JWK {
  return rest;
}
