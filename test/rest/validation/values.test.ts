import { describe, expect, it } from '@jest/globals';
import { checkBoolean } from '../../../src/rest/validation/boolean.js';
import { checkDateTime } from '../../../src/rest/validation/datetime.js';
import { checkEmail } from '../../../src/rest/validation/email.js';
import type { Checked } from '../../../src/rest/validation/fault.js';
import { jsonFaultOf } from '../../../src/rest/validation/jsonFault.js';
import { checkFloat, checkInt } from '../../../src/rest/validation/number.js';
import { echo } from '../../../src/rest/validation/secrecy.js';
import { checkUuid } from '../../../src/rest/validation/uuid.js';

/** The value, or the type of the fault and what its context says. */
function seen(checked: Checked): unknown {
  if ('value' in checked) return checked.value;
  const { type, ctx } = checked.fault;
  return [type, ...Object.values(ctx ?? {})];
}

const uuid = '01890a5d-ac96-774b-bcce-b302099a8057';

describe('a UUID', () => {
  it.each([uuid, uuid.toUpperCase(), uuid.replaceAll('-', ''), `{${uuid}}`, `urn:uuid:${uuid}`])('is accepted as %s', (text) => {
    expect(checkUuid(text)).toEqual({ value: uuid });
  });

  it.each([
    [5, ['uuid_type']],
    ['', ['uuid_parsing', 'invalid length: expected length 32 for simple format, found 0']],
    ['abc', ['uuid_parsing', 'invalid length: expected length 32 for simple format, found 3']],
    ['a-b', ['uuid_parsing', 'invalid group count: expected 5, found 2']],
    [uuid.slice(1), ['uuid_parsing', 'invalid group length in group 0: expected 8, found 7']],
  ])('is not %j', (value, fault) => {
    expect(seen(checkUuid(value))).toEqual(fault);
  });
});

describe('a number', () => {
  it.each([
    ['12', 12],
    [' -3 ', -3],
    ['1.0', 1],
    [1.0, 1],
  ])('is whole: %j', (value, expected) => {
    expect(seen(checkInt(value, {}))).toBe(expected);
  });

  it.each([
    [true, ['int_type']],
    [[1], ['int_type']],
    ['99999999999', ['less_than_equal', 2147483647]],
    ['0', ['greater_than_equal', 1]],
  ])('is not whole and at least 1: %j', (value, fault) => {
    expect(seen(checkInt(value, { min: 1 }))).toEqual(fault);
  });

  it.each([
    ['1.5', 1.5],
    ['1e3', 1000],
    ['nan', ['float_parsing']],
    ['1e999', ['finite_number']],
    [null, ['float_type']],
  ])('with a fraction: %j', (value, expected) => {
    expect(seen(checkFloat(value, {}))).toEqual(expected);
  });
});

describe('a boolean', () => {
  it.each([
    ['true', true],
    ['0', false],
    [1, true],
    ['OFF', false],
    ['', ['bool_parsing']],
    ['2', ['bool_parsing']],
    [null, ['bool_type']],
  ])('%j', (value, expected) => {
    expect(seen(checkBoolean(value))).toEqual(expected);
  });
});

describe('an email address', () => {
  it.each(['a@b.co', 'first.last+tag@sub.example.com'])('is %s', (address) => {
    expect(checkEmail(address, {})).toEqual({ value: address });
  });

  it.each([
    ['ada', 'An email address must have an @-sign.'],
    ['@b.co', 'There must be something before the @-sign.'],
    ['a@', 'There must be something after the @-sign.'],
    ['a@b', 'The part after the @-sign is not valid. It should have a period.'],
    ['a b@c.de', "The email address contains invalid characters before the @-sign: ' '."],
    ['a..b@c.de', 'An email address cannot have two periods in a row.'],
    ['a@-b.co', 'The part after the @-sign cannot have a hyphen at the beginning or end of a label.'],
    [`a@${'b.'.repeat(126)}co`, 'The email address is too long (2 characters too many).'],
  ])('is not %s', (address, reason) => {
    expect(seen(checkEmail(address, {}))).toEqual(['value_error', reason]);
  });
});

describe('a date and time', () => {
  it.each([
    ['2026-01-31', '2026-01-31T00:00:00Z'],
    ['2024-02-29T12:30', '2024-02-29T12:30:00Z'],
    ['2026-01-31 12:30:00.123456+0200', '2026-01-31T12:30:00.123456+02:00'],
  ])('is %s', (text, expected) => {
    expect(seen(checkDateTime(text))).toBe(expected);
  });

  it.each([
    ['soon', 'input is too short'],
    ['2026-13-01', 'month value is outside expected range of 1-12'],
    ['2026-02-29', 'day value is outside expected range'],
    ['1900-02-29', 'day value is outside expected range'],
    ['2026-01-31T24:00', 'hour value is outside expected range of 0-23'],
    ['2026/01/31', 'invalid date separator, expected `-`'],
  ])('is not %s', (text, error) => {
    expect(seen(checkDateTime(text))).toEqual(['datetime_from_date_parsing', error]);
  });
});

describe('the fault of a text that is no JSON', () => {
  it.each([
    ['', 0, 'Expecting value'],
    ['{"a": }', 6, 'Expecting value'],
    ['{"a" 1}', 5, "Expecting ':' delimiter"],
    ['{"a": 1,}', 8, 'Expecting property name enclosed in double quotes'],
    ['{a: 1}', 1, 'Expecting property name enclosed in double quotes'],
    ['[1 2]', 3, "Expecting ',' delimiter"],
    ['[1]]', 3, 'Extra data'],
    ['["a', 1, 'Unterminated string starting at'],
    ['"\\x"', 1, 'Invalid \\escape'],
    ['"\n"', 1, 'Invalid control character at'],
    ['[', 1, 'Expecting value'],
    ['nul', 0, 'Expecting value'],
  ])('%j', (text, position, error) => {
    expect(jsonFaultOf(text)).toEqual({ position, error });
  });
});

describe('what is shown of a value', () => {
  it('has no secrets, however deep', () => {
    expect(echo({ a: [{ password: 'x', accessToken: 'y', dsn: 'z', b: 1 }] })).toEqual({ input: { a: [{ b: 1 }] } });
  });

  it('is nothing where it is large', () => {
    expect(echo('x'.repeat(2000))).toEqual({});
  });
});
