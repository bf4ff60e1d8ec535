import { expect, test } from 'vitest';
import { createHostStore } from './host-state.ts';
import { hostGoneSince, staleSince } from './staleness.ts';

test('without a host nothing is current, be it a daemon that does not run', () => {
  const store = createHostStore();
  store.setState({ connection: { phase: 'connected' }, freshness: { up: { state: 'live' } } });
  expect([staleSince(store.getState(), 'up'), staleSince(store.getState(), 'stopped')]).toEqual([null, null]);
  store.setState({ connection: { phase: 'lost', since: 5, retryAt: 6 } });
  expect([staleSince(store.getState(), 'up'), staleSince(store.getState(), 'stopped')]).toEqual([5, 5]);
  expect(hostGoneSince(store.getState())).toBe(5);
});

test('a daemon that sends nothing is stale although the host is there', () => {
  const store = createHostStore();
  store.setState({ connection: { phase: 'connected' }, freshness: { slow: { state: 'stale', since: 7 } } });
  expect(staleSince(store.getState(), 'slow')).toBe(7);
  expect(hostGoneSince(store.getState())).toBeNull();
});
