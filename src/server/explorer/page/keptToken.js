const key = 'tenantry.token';

/**
 * The token of this tab, or an empty string. It lives in `sessionStorage`: it survives a reload and ends with the tab.
 *
 * @returns {string}
 */
export function keptToken() {
  return sessionStorage.getItem(key) ?? '';
}

/**
 * Keeps a token for this tab; an empty one forgets what was kept.
 *
 * @param {string} token
 */
export function keepToken(token) {
  if (token === '') sessionStorage.removeItem(key);
  else sessionStorage.setItem(key, token);
}

/**
 * A token as people paste it: with blanks around it, in quotes, or with the word `Bearer` before it.
 *
 * @param {string} pasted
 * @returns {string} the token alone
 */
export function bareToken(pasted) {
  return pasted
    .trim()
    .replace(/^authorization:\s*/i, '')
    .replace(/^bearer\s+/i, '')
    .replace(/^(["'])(.*)\1$/, '$2');
}

/**
 * RFC 6750 §2.1: a bearer token is made of `b64token` characters. Anything else could not be sent in a header.
 *
 * @param {string} token
 * @returns {boolean}
 */
export function canBeSent(token) {
  return /^[A-Za-z0-9._~+/-]+=*$/.test(token);
}
