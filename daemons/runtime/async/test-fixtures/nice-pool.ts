/**
 * A process that has asked Node for no file yet and runs a task that does; prints the niceness of all its threads. It has nothing but
 * its pool, which it does not close: that keeps it alive while there is a task, and no longer. Used by a test.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { poolTask } from '../pool-task.ts';
import { ThreadPool } from '../thread-pool.ts';
import type * as tasks from './any-tasks.ts';

const readAsync = poolTask<typeof tasks.readAsync>(new URL('any-tasks.ts', import.meta.url), 'readAsync');
const pool = new ThreadPool({ name: 'nice', max: 1 });
await pool.run(readAsync, '/proc/self/comm');
const niceness = readdirSync('/proc/self/task').map((id) => {
  const text = readFileSync(`/proc/self/task/${id}/stat`, 'utf8');
  return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[16]);
});
await pool.run(readAsync, (() => {}) as never).catch(() => {});
process.stdout.write(JSON.stringify(niceness));
