/**
 * What stays of each part of the async library that is opened, used and closed many times: handles, threads, listeners, metrics and
 * memory. The unit test does the same, but starts few threads, because each takes its time; here they are as many as of the other parts.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Leftovers } from '../../daemons/runtime/async/test-fixtures/open-and-close.ts';
import { type Figures, printColumns } from '../shared/figures.ts';

const PROGRAM = join(import.meta.dirname, '../../daemons/runtime/async/test-fixtures/open-and-close.ts');

async function leftoversOf(which: 'plain' | 'threaded', rounds: number): Promise<Leftovers[]> {
  const program = spawn(process.execPath, ['--expose-gc', PROGRAM, which, String(rounds)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(program, 'exit');
  const leftovers: Leftovers[] = [];
  for await (const line of createInterface(program.stdout)) leftovers.push(JSON.parse(line) as Leftovers);
  const [code] = (await ended) as [number | null];
  if (code !== 0) throw new Error(`open-and-close.ts ended with ${code}.`);
  return leftovers;
}

/** Opens and closes every part `rounds` times, prints what each left, and fails when it was more than memory of Node's own. */
export async function benchLeaks({ rounds }: { rounds: number }) {
  const columns: Record<string, Figures> = {};
  const left: string[] = [];
  for (const which of ['plain', 'threaded'] as const) {
    for (const { part, handles, threads, metrics, listeners, bytes, error } of await leftoversOf(
      which,
      rounds,
    )) {
      const more = Object.values(handles).reduce((sum, count) => sum + count, 0);
      columns[part] = { rounds, handles: more, threads, metrics, listeners, 'bytes a round': bytes };
      if (error !== '' || more + threads + metrics + listeners > 0) left.push(`${part} ${error}`.trim());
    }
  }
  printColumns('what stays', columns);
  if (left.length > 0) throw new Error(`Something was left by: ${left.join(', ')}.`);
  return columns;
}
