import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { limits } from '../limits.ts';
import { connectionRoom, roomNotice } from './descriptor-limit.ts';

it('reads the limit that the shell set', () => {
  const module = join(import.meta.dirname, 'descriptor-limit.ts');
  const script = `import('${module}').then((m) => console.log(m.descriptorLimit()))`;
  const command = 'ulimit -n 300; exec "$0" -e "$1"';
  expect(execFileSync('sh', ['-c', command, process.execPath, script], { encoding: 'utf8' }).trim()).toBe(
    '300',
  );
});

it('never gives connections all descriptors, nor less than half of them', () => {
  fc.assert(
    fc.property(fc.integer({ min: 8, max: 1_000_000 }), (limit) => {
      const { connections, sockets } = connectionRoom(limit);
      expect(connections).toBeGreaterThanOrEqual(limit / 2);
      expect(sockets).toBeGreaterThanOrEqual(connections);
      expect(sockets).toBeLessThan(limit);
    }),
  );
});

it('has no limit where the system has none', () => {
  expect(connectionRoom(Number.POSITIVE_INFINITY).connections).toBe(Number.POSITIVE_INFINITY);
});

it.each([
  ['there is none', () => ({ userLimits: { open_files: { soft: 'unlimited' } } }), Infinity],
  ['the system does not say', () => ({}), Infinity],
  ['it says nothing of files', () => ({ userLimits: {} }), Infinity],
  ['it makes no sense', () => ({ userLimits: { open_files: { soft: 0 } } }), Infinity],
  [
    'there is no report',
    () => {
      throw new Error('no');
    },
    Infinity,
  ],
  ['there is one', () => ({ userLimits: { open_files: { soft: 1 } } }), 1],
])('takes the limit of the report where %s, and asks once', async (_, report, expected) => {
  vi.resetModules();
  const getReport = vi.spyOn(process.report, 'getReport').mockImplementation(report);
  const fresh = await import('./descriptor-limit.ts');
  expect([fresh.descriptorLimit(), fresh.descriptorLimit()]).toEqual([expected, expected]);
  expect(getReport).toHaveBeenCalledOnce();
  getReport.mockRestore();
});

it('gives half of few descriptors to connections, in whole numbers', () => {
  expect([9, 10, 255, 256, 257].map((limit) => connectionRoom(limit))).toEqual([
    { connections: 5, sockets: 6 },
    { connections: 5, sockets: 6 },
    { connections: 128, sockets: 159 },
    { connections: 128, sockets: 160 },
    { connections: 129, sockets: 161 },
  ]);
});

it('tells the operator what was lowered, to what, and how to raise it', () => {
  expect(roomNotice('max_clients', 384, 384, 512)).toBeNull();
  expect(roomNotice('max_clients', 385, 384, 512)).toBe(
    'max_clients is 385, but the system lets this process open 512 files: it is lowered to 384. Raise the limit with "ulimit -n" or LimitNOFILE= before Signalbox starts.',
  );
});

it('keeps the reserve of the table back, and gives a quarter of it to those who are only refused', () => {
  const reserve = limits.descriptorReserve.default;
  expect(connectionRoom(10_000)).toEqual({
    connections: 10_000 - reserve,
    sockets: 10_000 - reserve + reserve / 4,
  });
});
