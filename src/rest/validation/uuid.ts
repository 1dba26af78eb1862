import { accepted, type Checked, refusedAs } from './fault.js';

const groupLengths = [8, 4, 4, 4, 12] as const;

/** A UUID with hyphens, without them, in braces or as a URN; goes on in lower case with hyphens. */
export function checkUuid(value: unknown): Checked {
  if (typeof value !== 'string') return refusedAs('uuid_type', 'UUID input should be a string, bytes or UUID object');
  const { text, offset, bare } = stripped(value);
  const fault = faultOf(text, offset, bare);
  if (fault) return refusedAs('uuid_parsing', `Input should be a valid UUID, ${fault}`, { error: fault });
  const digits = text.replaceAll('-', '').toLowerCase();
  return accepted(digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'));
}

function stripped(value: string): { text: string; offset: number; bare: boolean } {
  if (value.startsWith('{') && value.endsWith('}')) return { text: value.slice(1, -1), offset: 1, bare: false };
  if (value.startsWith('urn:uuid:')) return { text: value.slice(9), offset: 9, bare: false };
  return { text: value, offset: 0, bare: true };
}

/** Words the fault as the parser behind pydantic (the Rust crate `uuid`) does. */
function faultOf(text: string, offset: number, bare: boolean): string | undefined {
  const at = text.search(/[^0-9a-fA-F-]/);
  if (at >= 0) {
    const found = String.fromCodePoint(text.codePointAt(at) ?? 0);
    return `invalid character: expected an optional prefix of \`urn:uuid:\` followed by [0-9a-fA-F-], found \`${found}\` at ${at + offset + 1}`;
  }
  const groups = text.split('-');
  if (groups.length === 1 && bare) {
    return text.length === 32 ? undefined : `invalid length: expected length 32 for simple format, found ${text.length}`;
  }
  if (groups.length !== 5) return `invalid group count: expected 5, found ${groups.length}`;
  const wrong = groupLengths.findIndex((length, i) => groups[i]?.length !== length);
  if (wrong < 0) return undefined;
  return `invalid group length in group ${wrong}: expected ${groupLengths[wrong]}, found ${groups[wrong]?.length}`;
}
