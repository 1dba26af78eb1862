import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { command } from '../support/command.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tenantry-commands-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Calls a command where it would make a database before anything else. */
async function called(source: string, option: string): Promise<{ code: number | null; output: string; wasStarted: boolean }> {
  const dataDir = join(folder, source);
  const run = command(`src/${source}.ts`, [option], { DATA_DIR: dataDir, PORT: '0' });
  return { code: await run.ended, output: run.output(), wasStarted: existsSync(dataDir) };
}

describe.each([
  ['main', 'Environment variables'],
  ['migrate', 'npm run migrate -- [options]'],
  ['fsck', 'npm run fsck -- [options]'],
  ['auditVerify', 'npm run audit:verify -- [options]'],
  ['auditRetain', 'npm run audit:retain -- <what>'],
  ['rotateShardKeys', 'npm run shards:rotate-keys'],
])('the command of %s.ts', (source, help) => {
  it('says what it takes, and does nothing', async () => {
    expect(await called(source, '--help')).toEqual({ code: 0, output: expect.stringContaining(help), wasStarted: false });
  }, 30_000);

  it('does nothing by an option that there is not, and names it in one line', async () => {
    const { code, output, wasStarted } = await called(source, '--tenant');
    expect({ code, lines: output.trim().split('\n'), wasStarted }).toEqual({
      code: 1,
      lines: [expect.stringContaining("'--tenant'")],
      wasStarted: false,
    });
  }, 30_000);
});
