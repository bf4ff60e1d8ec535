/** Clients that hear events. */
import { expect, test, vi } from 'vitest';
import { EventHub } from './event-hub.ts';

test('every client hears until it leaves, and those who are there are counted', () => {
  const hub = new EventHub();
  const [first, second] = [vi.fn(), vi.fn()];
  const leave = hub.subscribe(first);
  hub.subscribe(second);
  expect(hub.size).toBe(2);
  hub.publish({ type: 'sessions' });
  leave();
  leave();
  expect(hub.size).toBe(1);
  hub.publish({ type: 'closing', reason: 'x' });
  expect(first.mock.calls).toEqual([[{ type: 'sessions' }]]);
  expect(second.mock.calls).toEqual([[{ type: 'sessions' }], [{ type: 'closing', reason: 'x' }]]);
});
