import { afterEach, expect, it, vi } from 'vitest';
import { memoryUsage, residentBytes } from './memory-usage.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

it('is what Node says, in bytes', () => {
  expect(residentBytes()).toBeGreaterThan(10_000_000);
  expect(memoryUsage()).toMatchObject({ rss: expect.any(Number), heapUsed: expect.any(Number) });
});

it('is unknown, and nothing worse, where no descriptor is left to read it', () => {
  const none = () => {
    throw Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE' });
  };
  vi.spyOn(process.memoryUsage, 'rss').mockImplementation(none);
  expect(residentBytes()).toBeNull();
  vi.spyOn(process, 'memoryUsage').mockImplementation(none);
  expect(memoryUsage()).toBeNull();
});
