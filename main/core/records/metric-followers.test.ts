/** Who is sent the figures of all processes, and for how long. */
import { expect, test, vi } from 'vitest';
import { createCaller, SYSTEM } from '../caller.ts';
import { MetricFollowers } from './metric-followers.ts';

const summary = { time: 5, revision: 2, values: Float64Array.of(1, 2), intervals: [] };

test('whoever follows is sent every second once, as it was then, until the connection closes', () => {
  const followers = new MetricFollowers();
  const heard = vi.fn();
  const caller = createCaller(SYSTEM, heard);
  followers.send('ircd', summary);
  followers.add(caller);
  followers.add(caller);
  expect(followers.size).toBe(1);
  followers.send('ircd', summary);
  summary.values[0] = 9;
  const event = { type: 'metrics', source: 'ircd', time: 5, revision: 2, values: [1, 2] };
  expect(heard).toHaveBeenCalledExactlyOnceWith(event);
  followers.delete(caller);
  followers.send('ircd', summary);
  expect(heard).toHaveBeenCalledOnce();
  followers.add(caller);
  caller.close();
  expect(followers.size).toBe(0);
});
