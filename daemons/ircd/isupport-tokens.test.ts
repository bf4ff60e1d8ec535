import { expect, it } from 'vitest';
import { isupportTokens, supportLines } from './isupport-tokens.ts';
import { Tuning } from './tuning.ts';

it('announces what the protocol implements, thirteen tokens a line', () => {
  const lines = supportLines('TestNet', new Tuning());
  expect(lines.map((line) => line.split(' ').length)).toEqual([13, 13, 1]);
  // With the longest names of server and client around it a line still has 510 bytes.
  const around = `:${'h'.repeat(63)} 005 ${'n'.repeat(30)}  :are supported by this server`.length;
  const long = supportLines('N'.repeat(300), new Tuning());
  for (const line of long) expect(around + line.length).toBeLessThanOrEqual(510);
  expect(
    supportLines('N'.repeat(510 - around - 'NETWORK='.length), new Tuning()).some(
      (line) => around + line.length === 510,
    ),
  ).toBe(true);
  expect(lines.join(' ').split(' ')).toEqual(isupportTokens('TestNet', new Tuning()));
  expect(lines.join(' ')).toContain('NETWORK=TestNet');
});

it('follows a limit that was changed', () => {
  const tuning = new Tuning();
  expect(tuning.set('channels_per_user', 7)).toBe(100);
  expect(isupportTokens('n', tuning)).toContain('CHANLIMIT=#:7');
});
