/** Gives servers one core and load generators another, where the machine has two and `taskset` exists. */
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** Whether servers and generator have a core each; without it the figures say less. */
export const pinning = availableParallelism() > 1 && spawnSync('taskset', ['--version']).error === undefined;

/** Which cores a server may use: the first alone, or all that the machine has. */
export type Cores = 'one' | 'all';

/** A server's command on those cores. */
export function onCores(cores: Cores, command: string, args: readonly string[]): [string, string[]] {
  return cores === 'one' ? pinned(0, command, args) : [command, [...args]];
}

/** A command that runs on one core: servers on core 0, the load generator on core 1. */
export function pinned(core: number, command: string, args: readonly string[]): [string, string[]] {
  return pinning ? ['taskset', ['-c', String(core), command, ...args]] : [command, [...args]];
}

/** Has a process that runs already, with all its threads, use certain cores from now on, as what it starts will. */
export function move(pid: number, cores: readonly number[]): void {
  if (pinning) spawnSync('taskset', ['-acp', cores.join(','), String(pid)]);
}

/** All cores that a process may have. */
export const allCores: readonly number[] = Array.from({ length: availableParallelism() }, (_, core) => core);
