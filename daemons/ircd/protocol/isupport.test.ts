import { expect, it } from 'vitest';
import { Tuning } from '../tuning.ts';
import { isupportLines, isupportTokens } from './isupport.ts';

it('announces what the protocol implements, thirteen tokens a line', () => {
  const lines = isupportLines('TestNet', new Tuning());
  for (const line of lines) expect(line.split(' ').length).toBeLessThanOrEqual(13);
  expect(lines.join(' ').split(' ')).toEqual(isupportTokens('TestNet', new Tuning()));
  expect(lines.join(' ')).toContain('NETWORK=TestNet');
});

it('follows a limit that was changed', () => {
  const tuning = new Tuning();
  expect(tuning.set('channels_per_user', 7)).toBe(100);
  expect(isupportTokens('n', tuning)).toContain('CHANLIMIT=#:7');
});
