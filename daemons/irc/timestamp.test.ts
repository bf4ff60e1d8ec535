import fc from 'fast-check';
import { expect, it } from 'vitest';
import { timestampOf } from './timestamp.ts';

it('reads what server-time writes, and nothing else', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4e12 }), (ms) => {
      expect(timestampOf(`timestamp=${new Date(ms).toISOString()}`)).toBe(ms);
    }),
  );
  expect(timestampOf('TIMESTAMP=2026-01-01T00:00:00Z')).toBe(Date.UTC(2026, 0, 1));
  const none = ['', '*', 'timestamp=', '2026-01-01T00:00:00.000Z', 'timestamp=2026-01-01T00:00:00.000'];
  const days = ['timestamp=2026-13-01T00:00:00.000Z', 'timestamp=2026-01-01T25:00:00.000Z', 'timestamp=x'];
  for (const text of [...none, ...days, ' timestamp=2026-01-01T00:00:00.000Z'])
    expect(timestampOf(text), text).toBe(null);
});
