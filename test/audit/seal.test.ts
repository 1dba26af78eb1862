import { createHash, createPublicKey, verify as verifySignature } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { auditKeys } from '../../src/audit/seal/auditKeys.js';
import { readCheckpoints } from '../../src/audit/seal/checkpointFile.js';
import { rootOfPath } from '../../src/audit/seal/merkle.js';
import { auditSeal } from '../../src/audit/seal/seal.duty.js';
import type { Finding } from '../../src/audit/seal/verify.js';
import { verifyDatabase } from '../../src/audit/seal/verifyDatabase.js';
import { verifyExport } from '../../src/audit/seal/verifyExport.js';
import { signingKeyList } from '../../src/config/readers.js';
import { testDatabase } from '../support/database.js';
import { type TestGateway, testGateway } from '../support/gateway.js';
import { anEntry, download, manyEntries } from './exports.js';

const keyText = `seal1:${createHash('sha256').update('a key of these tests').digest('base64url')}`;
const [key] = signingKeyList.read(keyText) ?? [];
if (!key) throw new Error('The key of these tests is none.');
const keys = auditKeys([key]);

let folder: string;
let checkpoints: string;
let gateway: TestGateway;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tenantry-seal-'));
});
afterAll(() => rmSync(folder, { recursive: true }));
let count = 0;
beforeEach(async () => {
  count += 1;
  checkpoints = join(folder, `checkpoints-${count}`);
  gateway = await testGateway({ AUDIT_SIGNING_KEYS: keyText, AUDIT_CHECKPOINT_FILE: checkpoints });
});
afterEach(() => gateway.close());

/** Ids of entries that were sealed in two batches, in their order. */
async function sealedEntries(): Promise<string[]> {
  const ids = [];
  for (let i = 0; i < 3; i += 1) ids.push(await anEntry(gateway.database, { resourceDisplayId: `first ${i}` }));
  await gateway.runDuty(auditSeal);
  for (let i = 0; i < 3; i += 1) ids.push(await anEntry(gateway.database, { resourceDisplayId: `second ${i}` }));
  await gateway.runDuty(auditSeal);
  return ids;
}

/** Does what only someone with every right over the database can do. */
async function tamper(statement: string): Promise<void> {
  await gateway.database.db.transaction().execute(async (tx) => {
    await sql`set local session_replication_role = replica`.execute(tx);
    await sql.raw(statement).execute(tx);
  });
}

async function verified(options: { kept?: boolean } = {}) {
  const findings: Finding[] = [];
  const kept = options.kept ? readCheckpoints(checkpoints) : undefined;
  const seen = await verifyDatabase(gateway.database.db, keys.verify, kept, (finding) => findings.push(finding));
  return { seen, findings };
}

const exported = async () => {
  const path = '/api/v1/platform/audit/export?format=ndjson';
  return (await download(gateway, path, { token: gateway.adminToken })).body.toString('utf8');
};

async function verifiedFile(text: string) {
  const file = join(folder, `export-${count}`);
  writeFileSync(file, text);
  const findings: Finding[] = [];
  const seen = await verifyExport(file, checkpoints, keys.verify, (finding) => findings.push(finding));
  return { seen, findings };
}

