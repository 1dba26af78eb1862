import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { configMarkdown } from '../src/config/documentation.js';

const documents = ['README.md', 'CONTRIBUTING.md'] as const;

/** Every first group of the matches. */
function allOf(pattern: RegExp, text: string): string[] {
  return [...text.matchAll(pattern)].flatMap(([, found]) => found ?? []);
}

describe('The README', () => {
  const readme = readFileSync('README.md', 'utf8');

  it('shows the configuration as it is: "npm run generate" writes the table', () => {
    const [, table] = /<!-- configuration:[^>]*-->\n([\s\S]*?)<!-- \/configuration -->/.exec(readme) ?? [];
    expect(table).toBe(configMarkdown());
  });

  it('names in its text no setting that does not exist', () => {
    const settings = allOf(/^\| `([A-Z_]+)` \|/gm, configMarkdown());
    const prefixes = /^(?:DATABASE|ADMIN|DEMO|JWT|ALLOWED|TRUST|CORS|DRAIN|PUBLIC|LOG|DATA)_/;
    const named = allOf(/\b([A-Z]+_[A-Z_]+)\b/g, readme).filter((name) => prefixes.test(name));
    expect(named.length).toBeGreaterThan(settings.length);
    expect(named.filter((name) => !settings.includes(name))).toEqual([]);
  });
});

describe.each(documents)('%s', (name) => {
  const text = readFileSync(name, 'utf8');

  it('names only scripts that package.json has', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
    const named = [...allOf(/\bnpm run ([a-z:-]+)/g, text), ...allOf(/\bnpm (start|test)\b/g, text)];
    expect(named).toEqual(expect.arrayContaining(['bench', 'start', 'test']));
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining([...new Set(named)]));
  });

  it('links to files that exist', () => {
    expect(allOf(/\]\((?!https?:)([^)#]+)\)/g, text).filter((file) => !existsSync(file))).toEqual([]);
  });
});

describe('CONTRIBUTING.md', () => {
  const text = readFileSync('CONTRIBUTING.md', 'utf8');

  it('draws the way through files that exist', () => {
    const files = allOf(/[├└]─ ([a-z][\w./]+)/gi, text).filter((path) => path.includes('/'));
    expect(files.length).toBeGreaterThan(20);
    expect(files.filter((file) => !existsSync(`src/${file}`))).toEqual([]);
  });

  it('names only files that exist in its lists', () => {
    const files = allOf(/`((?:src|test|schema|migrations)\/[\w./]+\.\w+)`/g, text);
    expect(files.length).toBeGreaterThan(5);
    expect(files.filter((file) => !existsSync(file))).toEqual([]);
  });
});
