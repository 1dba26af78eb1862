/** Whether a name is one of the IANA database. An offset, such as `+02:00`, is none: PostgreSQL takes its sign the other way round. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}

const firstYear = 2000;
const known = new Map<string, boolean>();

/** Whether a zone has been a whole number of hours from UTC ever since the year 2000, in summer and in winter. */
export function hasWholeHours(timeZone: string): boolean {
  const kept = known.get(timeZone);
  if (kept !== undefined) return kept;
  const format = new Intl.DateTimeFormat('en', { timeZone, minute: '2-digit', second: '2-digit' });
  const years = new Date().getUTCFullYear() - firstYear + 2;
  const moments = Array.from({ length: years * 2 }, (_, i) => Date.UTC(firstYear, i * 6));
  const isWhole = moments.every((moment) => format.format(moment) === '00:00');
  known.set(timeZone, isWhole);
  return isWhole;
}
