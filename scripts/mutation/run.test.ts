import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readCheckout } from './checkout.ts';
import { runMutation, testsOf } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'signalbox-mutation-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SOURCES: Record<string, string> = {
  '.gitignore': 'node_modules\n',
  'package.json': '{ "type": "module" }\n',
  'vitest.config.ts': "export default { test: { include: ['**/*.test.ts'] } };\n",
  'kit/age.ts': `export const isOld = (age: number) => age >= 10;
export const isNew = (age: number) => age < 5;
export function unused() {
  return 7;
}
export function last(n: number) {
  for (let i = 0; i < 9; i++) if (i >= n) return i;
  return 9;
}
export const isTeen = (age: number) => age > 12 && age < 20;
export const same = (n: number) => n * 1;
`,
  'kit/age.test.ts': `import { expect, test } from 'vitest';
import { isNew, isOld, isTeen, last, same } from './age.ts';
test('ten is old', () => { expect([9, 10].map(isOld)).toEqual([false, true]); });
test('one is new', () => { expect(isNew(1)).toBe(true); expect(last(3)).toBe(3); expect(isTeen(15)).toBe(true); expect(same(2)).toBe(2); });
`,
  'kit/years/far.test.ts': `import { expect, test } from 'vitest';
import { isNew, isTeen } from '../age.ts';
test('twelve and twenty are no teens', () => { expect([12, 20].map(isTeen)).toEqual([false, false]); isNew(1); });
`,
  // What only tests load is no part of the product.
  'kit/main.ts': "export { isOld } from './age.ts';\n",
  'kit/crowd.ts': "import { first } from './names.ts';\nexport const crowd = [first];\n",
  'kit/names.ts': "export const first = 'Ann';\n",
  'kit/people.test.ts': `import { expect, test } from 'vitest';
import { crowd } from './crowd.ts';
test('somebody is there', () => { expect(crowd).toEqual(['Ann']); });
`,
  // What has a test of its own is, and what a benchmark or a launcher starts.
  'kit/spare.ts': 'export const spare = {};\n',
  'kit/spare.test.ts': `import { expect, test } from 'vitest';
import { spare } from './spare.ts';
test('it is there', () => { expect(spare).toEqual({}); });
`,
  'daemons/echo/main.ts': "import './echo.ts';\n",
  'daemons/echo/echo.ts': 'export {};\n',
  'daemons/talk/main.ts': 'export {};\n',
  'bench/echo.ts': "await import('../daemons/echo/main.ts');\n",
  'bench/test-talk.ts': "import '../daemons/talk/main.ts';\n",
  'scripts/talk.mjs': "await import('../daemons/talk/main.ts');\n",
  // The fault is in a process that the test starts, with an environment of its own.
  'kit/child.ts': `export const answer = () => 41 + 1;
if (process.argv[2] === 'say') process.stdout.write(String(answer()));
`,
  'kit/child.test.ts': `import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
test('a child says 42', () => {
  const file = join(import.meta.dirname, 'child.ts');
  expect(execFileSync(process.execPath, [file, 'say'], { env: {}, encoding: 'utf8' })).toBe('42');
});
`,
};

for (const [file, text] of Object.entries(SOURCES)) {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), text);
}
symlinkSync(join(import.meta.dirname, '../../node_modules'), join(folder, 'node_modules'));
execFileSync('git', ['init', '-q'], { cwd: folder });

const EQUIVALENTS = [
  {
    file: 'kit/age.ts',
    line: 'export const same = (n: number) => n * 1;',
    from: 'n * 1',
    to: '((n) / (1))',
    reason: 'Times one and by one are the same number.',
  },
  {
    file: 'kit/age.ts',
    line: 'export const gone = 1;',
    from: '1',
    to: '0',
    reason: 'The line was taken away long ago.',
  },
];

