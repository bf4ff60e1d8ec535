import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Histogram } from '../../../contract/histogram.ts';
import { keptSeconds, NOON, Scene } from '../test-fixtures/scene.ts';

let scene: Scene;
beforeEach(() => {
  scene = new Scene();
});
afterEach(() => scene.close());

/** Runs the appender until it has acknowledged `batches` batches, kills it, and returns the last one it acknowledged. */
async function killAfter(batches: number, epoch: string): Promise<number> {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, '../test-fixtures/appender.ts'), scene.file, epoch],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let output = '';
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (text: string) => {
    output += text;
    if (output.split('\n').length > batches) child.kill('SIGKILL');
  });
  const [code, signal] = await once(child, 'close');
  expect([code, signal]).toEqual([null, 'SIGKILL']);
  // The last line may be cut off.
  return Number(output.split('\n').at(-2));
}

it.each([37, 62, 73, 131])(
  'loses nothing that was acknowledged when killed after %i batches',
  async (batches) => {
    await scene.recorder.close();
    const last = await killAfter(batches, 'run-k');
    scene.now = NOON + last;
    scene.recorder = scene.open();
    expect(scene.losses).toEqual([]);

    const { entries } = await scene.recorder.audit({ limit: 1_000 });
    const audited = entries.map(({ args }) => args.batch).reverse();
    expect(audited.length).toBeGreaterThanOrEqual(last + 1);
    expect(audited).toEqual(audited.map((_, i) => i));

    const fine = await scene.series(NOON, NOON + last, last + 10);
    expect(fine.series['level:value']?.slice(0, last + 1)).toEqual(
      Array.from({ length: last + 1 }, (_, i) => i),
    );
    const coarse = await scene.series(NOON - 600, NOON + last, 15);
    expect(coarse.stepSeconds).toBe(60);
    const firstMinute = new Histogram();
    for (let i = 0; i < Math.min(60, audited.length); i++) {
      firstMinute.record(i);
      firstMinute.record(1_000);
    }
    const at = coarse.times.indexOf(NOON);
    expect(coarse.series['level:min']?.[at]).toBe(0);
    expect(coarse.series['wait_seconds:p50']?.[at]).toBe(keptSeconds(firstMinute.quantileNs(0.5)));
    expect(coarse.series['things_total:rate']?.[at]).toBe(3);
  },
);
