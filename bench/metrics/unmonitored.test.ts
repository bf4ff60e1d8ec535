/** That the cost of monitoring is compared with a server that has none, and never with one that only seems to. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { checkTold } from './cost.ts';
import { replaceMethod } from './replace-method.ts';

const WITHOUT = join(import.meta.dirname, 'unmonitored.ts');
const HANDLES = join(import.meta.dirname, '../../daemons/runtime/telemetry/metric-handles.ts');
const HISTOGRAM = join(import.meta.dirname, '../../daemons/runtime/telemetry/rolling-histogram.ts');

test('without monitoring nothing is counted, set or recorded', async () => {
  const script = `
    import { Counter, Gauge } from ${JSON.stringify(HANDLES)};
    import { RollingHistogram } from ${JSON.stringify(HISTOGRAM)};
    const values = new Float64Array(9);
    const counter = new Counter(values, 0);
    counter.add(3);
    counter.setTotal(4);
    const gauge = new Gauge(values, 1);
    gauge.set(5);
    gauge.add(6);
    const histogram = new RollingHistogram(values, 2);
    histogram.record(7);
    histogram.recordSince(0);
    console.log(JSON.stringify([...values, histogram.rotate()]));
  `;
  const args = ['--import', WITHOUT, '--input-type=module', '-e', script];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  expect(JSON.parse(stdout)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, null]);
});

test('a method that is gone ends the benchmark, whatever is inherited or stands beside it', () => {
  class Base {
    inherited() {
      return 1;
    }
  }
  class Subject extends Base {
    own() {
      return 2;
    }
    get figure() {
      return 3;
    }
  }
  for (const name of ['gone', 'figure', 'inherited', 'toString'])
    expect(() => replaceMethod(Subject, name, () => 0)).toThrow(`Subject has no method ${name}`);
  replaceMethod(Subject, 'own', () => 7);
  expect(new Subject().own()).toBe(7);
});

test('a daemon that does not say what its monitoring costs, or sends no frames, has no figures', () => {
  const told = { ratios: [0.01, 0.02], frames: 50 };
  expect(() => checkTold('a', told, true)).not.toThrow();
  expect(() => checkTold('a', { ...told, frames: 0 }, false)).not.toThrow();
  expect(() => checkTold('a', { ...told, frames: 0 }, true)).toThrow('no frames');
  for (const ratios of [[], [Number.NaN], [0.01, Number.NaN]])
    expect(() => checkTold('a', { ratios, frames: 50 }, true)).toThrow('monitoring_cpu_ratio');
});
