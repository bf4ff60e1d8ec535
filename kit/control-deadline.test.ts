import { expect, test } from 'vitest';
import { controlDeadlineMs } from './control-deadline.ts';

test('a command may take eleven minutes, because a copy of a database takes ten; anything else two', () => {
  expect(controlDeadlineMs('command.run')).toBe(660_000);
  expect(controlDeadlineMs('daemon.stop')).toBe(120_000);
  expect(controlDeadlineMs('daemon.start')).toBe(120_000);
});