test.each([
  ['by themselves', 60_000],
  ['together with others', 0],
])(
  'each fault of a folder that runs %s is told as killed, timed out, survived, not reached or equivalent',
  async (_, aloneMs) => {
    const scratch = mkdtempSync(join(folder, 'node_modules-scratch-'));
    const { results, lines, score } = await runMutation({
      checkout: { ...readCheckout(folder), files: Object.keys(SOURCES) },
      targets: ['kit'],
      sample: 100,
      seed: 1,
      equivalents: JSON.stringify(EQUIVALENTS),
      scratch,
      tests: 'all',
      listOnly: false,
      times: { aloneMs, graceMs: 1_000 },
      cache: join(folder, 'cache'),
      say: () => undefined,
    });
    const stateOf = (from: string, to: string) =>
      results.find(({ mutant }) => mutant.from === from && mutant.to === to)?.state;
    expect(stateOf('age >= 10', '((age) > (10))')).toBe('killed');
    expect(stateOf('age < 5', '((age) <= (5))')).toBe('survived');
    expect(stateOf('age > 12', '((age) >= (12))')).toBe('killed');
    expect(stateOf('age < 20', '((age) <= (20))')).toBe('killed');
    expect(stateOf('7', '15')).toBe('no coverage');
    expect(stateOf('i++', 'i--')).toBe('timeout');
    expect(stateOf('n * 1', '((n) / (1))')).toBe('equivalent');
    expect(stateOf('41 + 1', '((41) - (1))')).toBe('killed');
    const alive = results.filter(({ state }) => state === 'survived' || state === 'no coverage').length;
    expect(score).toBeCloseTo(100 - (alive / (results.length - 1)) * 100);

    const report = lines.join('\n');
    expect(report).toContain(
      'kit/age.ts:2: survived (operator)\n    - age < 5\n    + ((age) <= (5))\n    passed: kit/age.test.ts, kit/years/far.test.ts',
    );
    expect(report).toContain('kit/age.ts:4: no coverage');
    expect(report).toContain('Times one and by one are the same number.');
    expect(report).toMatch(
      /out of date: kit\/age\.ts has no fault "1" -> "0" in the line "export const gone = 1;"/,
    );

    for (const [file, text] of Object.entries(SOURCES))
      expect(readFileSync(join(folder, file), 'utf8')).toBe(text);
    expect(readdirSync(scratch)).toEqual([]);
  },
);

test('the tests of other folders are left out where only its own are wanted', () => {
  const loads: Record<string, string[]> = {
    'kit/age.test.ts': ['kit/age.ts'],
    'kit/words.test.ts': ['words.ts'],
    'shop/shop.test.ts': ['shop/shop.ts', 'kit/age.ts'],
    'shop/kit/age.test.ts': ['shop/kit/age.ts'],
  };
  const checkout = {
    tests: Object.keys(loads),
    closureOf: (test: string) => new Set([test, ...loads[test]!]),
  };
  expect(testsOf(checkout, ['kit'], 'all')).toEqual([
    'kit/age.test.ts',
    'kit/words.test.ts',
    'shop/shop.test.ts',
  ]);
  expect(testsOf(checkout, ['kit'], [])).toEqual(['kit/age.test.ts', 'kit/words.test.ts']);
  expect(testsOf(checkout, ['kit'], ['shop'])).toEqual([
    'kit/age.test.ts',
    'kit/words.test.ts',
    'shop/shop.test.ts',
  ]);
  // Of a file it is the test of its name.
  expect(testsOf(checkout, ['kit/age.ts'], [])).toEqual(['kit/age.test.ts']);
  expect(testsOf(checkout, ['kit/age.ts', 'words.ts'], ['kit/words.test.ts'])).toEqual([
    'kit/age.test.ts',
    'kit/words.test.ts',
  ]);
});

test('what only tests load, and what only that loads, is no part of the product, but what benchmarks start is', () => {
  const { product } = readCheckout(folder);
  expect(product).toEqual([
    'daemons/echo/echo.ts',
    'daemons/echo/main.ts',
    'daemons/talk/main.ts',
    'kit/age.ts',
    'kit/child.ts',
    'kit/main.ts',
    'kit/spare.ts',
  ]);
});
