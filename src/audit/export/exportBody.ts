import { createHash, type Hash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Copy } from '../../db/copies.js';
import type { AuditExportFormat } from './export.enums.js';
import { parquetOf } from './exportParquet.js';

/** What an export came to, once all of it was sent. */
export interface Manifest {
  readonly rows: number;
  readonly bytes: number;
  /** SHA-256 of the body; of NDJSON without the manifest's own line, which tells it. Hexadecimal. */
  readonly sha256: string;
}

export interface ExportBody {
  readonly stream: Readable;
  /** Undefined until the last byte was made. */
  manifest(): Manifest | undefined;
}

export interface ExportBodyOptions {
  readonly format: AuditExportFormat;
  /** What the manifest says beside its figures. */
  readonly about: Readonly<Record<string, unknown>>;
  /** Keeps the manifest, before the end is sent. */
  readonly finish: (manifest: Manifest) => Promise<void>;
  /** The export broke off. */
  readonly fail: () => Promise<void>;
}

/**
 * The bytes of an export, made as they are read. It ends only when the database has said that all rows were sent and the manifest is kept;
 * otherwise it fails, so that the HTTP body has no end and can't be taken for a whole one.
 */
export function exportBody(copy: Copy, options: ExportBodyOptions): ExportBody {
  let manifest: Manifest | undefined;
  async function* made(): AsyncGenerator<Buffer> {
    const tally = new Tally();
    let isKept = false;
    try {
      const { format, about } = options;
      const source = format === 'parquet' ? parquetOf(copy, about) : copy.bytes;
      for await (const chunk of source) {
        tally.add(chunk);
        yield chunk;
      }
      const rows = await copy.rows();
      const told = tally.manifest(rows);
      await options.finish(told);
      isKept = true;
      if (format === 'ndjson') yield Buffer.from(`${JSON.stringify({ manifest: { ...about, ...told } })}\n`);
      manifest = told;
    } finally {
      // By an error, or because nobody reads on.
      if (!isKept) await options.fail();
      await copy.end();
    }
  }
  const stream = Readable.from(made(), { objectMode: false, highWaterMark: 256 * 1024 });
  // Whoever read is gone: what waits for the next row is woken by the end of the connection.
  stream.once('close', () => {
    if (manifest) return;
    copy.end().catch(() => {});
  });
  return { stream, manifest: () => manifest };
}

class Tally {
  readonly #hash: Hash = createHash('sha256');
  #bytes = 0;

  add(chunk: Buffer): void {
    this.#hash.update(chunk);
    this.#bytes += chunk.length;
  }

  manifest(rows: number): Manifest {
    return { rows, bytes: this.#bytes, sha256: this.#hash.digest('hex') };
  }
}
