import type { Bounds } from '../annotations.js';
import { accepted, type Checked, refusedAs } from './fault.js';
import { checkText } from './text.js';

// RFC 5321 §4.5.3.1, less the angle brackets of a path.
const longest = 254;
const longestLocal = 64;

/** An email address as pydantic's `EmailStr` takes it, less what the schema's own scalar refuses. */
export function checkEmail(value: unknown, bounds: Bounds): Checked {
  const text = checkText(value, bounds);
  if ('fault' in text || typeof value !== 'string') return text;
  const reason = reasonAgainst(value);
  if (reason) return refusedAs('value_error', `value is not a valid email address: ${reason}`, { reason });
  return accepted(value);
}

/** Worded as the Python package `email-validator` does. */
function reasonAgainst(address: string): string | undefined {
  const at = address.lastIndexOf('@');
  if (at < 0) return 'An email address must have an @-sign.';
  const local = address.slice(0, at);
  const domain = address.slice(at + 1);
  if (local === '') return 'There must be something before the @-sign.';
  if (domain === '') return 'There must be something after the @-sign.';
  if (local.length > longestLocal)
    return `The email address is too long before the @-sign (${local.length - longestLocal} characters too many).`;
  if (address.length > longest) return `The email address is too long (${address.length - longest} characters too many).`;
  return localReason(local) ?? domainReason(domain);
}

function localReason(local: string): string | undefined {
  const strange = unique(local.match(/[^\w.!#$%&'*+/=?^`{|}~-]/g));
  if (strange) return `The email address contains invalid characters before the @-sign: ${strange}.`;
  if (local.startsWith('.')) return 'An email address cannot start with a period.';
  if (local.endsWith('.')) return 'An email address cannot have a period immediately before the @-sign.';
  if (local.includes('..')) return 'An email address cannot have two periods in a row.';
  return undefined;
}

function domainReason(domain: string): string | undefined {
  const strange = unique(domain.match(/[^a-zA-Z0-9.-]/g));
  if (strange) return `The part after the @-sign contains invalid characters: ${strange}.`;
  if (domain.startsWith('.')) return 'An email address cannot have a period immediately after the @-sign.';
  if (domain.endsWith('.')) return 'An email address cannot end with a period.';
  if (domain.includes('..')) return 'An email address cannot have two periods in a row.';
  if (domain.split('.').some((label) => label.startsWith('-') || label.endsWith('-'))) {
    return 'The part after the @-sign cannot have a hyphen at the beginning or end of a label.';
  }
  if (domain.split('.').some((label) => label.length > 63)) return 'After the @-sign, periods cannot be separated by so many characters.';
  if (!domain.includes('.')) return 'The part after the @-sign is not valid. It should have a period.';
  return undefined;
}

function unique(found: RegExpMatchArray | null): string | undefined {
  return found ? [...new Set(found)].map((character) => `'${character}'`).join(', ') : undefined;
}
