import { expect, it } from 'vitest';
import { FIXED_LIMITS } from '../limits.ts';
import { ChangeWarnings } from './change-warnings.ts';

const MOST = FIXED_LIMITS.identity_warnings_per_minute.default;

function warnings() {
  const lines: string[] = [];
  return { lines, told: new ChangeWarnings({ warn: (_event, message) => void lines.push(message) }) };
}

it('tells a refusal once a minute for each who asks for each, and how many it did not tell', () => {
  const { lines, told } = warnings();
  for (let i = 0; i < 3_000; i++) told.refused('ann', 'A', 'B', i);
  told.refused('ann', 'A', 'C', 3_000);
  told.refused('bob', 'A', 'B', 3_001);
  expect(lines).toEqual([
    'B asks for the peer id ann, which is of A: refused.',
    'C asks for the peer id ann, which is of A: refused. 2999 more were refused since the last that was told.',
    'B asks for the peer id bob, which is of A: refused.',
  ]);
  told.refused('ann', 'A', 'B', 59_999);
  expect(lines).toHaveLength(3);
  told.refused('ann', 'A', 'B', 60_000);
  expect(lines[3]).toContain('refused. 1 more');
});

it('tells so many refusals a minute whoever asks, and of every peer id that changes hands', () => {
  const { lines, told } = warnings();
  for (let i = 0; i < 1_000; i++) told.refused('ann', 'A', `B${i}`, 0);
  expect(lines).toHaveLength(MOST);
  for (let i = 0; i < 3; i++) told.taken('ann', 'A', 'B');
  expect(lines.slice(MOST)).toEqual(
    Array(3).fill('B asks for the peer id ann, which is of A: it takes it over.'),
  );
});
