import type { Issue } from '../issue.js';
import { isRecord } from '../record.js';
import { jsonFaultOf } from './jsonFault.js';

/** The members of a JSON body, or why there are none. */
export type Body = { readonly members: Record<string, unknown> } | { readonly issue: Issue };

/**
 * Reads a body as FastAPI does: without a content type it is taken for JSON, with another one for a text, which is no object.
 * What was sent is not shown in the issue: it may hold a secret that can't be told apart.
 */
export function bodyOf(raw: Buffer | undefined, contentType: string | undefined): Body {
  if (!raw || raw.length === 0) return { issue: { loc: ['body'], msg: 'Field required', type: 'missing', input: null } };
  if (contentType !== undefined && !isJson(contentType)) return { issue: notAnObject };
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(raw);
  } catch {
    return { issue: notJson(0, 'Invalid UTF-8') };
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const { position, error } = jsonFaultOf(text);
    return { issue: notJson(position, error) };
  }
  if (value === null) return { issue: { loc: ['body'], msg: 'Field required', type: 'missing', input: null } };
  return isRecord(value) ? { members: value } : { issue: notAnObject };
}

const notAnObject: Issue = {
  loc: ['body'],
  msg: 'Input should be a valid dictionary or object to extract fields from',
  type: 'model_attributes_type',
};

function notJson(position: number, error: string): Issue {
  return { loc: ['body', position], msg: 'JSON decode error', type: 'json_invalid', input: {}, ctx: { error } };
}

function isJson(contentType: string): boolean {
  return /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(contentType.trim());
}
