import { maxPasswordLength } from '../access/passwords.js';
import { Invalid } from '../errors.js';
import { commonPasswords } from './commonPasswords.js';

/** The documented bound of `POST /v1/users`, and the least that NIST SP 800-63B §5.1.1.2 lets a person choose. */
const minPasswordLength = 8;

const rows = ['abcdefghijklmnopqrstuvwxyz', '01234567890', 'qwertyuiop', 'qwertzuiop', 'azertyuiop', 'asdfghjkl', 'zxcvbnm', 'yxcvbnm'];
const runs = rows.flatMap((row) => [row, [...row].reverse().join('')]);

/** Whether it is a repetition of at most three characters, or one run along the alphabet, the digits or a row of keys. */
function isPattern(text: string): boolean {
  return /^(.{1,3}?)\1+(?:.{0,2})$/u.test(text) || runs.some((run) => run.repeat(2).includes(text));
}

/**
 * Holds a new password against the rule: 8 to 1024 characters, none of the common ones, no mere pattern, and none of the user's own names.
 * What kinds of characters it has is its owner's business (NIST SP 800-63B §5.1.1.2).
 * @param names emails and usernames of the user
 * @throws Invalid naming `path`; the password is in no message
 */
export function checkPassword(path: readonly string[], password: string, names: readonly string[]): void {
  const length = [...password].length;
  if (length < minPasswordLength) {
    const context = { min_length: minPasswordLength };
    throw Invalid.field(path, `String should have at least ${minPasswordLength} characters`, 'string_too_short', context);
  }
  if (password.length > maxPasswordLength) {
    const context = { max_length: maxPasswordLength };
    throw Invalid.field(path, `String should have at most ${maxPasswordLength} characters`, 'string_too_long', context);
  }
  const folded = password.toLowerCase();
  if (commonPasswords.has(folded) || isPattern(folded)) {
    throw Invalid.field(path, 'This password is one of those that are guessed first. Choose another one.', 'value_error');
  }
  const own = names.flatMap((name) => [name, name.split('@', 1)[0] ?? name]).map((name) => name.toLowerCase());
  if (own.includes(folded)) throw Invalid.field(path, 'The password is the user’s own name. Choose another one.', 'value_error');
}
