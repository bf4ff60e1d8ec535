/**
 * Which unit tests share a worker. Most are about plain code: one worker runs many of their files one after another and
 * loads each module once. So do those that start processes or threads, in more workers, since they wait most of the time. A file
 * that replaces modules or changes what the whole process shares gets a worker of its own. Read by vitest.config.ts.
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Every file of unit tests. */
export const UNIT_TESTS = '{contract,kit,daemons,main,renderer,preload,scripts,bench}/**/*.test.{ts,tsx}';

/**
 * What a file does that its neighbours in a worker could feel: it replaces modules or changes what the whole process shares; nothing
 * closes a started window.
 */
const OWN_WORKER =
  /\bvi\.(mock|doMock|hoisted|resetModules)\b|process\.(chdir|umask|exitCode)\b|process\.env(\.\w+|\[.+?\])? = |monitorEventLoopDelay|\bstartWindow\(/;

/** What a file does that waits for other processes or threads most of the time. */
const WAITS =
  /child_process|worker_threads|RealKeycloak|startTestHost|ServedHosts|createForkLauncher|\btrial\(|\b(ThreadPool|AsyncWorker|CompletionLoop)\(/;

/** What a file does whose letters are measured: what measures them is made once a worker, by the first that asks. */
const MEASURES = /\btableWorld\(/;

/** Files that may load JSX, which Node does not run by itself. */
const OF_THE_WINDOW = 'renderer/';

/** What a file says at its top that wants a document. */
const IN_A_DOCUMENT = '// @vitest-environment happy-dom\n';

/** Files of unit tests, relative to `root`. */
export interface WorkerGroups {
  /** Each gets a worker of its own. */
  readonly own: string[];
  /** Share workers, of which there are more than cores. */
  readonly processes: string[];
  /** Share a worker. */
  readonly plain: string[];
  /** Share another, for which Vite translates what they load. */
  readonly models: string[];
  /** Share a worker with a document. */
  readonly window: string[];
  /** Share another with a document, in which letters have a width. */
  readonly tables: string[];
}

export function workerGroups(root: string): WorkerGroups {
  const groups: WorkerGroups = { own: [], processes: [], plain: [], models: [], window: [], tables: [] };
  for (const file of globSync(UNIT_TESTS, { cwd: root, exclude: ['**/node_modules/**'] }).sort()) {
    const text = readFileSync(join(root, file), 'utf8');
    if (OWN_WORKER.test(text)) groups.own.push(file);
    else if (WAITS.test(text)) groups.processes.push(file);
    else if (MEASURES.test(text)) groups.tables.push(file);
    else if (text.startsWith(IN_A_DOCUMENT)) groups.window.push(file);
    else (file.startsWith(OF_THE_WINDOW) ? groups.models : groups.plain).push(file);
  }
  return groups;
}
