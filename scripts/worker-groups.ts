/**
 * Which unit tests share a worker. Most are about plain code: one worker runs many of their files one after another and
 * loads each module once. A file that replaces modules, changes what the whole process shares, or starts processes
 * gets a worker of its own. Read by vitest.config.ts.
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Every file of unit tests. */
export const UNIT_TESTS = '{contract,kit,daemons,main,renderer,preload,scripts,bench}/**/*.test.{ts,tsx}';

/**
 * What a file does that its neighbours in a worker could feel (nothing closes a started window, and what measures letters for
 * tables is made once a worker), or that waits for other processes or threads.
 */
const OWN_WORKER =
  /\bvi\.(mock|doMock|hoisted|resetModules)\b|child_process|worker_threads|startTestHost|ServedHosts|createForkLauncher|process\.(env|chdir|umask|exitCode)\b|monitorEventLoopDelay|\btrial\(|\bstartWindow\(|\btableWorld\(|\b(ThreadPool|AsyncWorker|CompletionLoop)\(/;

/** What a file says at its top that wants a document. */
const IN_A_DOCUMENT = '// @vitest-environment happy-dom\n';

/** Files of unit tests, relative to `root`. */
export interface WorkerGroups {
  /** Each gets a worker of its own. */
  readonly own: string[];
  /** Share a worker. */
  readonly plain: string[];
  /** Share a worker with a document. */
  readonly window: string[];
}

export function workerGroups(root: string): WorkerGroups {
  const groups: WorkerGroups = { own: [], plain: [], window: [] };
  for (const file of globSync(UNIT_TESTS, { cwd: root, exclude: ['**/node_modules/**'] }).sort()) {
    const text = readFileSync(join(root, file), 'utf8');
    if (OWN_WORKER.test(text)) groups.own.push(file);
    else (text.startsWith(IN_A_DOCUMENT) ? groups.window : groups.plain).push(file);
  }
  return groups;
}
