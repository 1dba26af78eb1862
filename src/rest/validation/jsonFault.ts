/** Where a text stops being JSON, and what was expected there, in the words of Python's parser. */
export interface JsonFault {
  /** Characters from the beginning. */
  readonly position: number;
  readonly error: string;
}

type Expected = 'value' | 'value or ]' | 'key' | 'key or }' | 'colon' | 'comma' | 'end';

/** The first fault of a text that JSON.parse refused. Uses no recursion: the text may be nested as deep as it is long. */
export function jsonFaultOf(text: string): JsonFault {
  const open: ('{' | '[')[] = [];
  let expected: Expected = 'value';
  let at = 0;
  for (;;) {
    at = afterMatch(/[ \t\n\r]*/y, text, at) ?? at;
    const character = text[at] ?? '';
    if (expected === 'end') return { position: at, error: 'Extra data' };
    if (expected === 'colon') {
      if (character !== ':') return { position: at, error: "Expecting ':' delimiter" };
      expected = 'value';
      at += 1;
    } else if (expected === 'comma') {
      const inside = open.at(-1);
      const closed = character === (inside === '{' ? '}' : ']');
      if (!closed && character !== ',') return { position: at, error: "Expecting ',' delimiter" };
      if (closed) open.pop();
      expected = closed ? (open.length > 0 ? 'comma' : 'end') : inside === '{' ? 'key' : 'value';
      at += 1;
    } else if ((expected === 'value or ]' && character === ']') || (expected === 'key or }' && character === '}')) {
      open.pop();
      expected = open.length > 0 ? 'comma' : 'end';
      at += 1;
    } else if (expected === 'key' || expected === 'key or }') {
      if (character !== '"') return { position: at, error: 'Expecting property name enclosed in double quotes' };
      const end = stringEnd(text, at);
      if (typeof end !== 'number') return end;
      expected = 'colon';
      at = end;
    } else if (character === '{' || character === '[') {
      open.push(character);
      expected = character === '{' ? 'key or }' : 'value or ]';
      at += 1;
    } else {
      const end =
        character === '"' ? stringEnd(text, at) : afterMatch(/true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y, text, at);
      if (end === undefined) return { position: at, error: 'Expecting value' };
      if (typeof end !== 'number') return end;
      expected = open.length > 0 ? 'comma' : 'end';
      at = end;
    }
  }
}

function afterMatch(regex: RegExp, text: string, at: number): number | undefined {
  regex.lastIndex = at;
  return regex.test(text) ? regex.lastIndex : undefined;
}

/** Index behind a string's closing quote. */
function stringEnd(text: string, start: number): number | JsonFault {
  for (let at = start + 1; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (character === '"') return at + 1;
    if (character < ' ') return { position: at, error: 'Invalid control character at' };
    if (character !== '\\') continue;
    const end = afterMatch(/\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y, text, at);
    if (end === undefined) return { position: at, error: 'Invalid \\escape' };
    at = end - 1;
  }
  return { position: start, error: 'Unterminated string starting at' };
}