describe('the seal', () => {
  it('covers each entry once, in batches that are chained and signed, and finds nothing where nothing was done', async () => {
    await sealedEntries();
    expect(await verified()).toMatchObject({ seen: { batches: 2, unsealed: 0, dropped: 0 }, findings: [] });
    expect(await verified({ kept: true })).toMatchObject({ seen: { batches: 2 }, findings: [] });
    await anEntry(gateway.database);
    expect((await verified()).seen.unsealed).toBe(1);
  });

  it('waits for a transaction that is still running: what it commits is sealed once, and nothing is missed', async () => {
    let finish = () => {};
    const held = new Promise<void>((resolve) => {
      finish = resolve;
    });
    let isInserted = () => {};
    const inserted = new Promise<void>((resolve) => {
      isInserted = resolve;
    });
    const slow = gateway.database.db.transaction().execute(async (tx) => {
      await sql`insert into platform_audit_log (id, action, resource_type, resource_id, resource_display_id, actor_type, actor_id)
        values (gen_random_uuid(), 'test.slow', 'test', 'x', 'x', 'system', 'system')`.execute(tx);
      isInserted();
      await held;
    });
    await inserted;
    await anEntry(gateway.database);
    await gateway.runDuty(auditSeal);
    expect((await verified()).seen.unsealed).toBeGreaterThan(0);
    finish();
    await slow;
    await gateway.runDuty(auditSeal);
    expect(await verified()).toMatchObject({ seen: { unsealed: 0 }, findings: [] });
  });

  it('is made once by workers that run side by side while entries come', async () => {
    await manyEntries(gateway.database, 9_000, 'test.many');
    const writing = Promise.all(Array.from({ length: 40 }, () => anEntry(gateway.database)));
    await Promise.all(Array.from({ length: 3 }, () => gateway.runDuty(auditSeal)));
    await writing;
    await gateway.runDuty(auditSeal);
    expect(await verified()).toMatchObject({ seen: { unsealed: 0 }, findings: [] });
  });

  it('refuses every change of itself by the database’s own rules', async () => {
    await sealedEntries();
    for (const statement of ['update audit_batches set entries = entries', 'delete from audit_batches', 'truncate audit_batches cascade']) {
      await expect(sql.raw(statement).execute(gateway.database.db)).rejects.toThrow('append-only');
    }
  });

  it('proves an entry to whoever knows the public key, and nothing else', async () => {
    const [id = ''] = await sealedEntries();
    const query = `query ($id: UUID!) { auditProof(entryId: $id) { text leaf index path
      checkpoint { batch entries root chain signature signedText publicKey } } }`;
    interface Proof {
      text: string;
      leaf: string;
      index: number;
      path: string[];
      checkpoint: { entries: number; root: string; signature: string; signedText: string; publicKey: string };
    }
    const { data, errors } = await gateway.graphql<{ auditProof: Proof }, object>(query, { id }, { token: gateway.adminToken });
    expect(errors).toEqual([]);
    const proof = data?.auditProof;
    if (!proof) throw new Error('There is no proof.');
    expect(JSON.parse(proof.text)).toContain(id);
    const leaf = createHash('sha256')
      .update(Buffer.from([0]))
      .update(proof.text)
      .digest();
    expect(leaf.toString('base64')).toBe(proof.leaf);
    const path = proof.path.map((hash) => Buffer.from(hash, 'base64'));
    expect(rootOfPath(leaf, proof.index, proof.checkpoint.entries, path)?.toString('base64')).toBe(proof.checkpoint.root);
    expect(proof.checkpoint.signedText).toContain(proof.checkpoint.root);
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: proof.checkpoint.publicKey };
    const publicKey = createPublicKey({ key: jwk, format: 'jwk' });
    expect(
      verifySignature(null, Buffer.from(proof.checkpoint.signedText), publicKey, Buffer.from(proof.checkpoint.signature, 'base64')),
    ).toBe(true);

    const fresh = await anEntry(gateway.database);
    expect((await gateway.graphql(query, { id: fresh }, { token: gateway.adminToken })).data).toMatchObject({
      auditProof: { index: null, path: null, checkpoint: null },
    });
  });
});

/** What someone with every right does, and what is then found: the kinds of findings, and the entries they name. */
interface Tampering {
  readonly what: string;
  readonly statement: (ids: readonly string[]) => string;
  readonly kinds: readonly Finding['kind'][];
  /** Places in `sealedEntries` of the entries that are named. */
  readonly names?: readonly number[];
  /** Who holds it against checkpoints from outside finds this instead: they take the place of the seal in the database. */
  readonly byCheckpoints?: readonly Finding['kind'][];
  /** Who holds an export against them finds this instead: it has neither the seal nor the place of an entry among the others. */
  readonly byExport?: readonly Finding['kind'][];
}

