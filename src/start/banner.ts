import { issueAccessToken } from '../access/accessTokens.js';
import type { SigningKeys } from '../access/signingKeys.js';
import type { FirstAdmin } from './firstStart.js';

/** Seconds for which the printed token holds: long enough to look around. */
const printedTokenTtl = 8 * 3_600;

export interface BannerOptions {
  readonly url: string;
  readonly admin: FirstAdmin | undefined;
  /** Whose access token to print; none on a database that others use too. */
  readonly tokenFor: string | undefined;
  readonly keys: SigningKeys;
  /** Milliseconds since the start. */
  readonly took: number;
}

/** What a person needs to begin: where to go, and a line to paste. The password stands here once and nowhere else. */
export function banner({ url, admin, tokenFor, keys, took }: BannerOptions): string {
  const lines = [
    '',
    `Tenantry is ready after ${(took / 1_000).toFixed(1)} s.`,
    '',
    `  GraphQL explorer   ${url}/graphql`,
    `  REST pages         ${url}/docs`,
    `  Health, metrics    ${url}/readyz  ${url}/metrics`,
  ];
  if (admin?.generatedPassword) {
    lines.push('', '  The first admin, shown this once:', `    email     ${admin.email}`, `    password  ${admin.generatedPassword}`);
  }
  if (tokenFor) {
    const { token } = issueAccessToken(keys, { sub: tokenFor }, printedTokenTtl);
    lines.push('', `  An access token of the admin, good for ${printedTokenTtl / 3_600} hours:`, '', token, '', '  Try it:', '');
    lines.push(`curl -s ${url}/api/v1/platform/me -H 'Authorization: Bearer ${token}'`);
  }
  return `${lines.join('\n')}\n\n`;
}
