import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
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

it('tells the operator what was lowered, to what, and how to raise it', () => {
  expect(roomNotice('max_clients', 384, 384, 512)).toBeNull();
  const notice = roomNotice('max_clients', 10_000, 384, 512);
  expect(notice).toContain('max_clients is 10000');
  expect(notice).toContain('512 files');
  expect(notice).toContain('lowered to 384');
  expect(notice).toContain('ulimit -n');
});

it('keeps the reserve of the table back, and gives a quarter of it to those who are only refused', () => {
  const reserve = limits.descriptorReserve.default;
  expect(connectionRoom(10_000)).toEqual({
    connections: 10_000 - reserve,
    sockets: 10_000 - reserve + reserve / 4,
  });
});