const anInserted = (at: string, place = 'created_at, xid') => `insert into platform_audit_log
  (id, created_at, xid, action, resource_type, resource_id, resource_display_id, actor_type, actor_id)
  select gen_random_uuid(), ${place}, 'forged', 'test', 'x', 'x', 'system', 'system' from platform_audit_log where id = '${at}'`;
const columns: Readonly<Record<string, string>> = {
  created_at: "created_at + interval '1 microsecond'",
  action: "'other'",
  outcome: "'failed'",
  actor_type: "'user'",
  actor_id: "'other'",
  actor_display_name: "'Other'",
  impersonated_user_id: 'gen_random_uuid()',
  resource_type: "'other'",
  resource_id: "'other'",
  resource_display_id: "'other'",
  changed_fields: "array['other']",
  org_id: 'gen_random_uuid()',
  org_name: "'Other'",
  permission: "'other'",
  ip_address: "'10.0.0.1'",
  trace_id: "repeat('f', 32)",
  occurrences: '2',
  snapshot_digest: "sha256('x')",
};

const tamperings: readonly Tampering[] = [
  ...Object.entries(columns).map(([column, value]) => ({
    what: `an entry’s ${column} is changed`,
    statement: (ids: readonly string[]) => `update platform_audit_log set ${column} = ${value} where id = '${ids[1]}'`,
    // A digest of snapshots that the entry never had is two things: another entry, and snapshots that are gone.
    kinds: column === 'snapshot_digest' ? (['changed', 'snapshot'] as const) : (['changed'] as const),
    names: [1],
  })),
  {
    what: 'an entry is removed',
    statement: (ids) => `delete from platform_audit_log where id = '${ids[1]}'`,
    kinds: ['removed'],
    names: [1],
  },
  {
    what: 'the last entries are removed',
    statement: (ids) => `delete from platform_audit_log where id in ('${ids[4]}', '${ids[5]}')`,
    kinds: ['removed'],
    names: [4, 5],
  },
  // An export tells it from one that waits for the seal by its time alone; see below.
  { what: 'an entry is slipped in', statement: (ids) => anInserted(ids[1] ?? ''), kinds: ['inserted'], byExport: [] },
  {
    what: 'an entry is moved to another batch',
    statement: (ids) =>
      `update platform_audit_log set xid = (select xid from platform_audit_log where id = '${ids[5]}') where id = '${ids[0]}'`,
    kinds: ['inserted', 'removed'],
    names: [0],
    byExport: [],
  },
  {
    what: 'entries are put in another order',
    statement: (ids) =>
      `update platform_audit_log a set xid = (select b.xid from platform_audit_log b where b.id in ('${ids[3]}', '${ids[4]}') and b.id <> a.id) where id in ('${ids[3]}', '${ids[4]}')`,
    kinds: ['reordered'],
    names: [3],
    byExport: [],
  },
  {
    what: 'an id is changed',
    statement: (ids) => `update platform_audit_log set id = gen_random_uuid() where id = '${ids[1]}'`,
    kinds: ['inserted', 'removed'],
    byExport: ['removed'],
    names: [1],
  },
  {
    what: 'a batch is removed',
    statement: () => 'delete from audit_published; delete from audit_batches where number = 1',
    kinds: ['seal'],
    byCheckpoints: [],
    byExport: [],
  },
  {
    what: 'a root is changed',
    statement: () => "update audit_batches set root = sha256('x') where number = 1",
    kinds: ['seal'],
    byCheckpoints: [],
    byExport: [],
  },
  {
    what: 'a chain is changed',
    statement: () => "update audit_batches set chain = sha256('x') where number = 1",
    kinds: ['seal'],
    byCheckpoints: [],
    byExport: [],
  },
  {
    what: 'leaves are changed',
    statement: () => 'update audit_batches set leaves = set_byte(leaves, 0, (get_byte(leaves, 0) + 1) % 256) where number = 1',
    kinds: ['seal'],
    byCheckpoints: [],
    byExport: [],
  },
  {
    what: 'a signature is changed',
    statement: () => 'update audit_batches set signature = set_byte(signature, 0, (get_byte(signature, 0) + 1) % 256) where number = 2',
    kinds: ['seal'],
    byCheckpoints: [],
    byExport: [],
  },
  {
    what: 'a time of sealing is changed',
    statement: () => "update audit_batches set sealed_at = sealed_at - interval '1 day' where number = 2",
    kinds: ['seal'],
    byCheckpoints: [],
    byExport: [],
  },
];

