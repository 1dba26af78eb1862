import { useState } from 'react';
import { bareToken, canBeSent } from './keptToken.js';

/** @typedef {'absent' | 'wanted' | 'sent' | 'refused' | 'malformed'} Standing */

/** @type {Record<Standing, string>} */
const messages = {
  absent: 'No token is sent. Paste an access token or an API key to act as its owner.',
  wanted: 'The server asks for a token: paste an access token or an API key.',
  sent: 'The token is sent with every request, and kept until this tab is closed.',
  refused: 'The server refused this token. It may have expired or been revoked: paste a new one.',
  malformed: 'This is no token: it holds characters that a token never has. Nothing was changed.',
};

/** @type {ReadonlySet<Standing>} */
const alarming = new Set(['refused', 'malformed']);

/**
 * The place for the bearer token, and what became of it.
 *
 * @param {object} props
 * @param {string} props.token the token in use; empty: none
 * @param {boolean} props.refused whether the server refused the token with the last request, or missed one
 * @param {(token: string) => void} props.onToken called with the new token when it is handed in; empty: forget it
 */
export function TokenBar({ token, refused, onToken }) {
  const [typed, setTyped] = useState(token);
  const [malformed, setMalformed] = useState(false);
  const standing = malformed ? 'malformed' : standingOf(token, refused);

  /** @param {string} pasted */
  function handIn(pasted) {
    const next = bareToken(pasted);
    const wrong = next !== '' && !canBeSent(next);
    setMalformed(wrong);
    if (wrong) return;
    setTyped(next);
    onToken(next);
  }

  return (
    <form
      className="token-bar"
      onSubmit={(event) => {
        event.preventDefault();
        handIn(typed);
      }}
    >
      <label htmlFor="token">Bearer token</label>
      <input
        id="token"
        type="password"
        autoComplete="off"
        spellCheck={false}
        value={typed}
        aria-describedby="token-standing"
        aria-invalid={alarming.has(standing)}
        onChange={(event) => setTyped(event.target.value)}
      />
      <button type="submit">Use token</button>
      {token !== '' && (
        <button type="button" onClick={() => handIn('')}>
          Forget it
        </button>
      )}
      <output id="token-standing" htmlFor="token" className={alarming.has(standing) ? 'alarm' : undefined}>
        {messages[standing]}
      </output>
    </form>
  );
}

/**
 * @param {string} token
 * @param {boolean} refused
 * @returns {Standing}
 */
function standingOf(token, refused) {
  if (token === '') return refused ? 'wanted' : 'absent';
  return refused ? 'refused' : 'sent';
}
