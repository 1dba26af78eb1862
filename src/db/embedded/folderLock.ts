import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { EmbeddedPostgresError, hasCode } from './error.js';

/** Gives the folder free. */
export type Release = () => void;

/**
 * Takes a data folder for this process. A lock whose process has ended counts for nothing.
 * @throws EmbeddedPostgresError naming the process that uses the folder
 */
export function lockFolder(dataDir: string): Release {
  const file = join(dataDir, 'lock');
  const mine = `${process.pid} ${startOf(process.pid)}\n`;
  for (let attempt = 0; attempt < 5; attempt += 1) {
    try {
      writeFileSync(file, mine, { flag: 'wx', mode: 0o644 });
      return () => {
        if (existsSync(file) && readFileSync(file, 'utf8') === mine) rmSync(file);
      };
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) {
        throw new EmbeddedPostgresError(`The data folder ${resolve(dataDir)} can't be written. Set DATA_DIR to a folder that can.`, {
          cause: error,
        });
      }
      removeStale(file, dataDir);
    }
  }
  throw new EmbeddedPostgresError(`The data folder ${resolve(dataDir)} is being taken by another process.`);
}

function removeStale(file: string, dataDir: string): void {
  const holder = contentOf(file);
  if (holder === undefined) return;
  const [pid, start] = holder.trim().split(' ');
  if (isRunning(Number(pid), start ?? '')) {
    throw new EmbeddedPostgresError(
      `The data folder ${resolve(dataDir)} is used by the running process ${pid}. Stop it, or set another DATA_DIR.`,
    );
  }
  // Renamed first: of two that find it stale, one takes it away, and neither takes away the other's new one.
  const aside = `${file}.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return;
    throw error;
  }
  if (contentOf(aside) === holder) rmSync(aside, { force: true });
  else renameSync(aside, file);
}

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Whether the process that wrote a lock runs: the same id alone may be another process's by now. */
function isRunning(pid: number, start: string): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid)) return false;
  const now = startOf(pid);
  return now === '' || start === '' || now === start;
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
}

/** When a process began, in the kernel's ticks; empty where the system doesn't tell. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name of the program may hold spaces and brackets: fields are counted from behind it.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
