/** What a page of ours may load besides files of this server. */
export interface PageNeeds {
  /** Style elements made by a script. */
  readonly inlineStyles: boolean;
  /** Images written into a style sheet as `data:` URLs. */
  readonly dataImages: boolean;
  /** Workers, from files of this server. */
  readonly workers: boolean;
}

/**
 * The headers of an HTML page that loads everything from this server, and of nothing else: no inline script, no `eval`, no frame around
 * it, no address of it told to others (an operation in the query string may hold private values).
 */
export function pageHeaders(needs: PageNeeds): Readonly<Record<string, string>> {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self'${needs.inlineStyles ? " 'unsafe-inline'" : ''}`,
    `img-src 'self'${needs.dataImages ? ' data:' : ''}`,
    "font-src 'self'",
    "connect-src 'self'",
    ...(needs.workers ? ["worker-src 'self'"] : []),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    'content-security-policy': policy.join('; '),
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    // The page names files by hashes that change with a release: ask again each time, so that it never names files that are gone.
    'cache-control': 'no-cache',
  };
}

/**
 * The headers of a file that a page loads. A worker takes its policy from its own file and not from the page (CSP 3, §4.2), so each file
 * carries one: none of them loads anything more.
 */
export const assetHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': "default-src 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};
