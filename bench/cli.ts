/**
 * `npm run bench -- cli [--runs N]`: what one call of `./signalbox status` takes against a running instance, beside
 * `node -e 0` and `npm run -s signalbox -- status` in the same run, taken in turns. Prints medians and the ratios.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs, promisify } from 'node:util';
import { median } from './shared/figures.ts';

const ROOT = join(import.meta.dirname, '..');
const call = promisify(execFile);

/** Runs the benchmark. */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { runs: { type: 'string', default: '20' } },
  });
  const runs = Number(values.runs);
  const dataDir = await mkdtemp(join(tmpdir(), 'signalbox-bench-cli-'));
  const serve = [join(ROOT, 'main/headless/main.ts'), '--port', '0', '--data', dataDir, '--json'];
  const host = spawn(process.execPath, serve, { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    await once(createInterface(host.stdout), 'line');
    const status = ['status', '--data', dataDir];
    const candidates = [
      { name: 'node -e 0', program: process.execPath, args: ['-e', '0'] },
      { name: './signalbox status', program: join(ROOT, 'signalbox'), args: status },
      {
        name: 'npm run -s signalbox -- status',
        program: 'npm',
        args: ['run', '-s', 'signalbox', '--', ...status],
      },
    ].map((candidate) => ({ ...candidate, times: [] as number[] }));
    // One round for the caches, which is not counted.
    for (let round = -1; round < runs; round++) {
      for (const { program, args: words, times } of candidates) {
        const start = performance.now();
        await call(program, words, { cwd: ROOT });
        if (round >= 0) times.push(performance.now() - start);
      }
    }
    const base = median(candidates[0]?.times ?? []);
    for (const { name, times } of candidates) {
      const middle = median(times);
      console.log(
        `${name.padEnd(32)} median ${middle.toFixed(0)} ms, ${(middle / base).toFixed(2)} times node -e 0 (${runs} runs)`,
      );
    }
  } finally {
    host.kill('SIGTERM');
    await once(host, 'exit');
    await rm(dataDir, { recursive: true, force: true });
  }
}
