import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Limit, LimitUnit } from '../../contract/limit.ts';
import { limits } from './limits.ts';

const UNITS: readonly LimitUnit[] = [
  'bytes',
  'characters',
  'count',
  'lines',
  'lines/second',
  'milliseconds',
  'minutes',
  'ratio',
  'seconds',
];

it('tells of every limit what it is counted in, as its name says', () => {
  for (const [name, { default: value, unit }] of Object.entries<Limit>(limits)) {
    expect(UNITS, name).toContain(unit);
    if (name.endsWith('Share')) expect([unit, value > 0 && value < 1], name).toEqual(['ratio', true]);
    else expect(Number.isInteger(value) && value > 0, name).toBe(true);
    if (name.endsWith('Bytes')) expect(unit, name).toBe('bytes');
    if (name.endsWith('Ms')) expect(unit, name).toBe('milliseconds');
    if (name.endsWith('Minutes')) expect(unit, name).toBe('minutes');
    if (name.endsWith('Seconds')) expect(unit, name).toBe('seconds');
  }
});

it('lets a full receive queue and a full arena hold what they are there for', () => {
  const { lineBodyBytes, receiveQueueBytes, receiveQueueTotalBytes, tickArenaBytes } = limits;
  // 32 full lines with their ends, four thousand such queues, and 64 slabs of 64 KiB.
  expect(receiveQueueBytes.default).toBe(32 * (lineBodyBytes.default + 2));
  expect(receiveQueueTotalBytes.default).toBe(4096 * receiveQueueBytes.default);
  expect(tickArenaBytes.default).toBe(64 * 65_536);
});

it('has the numbers that operators read in docs/limits.md', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/limits.md'), 'utf8');
  const section = page.split('\n## ').find((part) => part.startsWith('IRC server\n')) ?? '';
  const read = [...section.matchAll(/^\| `(\w+)` \| ([\d.,]+) \| (\S+) \|/gm)].map(
    ([, name, value = '', unit]) => [name, Number(value.replaceAll(',', '')), unit],
  );
  expect(
    Object.entries<Limit>(limits).map(([name, { default: value, unit }]) => [name, value, unit]),
  ).toEqual(read);
});
