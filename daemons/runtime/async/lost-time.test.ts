import { expect, it } from 'vitest';
import { cpuMs, LostTime } from './lost-time.ts';

it('tells what passed without the process having run, and each time only what is new', () => {
  let used = 100;
  const lost = new LostTime(() => used);
  lost.mark(1_000);
  used += 5;
  expect(lost.take(1_020)).toBe(15);
  used += 10;
  expect(lost.take(1_030)).toBe(0);
  // Several threads may use more than passes.
  used += 30;
  expect(lost.take(1_040)).toBe(0);
  expect(lost.take(1_050)).toBe(10);
});

it('knows what the process has used', () => {
  const before = cpuMs();
  let sum = 0;
  while (cpuMs() - before < 1) sum++;
  expect(sum).toBeGreaterThan(0);
});