describe('someone with every right over the database', () => {
  it.each(tamperings)('is found out: $what', async ({ statement, kinds, names, byCheckpoints = kinds, byExport = kinds }) => {
    const ids = await sealedEntries();
    await tamper(statement(ids));
    function expectFound(findings: readonly Finding[], expected: readonly Finding['kind'][]): void {
      const found = [...new Set(findings.map(({ kind }) => kind))].sort();
      expect(found).toEqual(expected.length === 0 ? [] : expect.arrayContaining([...expected]));
      for (const place of expected.length === 0 ? [] : (names ?? [])) expect(findings.map(({ entryId }) => entryId)).toContain(ids[place]);
    }
    expectFound((await verified()).findings, kinds);
    expectFound((await verified({ kept: true })).findings, byCheckpoints);
    // It holds the digest of a snapshot and not the snapshot.
    const inExport = byExport.filter((kind) => kind !== 'snapshot');
    expectFound((await verifiedFile(await exported())).findings, inExport);
  });

  it('is found out: a snapshot is changed, or gone', async () => {
    const rename = 'mutation { updateSettings(input: { maxOrgsPerShard: 321 }) { settings { version } } }';
    expect((await gateway.graphql(rename, {}, { token: gateway.adminToken })).errors).toEqual([]);
    await sealedEntries();
    expect((await verified()).findings).toEqual([]);
    await tamper(`update audit_snapshots set after = jsonb_set(after, '{maxOrgsPerShard}', '322') where after->>'maxOrgsPerShard' = '321'`);
    expect((await verified()).findings).toMatchObject([{ kind: 'snapshot' }]);
    await tamper('delete from audit_snapshots');
    const { findings } = await verified();
    expect(findings.length).toBeGreaterThan(1);
    for (const finding of findings) expect(finding).toMatchObject({ kind: 'snapshot', says: expect.stringContaining('are gone') });
  });

  it('who cuts the end off, seal and all, is found out by the checkpoints that were kept outside alone', async () => {
    const ids = await sealedEntries();
    await tamper(`delete from audit_published; delete from audit_batches where number = 2;
      delete from platform_audit_log where id in ('${ids.slice(3).join("','")}')`);
    expect((await verified()).findings).toEqual([]);
    const { findings } = await verified({ kept: true });
    expect(findings.map(({ kind, entryId }) => ({ kind, entryId }))).toEqual(
      expect.arrayContaining(ids.slice(3).map((entryId) => ({ kind: 'removed', entryId }))),
    );
  });

  it('who has the signing key too, and seals all anew, is found out by the checkpoints that were kept outside alone', async () => {
    const ids = await sealedEntries();
    await tamper(`update platform_audit_log set outcome = 'failed' where id = '${ids[1]}';
      delete from audit_published; delete from audit_batches`);
    const text = await exported();
    expect((await verifiedFile(text)).findings).toMatchObject([{ kind: 'changed', entryId: ids[1] }]);
    const outside = readFileSync(checkpoints);
    await gateway.runDuty(auditSeal);
    expect((await verified()).findings).toEqual([]);
    writeFileSync(checkpoints, outside);
    expect((await verified({ kept: true })).findings).toMatchObject([{ kind: 'changed', entryId: ids[1] }]);
    writeFileSync(checkpoints, outside.toString('utf8').replace('"entries":', '"entries": 1'));
    expect((await verified({ kept: true })).findings.map(({ kind }) => kind)).toContain('seal');
  });

  it('is found out by nobody before the seal: what was changed until then is sealed as it is, and so is what says that it is older', async () => {
    const id = await anEntry(gateway.database);
    await tamper(`update platform_audit_log set outcome = 'failed' where id = '${id}'`);
    await tamper(anInserted(id, "created_at - interval '1 hour', pg_current_xact_id()"));
    await gateway.runDuty(auditSeal);
    expect((await verified()).findings).toEqual([]);
    expect((await verified({ kept: true })).findings).toEqual([]);
    expect((await verifiedFile(await exported())).findings).toEqual([]);
  });
});

