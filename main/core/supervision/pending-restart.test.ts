import { expect, test } from 'vitest';
import type { LaunchPlan } from './daemon-session.ts';
import { settingsWaiting } from './pending-restart.ts';

const plan = (config: unknown, runtime: LaunchPlan['runtime'] = 'host'): LaunchPlan => ({
  runtime,
  config,
  dataDir: '/data',
  logDir: '/logs',
});

test('the settings that a process cannot take over wait for its restart', () => {
  expect(settingsWaiting(plan({ a: 1 }), plan({ a: 2 }), ['a'])).toEqual(['a']);
  expect(settingsWaiting(plan({ a: 1 }), plan({ a: 1 }), [])).toEqual([]);
});

test('of a process that takes nothing over, what differs waits, and nothing else', () => {
  const launched = plan({ same: [1], changed: 1, gone: true });
  const next = plan({ same: [1], changed: 2, fresh: {} });
  expect(settingsWaiting(launched, next, ['everything'])).toEqual(['changed', 'gone', 'fresh']);
  expect(settingsWaiting(launched, launched, ['everything'])).toEqual([]);
});

test('another runtime waits too, beside what the process itself says', () => {
  expect(settingsWaiting(plan({}), plan({}, 'node'), ['a'])).toEqual(['runtime', 'a']);
  expect(settingsWaiting(plan({}, 'node'), plan({}, 'node'), [])).toEqual([]);
});
