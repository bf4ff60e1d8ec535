/** A process that has V8's threads step back and prints the niceness of all its threads before and after. Used by a test. */
import { readdirSync, readFileSync } from 'node:fs';
import { stepBackCollectors } from '../collector-threads.ts';

/** The niceness of each thread, by the name that it has. */
function niceness(): Record<string, number[]> {
  const byName: Record<string, number[]> = {};
  for (const id of readdirSync('/proc/self/task')) {
    const text = readFileSync(`/proc/self/task/${id}/stat`, 'utf8');
    const end = text.lastIndexOf(')');
    const name = text.slice(text.indexOf('(') + 1, end);
    byName[name] ??= [];
    byName[name].push(Number(text.slice(end + 2).split(' ')[16]));
  }
  return byName;
}

const before = niceness();
const found = stepBackCollectors();
process.stdout.write(JSON.stringify({ found, before, after: niceness() }));
