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

it('counts in milliseconds what the process has used in the system and outside of it', () => {
  const totalMs = ({ user, system }: NodeJS.CpuUsage) => (user + system) / 1_000;
  const before = totalMs(process.cpuUsage());
  const used = cpuMs();
  expect(used).toBeGreaterThanOrEqual(before);
  expect(used).toBeLessThanOrEqual(totalMs(process.cpuUsage()));
});

it('takes the use of the process where it is told of no other', () => {
  const lost = new LostTime();
  lost.mark(1_000);
  // A thousand seconds pass on the clock, and hardly any on the processor.
  expect(lost.take(1_001_000)).toBeGreaterThan(900_000);
});

it('counts from the beginning of its clock where nothing was marked', () => {
  expect(new LostTime(() => 5).take(20)).toBe(15);
});
