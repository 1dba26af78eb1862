import { describe, expect, it } from '@jest/globals';
import { type JsonObject, mergePatch } from '../../src/users/mergePatch.js';

describe('a merge patch', () => {
  // RFC 7396, appendix A, but for the patches that are no objects, which the operation's type refuses.
  const appendixA: readonly (readonly [original: string, patch: string, result: string])[] = [
    ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
    ['{"a":"b"}', '{"a":null}', '{}'],
    ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
    ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
    ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
    ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
    ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
    ['[1,2]', '{"a":"b","c":null}', '{"a":"b"}'],
    ['{}', '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
  ];
  it.each(appendixA)('turns %s by %s into %s', (original, patch, result) => {
    const [target, change]: [unknown, JsonObject] = [JSON.parse(original), JSON.parse(patch)];
    expect(mergePatch(target, change)).toEqual(JSON.parse(result));
    // Neither is changed.
    expect([JSON.stringify(target), JSON.stringify(change)]).toEqual([original, patch]);
  });

  it('keeps a null within a list, which is a value like any other', () => {
    expect(mergePatch({ a: 1 }, { a: [null, { b: null }] })).toEqual({ a: [null, { b: null }] });
  });

  it.each(['__proto__', 'constructor', 'toString'])('takes a member named %s for a member', (name) => {
    const patch: JsonObject = JSON.parse(`{"${name}":{"isAdmin":true}}`);
    const result = mergePatch({}, patch);
    expect(JSON.stringify(result)).toBe(`{"${name}":{"isAdmin":true}}`);
    expect(JSON.stringify(mergePatch(result, JSON.parse(`{"${name}":null}`)))).toBe('{}');
    expect('isAdmin' in {}).toBe(false);
    expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
  });
});
