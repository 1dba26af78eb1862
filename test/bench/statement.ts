import pg from 'pg';

/** A statement with its values in it: who runs it without a driver has no parameters. */
export function filled(text: string, values: readonly (string | number | boolean)[] = []): string {
  return text.replace(/\$(\d+)/g, (_, place: string) => {
    const value = values[Number(place) - 1];
    return typeof value === 'string' ? pg.escapeLiteral(value) : String(value);
  });
}
