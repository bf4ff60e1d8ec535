import { expect, it } from 'vitest';
import { QueueTally } from './queue-tally.ts';

it('knows what waits, the most that waited at once, and all that came', () => {
  const tally = new QueueTally();
  tally.enter();
  tally.enter(4);
  tally.leave(3);
  tally.enter(2);
  tally.leave();
  expect(tally).toEqual({ depth: 3, highWater: 5, submitted: 7 });
});
