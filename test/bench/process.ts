import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

let ticksPerSecond: number | undefined;

function secondsOf(ticks: number): number {
  ticksPerSecond ??= Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
  return ticks / ticksPerSecond;
}

/** proc(5): the fields of `stat` from the third one on, the state. The second one is the command in brackets, which may hold spaces. */
function statOf(pid: number | string): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** Seconds of CPU that a process has used; undefined where the system does not say. */
export function cpuTimeOf(pid: number): number | undefined {
  try {
    const fields = statOf(pid);
    return secondsOf(Number(fields[11]) + Number(fields[12]));
  } catch {
    return undefined;
  }
}

/** The process that has started another one; undefined where it is none of this machine. */
export function parentOf(pid: number): number | undefined {
  try {
    return Number(statOf(pid)[1]);
  } catch {
    return undefined;
  }
}

/** Seconds of CPU that a process and its children have used, those that have ended among them; undefined where the system does not say. */
export function familyCpuTimeOf(pid: number): number | undefined {
  try {
    const own = statOf(pid);
    let ticks = Number(own[11]) + Number(own[12]) + Number(own[13]) + Number(own[14]);
    for (const name of readdirSync('/proc')) {
      if (!/^\d+$/.test(name)) continue;
      const fields = statIfThere(name);
      if (Number(fields?.[1]) === pid) ticks += Number(fields?.[11]) + Number(fields?.[12]);
    }
    return secondsOf(ticks);
  } catch {
    return undefined;
  }
}

function statIfThere(pid: string): string[] | undefined {
  try {
    return statOf(pid);
  } catch {
    // It has ended since.
    return undefined;
  }
}

function memory(pid: number, field: 'VmRSS' | 'VmHWM'): number | undefined {
  try {
    const kilobytes = new RegExp(`^${field}:\\s*(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1_024;
  } catch {
    return undefined;
  }
}

/** Bytes that a process has in memory; undefined where the system does not say. */
export function memoryOf(pid: number): number | undefined {
  return memory(pid, 'VmRSS');
}

/** Bytes that a process has had in memory at most. */
export function peakMemoryOf(pid: number): number | undefined {
  return memory(pid, 'VmHWM');
}

/** Milliseconds that a process has run on a core, finer than `cpuTimeOf`; undefined where the system does not say. */
export function runTimeOf(pid: number): number | undefined {
  try {
    // The first figure is in nanoseconds (Documentation/scheduler/sched-stats.rst of the kernel).
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
  } catch {
    return undefined;
  }
}
