import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { REAL_TIME, sleepBreaches } from './sleep-rules.ts';
import { parseSource } from './source-tree.ts';

const breaches = (text: string, file = 'main/core/x.test.ts') =>
  sleepBreaches(file, text, parseSource(file, text));

it.each([
  'await new Promise((resolve) => setTimeout(resolve, 200));',
  'await new Promise<void>((resolve) => { setTimeout(() => resolve(), 200); });',
  "import { setTimeout as delay } from 'node:timers/promises'; await delay(200);",
  "import { setTimeout } from 'timers/promises'; await setTimeout(200);",
  'await page.waitForTimeout(200);',
  'while (!done()) await new Promise((resolve) => setTimeout(resolve, 5));',
  'Atomics.wait(array, 0, 0, 200);',
  'await vi.waitFor(() => expect(x).toBe(1), { timeout: 10_000, interval: 5 });',
  'await vi.waitFor(() => expect(x).toBe(1), 10_000);',
  'await vi.waitUntil(() => x === 1, { timeout: 10_000 });',
  'await expect.poll(() => x, { timeout: 5_000 }).toBe(1);',
  'vi.setConfig({ testTimeout: 60_000 });',
])('refuses %s', (text) => {
  expect(breaches(text)).toHaveLength(1);
});

it.each([
  'await vi.waitFor(() => expect(x).toBe(1));',
  'await vi.waitFor(() => expect(x).toBe(1), { interval: 5 });',
  'const timer = setTimeout(() => child.kill(), 1_000);',
  'await new Promise((resolve) => setImmediate(resolve));',
  "await new Promise((resolve) => { setTimeout(fail, 100); socket.on('close', resolve); });",
  'await vi.advanceTimersByTimeAsync(200);',
])('takes %s', (text) => {
  expect(breaches(text)).toEqual([]);
});

it('looks at tests, specs and their helpers, and says where', () => {
  const text = '\n\nawait new Promise((resolve) => setTimeout(resolve, 200));';
  for (const file of [
    'kit/a.test.ts',
    'renderer/a.test.tsx',
    'e2e/a.spec.ts',
    'e2e/app/b.ts',
    'kit/test-clock.ts',
    'kit/x-fixture.ts',
  ])
    expect(breaches(text, file)[0]).toMatch(`${file}:3: `);
  expect(breaches(text, 'bench/load.ts')).toEqual([]);
});

describe.each(Object.keys(REAL_TIME))('the exception for %s', (file) => {
  it('is still needed', () => {
    const path = join(import.meta.dirname, '..', file);
    expect(existsSync(path)).toBe(true);
    const text = readFileSync(path, 'utf8');
    expect(sleepBreaches('x.test.ts', text, parseSource(file, text))).not.toEqual([]);
  });
});