describe('an export and checkpoints, with no database', () => {
  /** The export with a line changed, and a manifest that fits again. */
  function forged(text: string, change: (lines: string[]) => string[]): string {
    const all = text.trimEnd().split('\n');
    const { manifest } = JSON.parse(all.pop() ?? '{}');
    const rows = change(all)
      .map((line) => `${line}\n`)
      .join('');
    const sha256 = createHash('sha256').update(rows).digest('hex');
    return `${rows}${JSON.stringify({ manifest: { ...manifest, sha256 } })}\n`;
  }

  it('verify each other, and tell what was done to the export, and to which entry', async () => {
    const ids = await sealedEntries();
    const text = await exported();
    // The export's own entry was made after the last checkpoint.
    expect(await verifiedFile(text)).toMatchObject({ seen: { isComplete: true, unsealed: 1 }, findings: [] });
    const at = (lines: string[], place: number) => lines.findIndex((line) => line.includes(ids[place] ?? ''));

    const changed = await verifiedFile(
      forged(text, (lines) => lines.map((line, i) => (i === at(lines, 1) ? line.replace('first 1', 'other') : line))),
    );
    expect(changed.findings).toMatchObject([{ kind: 'changed', entryId: ids[1] }]);
    const removed = await verifiedFile(forged(text, (lines) => lines.filter((_, i) => i !== at(lines, 4))));
    expect(removed.findings).toMatchObject([{ kind: 'removed', entryId: ids[4] }]);
    const old = '2020-01-01T00:00:00.000000Z';
    const inserted = await verifiedFile(
      forged(text, (lines) => [
        JSON.stringify({ ...JSON.parse(lines[0] ?? ''), id: '01890a5d-ac96-774b-bcce-b302099a8057', created_at: old }),
        ...lines,
      ]),
    );
    expect(inserted.findings).toMatchObject([{ kind: 'inserted', entryId: '01890a5d-ac96-774b-bcce-b302099a8057' }]);
    const reordered = await verifiedFile(forged(text, (lines) => [lines[1] ?? '', lines[0] ?? '', ...lines.slice(2)]));
    expect(reordered.findings).toMatchObject([{ kind: 'reordered' }]);
    const edited = await verifiedFile(text.replace('first 1', 'other'));
    expect(edited.findings.map(({ kind }) => kind).sort()).toEqual(['changed', 'seal']);
    await expect(verifiedFile(text.slice(0, text.lastIndexOf('{"manifest"')))).rejects.toThrow('no manifest');

    const forgedCheckpoints = readFileSync(checkpoints, 'utf8').replace('"entries":', '"entries": 1');
    writeFileSync(checkpoints, forgedCheckpoints);
    expect((await verifiedFile(text)).findings.map(({ kind }) => kind)).toContain('seal');
  });
});

describe('a webhook', () => {
  it('is posted each checkpoint, again until it was taken', async () => {
    const taken: { batch: number; signature: string }[] = [];
    let isDown = true;
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        if (!isDown) taken.push(JSON.parse(body));
        response.statusCode = isDown ? 503 : 204;
        response.end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const env = { AUDIT_SIGNING_KEYS: keyText, AUDIT_CHECKPOINT_WEBHOOK: `http://127.0.0.1:${port}/` };
    const other = await testGateway(env, await testDatabase());
    try {
      await anEntry(other.database);
      await expect(other.runDuty(auditSeal)).rejects.toThrow('answered 503');
      isDown = false;
      await other.runDuty(auditSeal);
      await other.runDuty(auditSeal);
      expect(taken).toMatchObject([{ batch: 1 }]);
    } finally {
      await other.close();
      await other.database.drop();
      await new Promise((resolve) => server.close(resolve));
    }
  });
});
