import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { limits } from '../limits.ts';

const run = promisify(execFile);
const fixture = fileURLToPath(new URL('test-fixtures/niceness.ts', import.meta.url));

describe.runIf(process.platform === 'linux')('threads of V8', () => {
  it('step back behind the loop when a daemon starts, and no other thread does', async () => {
    const { stdout } = await run(process.execPath, [fixture]);
    const { found, before, after } = JSON.parse(stdout) as Record<
      'before' | 'after',
      Record<string, number[]>
    > & {
      found: number;
    };
    const own = before.MainThread?.[0] ?? Number.NaN;
    expect(found).toBeGreaterThan(0);
    expect(before.V8Worker).toEqual(new Array(found).fill(own));
    const nice = Math.min(19, own + limits.collectorNice.default);
    expect(after).toEqual({ ...before, V8Worker: new Array(found).fill(nice) });
    expect(nice).toBeGreaterThan(own);
  });
});
