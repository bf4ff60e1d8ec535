import { expect, test } from 'vitest';
import { showBlocks } from './blocks-command.ts';

const block = {
  source: 'ircd',
  time: Date.UTC(2026, 10, 20, 14),
  durationMs: 212,
  work: 'LIST',
  connection: '12',
  frames: ['a (x.ts:1:1)', 'b (x.ts:2:1)', 'c (x.ts:3:1)', 'd (x.ts:4:1)'],
  ranShare: 1,
  untold: 0,
};

test('each block has a line: when, where, for how long, by what, for whom, in which function', () => {
  const [head, line, empty] = showBlocks([block, { ...block, work: '', connection: '', frames: [] }]).split(
    '\n',
  );
  expect(head?.split(/ {2,}/)).toEqual(['BEGAN', 'PROCESS', 'STOOD STILL FOR', 'BY', 'FOR', 'IN']);
  expect(line).toMatch(/ircd +212 ms +LIST +12 +a \(x\.ts:1:1\) < b \(x\.ts:2:1\) < c \(x\.ts:3:1\)$/);
  expect(empty).toMatch(/ircd +212 ms +- +- +-$/);
});

test('what others chose as a name cannot write to the terminal', () => {
  expect(showBlocks([{ ...block, connection: 'evil\u001b[2J' }])).not.toContain('\u001b[2J');
});
