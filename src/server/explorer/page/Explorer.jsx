import { GraphiQL } from 'graphiql';
import { useMemo, useState } from 'react';
import { graphqlFetcher } from './graphqlFetcher.js';
import { keepToken, keptToken } from './keptToken.js';
import { TokenBar } from './TokenBar.jsx';

/**
 * The whole page: the token on top, GraphiQL below.
 *
 * @param {object} props
 * @param {import('./loadSettings.js').Settings} props.settings
 * @param {URLSearchParams} props.address of the page; its `query` and `variables` are filled in, as GraphQL over HTTP names them for a GET
 */
export function Explorer({ settings, address }) {
  const [token, setToken] = useState(keptToken);
  const [refused, setRefused] = useState(false);

  // A new fetcher makes GraphiQL ask for the schema again, so that the documentation shows what the new caller may see.
  const fetcher = useMemo(() => {
    let inUse = true;
    return {
      retire: () => {
        inUse = false;
      },
      // An answer to the token before this one says nothing about this one.
      send: graphqlFetcher({ url: settings.graphqlPath, token, onAnswer: (wasRefused) => inUse && setRefused(wasRefused) }),
    };
  }, [settings.graphqlPath, token]);

  /** @param {string} next */
  function changeToken(next) {
    if (next === token) return;
    fetcher.retire();
    keepToken(next);
    setRefused(false);
    setToken(next);
  }

  return (
    <>
      <TokenBar token={token} refused={refused} onToken={changeToken} />
      <GraphiQL
        fetcher={fetcher.send}
        defaultQuery={settings.defaultQuery}
        initialQuery={address.get('query') ?? undefined}
        initialVariables={address.get('variables') ?? undefined}
        shouldPersistHeaders={false}
        inputValueDeprecation
        schemaDescription
      >
        <GraphiQL.Logo>Tenantry</GraphiQL.Logo>
      </GraphiQL>
    </>
  );
}
