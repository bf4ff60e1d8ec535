import { expect, test } from 'vitest';
import { shortFrames } from './stack-frames.ts';

const stack = (...lines: string[]) => ['Error', ...lines.map((line) => `    at ${line}`)].join('\n');

test.each([
  ['file:///home/anna/signalbox/daemons/ircd/main.ts:3:7', 'daemons/ircd/main.ts:3:7'],
  ['matches (file:///home/anna/daemons/x/daemons/ircd/list.ts:3:7)', 'matches (daemons/ircd/list.ts:3:7)'],
  ['Foo.bar (file:///C:/Users/Anna/app/out/daemons/ircd.js:1:2)', 'Foo.bar (daemons/ircd.js:1:2)'],
  ['bar (C:\\Users\\Anna\\app\\node_modules\\ws\\lib\\a.js:1:2)', 'bar (node_modules/ws/lib/a.js:1:2)'],
  [
    'async run (file:///srv/main/core/control-service.ts:9:1)',
    'async run (main/core/control-service.ts:9:1)',
  ],
  ['async file:///srv/x/main/core/a.ts:9:1', 'async main/core/a.ts:9:1'],
  ['f (file:///home/anna/secret/tool/f.ts:9:1)', 'f (tool/f.ts:9:1)'],
  ['f (/home/anna/secret/tool/f.ts:9:1)', 'f (tool/f.ts:9:1)'],
])('a place %s is told as %s, without the folders of whoever runs the program', (line, short) => {
  expect(shortFrames(stack(line), 8)).toEqual([short]);
});

test('a call into Node is told with who made it; the loop that calls the program is left out', () => {
  const lines = [
    '<anonymous>:1:43',
    'pbkdf2Sync (node:internal/crypto/pbkdf2:83:17)',
    'RegExp.test (<anonymous>)',
    'check (file:///a/daemons/x.ts:1:1)',
    'AsyncLocalStorage.run (node:internal/async_local_storage:65:14)',
    'process.processTicksAndRejections (node:internal/process/task_queues:103:5)',
  ];
  expect(shortFrames(stack(...lines), 8)).toEqual([
    'pbkdf2Sync (node:internal/crypto/pbkdf2:83:17)',
    'RegExp.test (<anonymous>)',
    'check (daemons/x.ts:1:1)',
  ]);
  expect(shortFrames(stack(...lines.slice(4)), 8)).toEqual([]);
});

test('the innermost places are kept where there are many, each of bounded length', () => {
  const lines = Array.from({ length: 20 }, (_, index) => `f${index} (file:///a/daemons/x.ts:${index}:1)`);
  expect(shortFrames(stack(...lines), 3)).toEqual(
    ['f0', 'f1', 'f2'].map((f, i) => `${f} (daemons/x.ts:${i}:1)`),
  );
  expect(shortFrames(stack(`${'n'.repeat(500)} (file:///a/daemons/x.ts:1:1)`), 3)[0]).toHaveLength(200);
});
