import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Where the processes of a run stay. */
export interface Cores {
  /** The one core of the server that is asked. */
  readonly server: number;
  /** The cores of everything else: the load, and the database where the run has one of its own. */
  readonly others: readonly number[];
}

/**
 * Keeps this process, and what it starts from here on, off one core, which the servers get. Undefined where that can't be done: no
 * `taskset`, or a single core.
 */
export function shareCores(): Cores | undefined {
  const [server, ...others] = allowedCores();
  if (server === undefined || others.length === 0) return undefined;
  try {
    execFileSync('taskset', ['-apc', others.join(','), String(process.pid)], { stdio: 'ignore' });
    return { server, others };
  } catch {
    return undefined;
  }
}

/** The cores that the system lets this process use, such as `0-1,4`. Empty where it does not say. */
function allowedCores(): number[] {
  let status: string;
  try {
    status = readFileSync('/proc/self/status', 'utf8');
  } catch {
    return [];
  }
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(status)?.[1] ?? '';
  return list.split(',').flatMap((range) => {
    const [from = Number.NaN, to = from] = range.split('-').map(Number);
    return Array.from({ length: to - from + 1 || 0 }, (_, i) => from + i);
  });
}

/** A command line that runs Node on a server's core. @param node which Node.js; this process's where absent */
export function onServerCore(
  cores: Cores | undefined,
  args: readonly string[],
  node = process.execPath,
): [command: string, args: string[]] {
  return cores ? ['taskset', ['-c', String(cores.server), node, ...args]] : [node, [...args]];
}
