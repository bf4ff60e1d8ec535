import { expect, test } from 'vitest';
import { cpuTable } from './cpu-table.ts';

const SPENT = [
  { file: 'a.test.ts', own: 1, children: 0 },
  { file: 'b.test.ts', own: 0.5, children: 12.25 },
  { file: 'c.test.ts', own: 1, children: 0 },
];

test('files stand by what they and their processes took, equal ones by name, and all are summed up', () => {
  expect(cpuTable(SPENT, 2)).toEqual([
    '    total       own  children  CPU seconds of',
    '     12.8       0.5      12.3  b.test.ts',
    '      1.0       1.0       0.0  a.test.ts',
    '     14.8       2.5      12.3  all 3 files',
  ]);
});
