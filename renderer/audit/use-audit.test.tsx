// @vitest-environment happy-dom
import { act, cleanup, renderHook } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { AuditEntry } from '../../contract/control/audit.ts';
import { pass, type TestWindow, testWindow } from '../model/test-window.tsx';
import { ANY_ENTRY, type AuditFilter } from './audit-entries.ts';
import { useAudit } from './use-audit.ts';

/** How long a filter that is typed must rest, in milliseconds. */
const REST = 150;

const entry = (id: number, change: Partial<AuditEntry> = {}): AuditEntry => ({
  id,
  key: `k${id}`,
  time: id * 1_000,
  actor: 'ann',
  from: 'window',
  action: 'command.run',
  target: 'd',
  command: 'drop',
  args: {},
  ok: true,
  outcome: '',
  durationMs: 1,
  effects: [],
  ...change,
});
const page = (ids: readonly number[], more = false) => ({
  ok: true,
  result: { entries: ids.map((id) => entry(id)), more },
});
const failure = { code: 'history_paused', message: 'The recorder is down.' };

let window: TestWindow;
beforeEach(async () => {
  vi.useFakeTimers();
  window = await testWindow();
  window.answers['audit.query'] = () => page([]);
});
afterEach(() => {
  cleanup();
  window.close();
  vi.useRealTimers();
});

const read = (filter: AuditFilter = ANY_ENTRY) =>
  renderHook((shown: AuditFilter) => useAudit(shown), { wrapper: window.wrapper, initialProps: filter });
const keys = ({ result }: ReturnType<typeof read>) => result.current.rows.map(({ entry: { key } }) => key);

it('reads a hundred entries, then the hundred before the oldest', async () => {
  const pending = window.hold('audit.query');
  const trail = read();
  expect(trail.result.current.busy).toBe(true);
  await pass(REST);
  await pending[0]?.answer(page([9, 8], true));
  expect([keys(trail), trail.result.current.more, trail.result.current.busy]).toEqual([
    ['k9', 'k8'],
    true,
    false,
  ]);
  act(() => trail.result.current.readMore());
  expect(trail.result.current.busy).toBe(true);
  await pending[1]?.answer(page([7, 6]));
  expect([keys(trail), trail.result.current.more]).toEqual([['k9', 'k8', 'k7', 'k6'], false]);
  expect(window.argsOf('audit.query')).toEqual([{ limit: 100 }, { limit: 100, before: 8 }]);
});

it('asks for what is typed once it rests, and only for the last of it', async () => {
  const trail = read();
  // What is there when one comes is asked for at once.
  expect(window.argsOf('audit.query')).toEqual([{ limit: 100 }]);
  for (const text of ['b', 'ba', 'ban']) {
    trail.rerender({ ...ANY_ENTRY, text });
    await pass(REST - 1);
  }
  expect(window.argsOf('audit.query')).toHaveLength(1);
  await pass(1);
  expect(window.argsOf('audit.query').slice(1)).toEqual([{ limit: 100, text: 'ban' }]);
});

it('ignores an answer to a filter that is no longer looked for', async () => {
  const pending = window.hold('audit.query');
  const trail = read();
  await pass(REST);
  trail.rerender({ ...ANY_ENTRY, target: 'd' });
  await pass(REST);
  await pending[1]?.answer(page([2]));
  await pending[0]?.answer(page([9, 8]));
  expect(keys(trail)).toEqual(['k2']);
});

it('ignores an older page of a filter that is no longer looked for', async () => {
  const pending = window.hold('audit.query');
  const trail = read();
  await pass(REST);
  await pending[0]?.answer(page([9, 8], true));
  act(() => trail.result.current.readMore());
  trail.rerender({ ...ANY_ENTRY, target: 'd' });
  await pass(REST);
  await pending[2]?.answer(page([5], true));
  await pending[1]?.answer(page([7, 6]));
  expect([keys(trail), trail.result.current.more, trail.result.current.busy]).toEqual([['k5'], true, false]);
});

it('puts what happens meanwhile in front, once, and only what the filter lets through', async () => {
  window.answers['audit.query'] = () => page([3]);
  const trail = read({ ...ANY_ENTRY, target: 'd' });
  await pass(REST);
  const { id: _, ...live } = entry(4);
  act(() => {
    window.emit({ type: 'audit', entry: live });
    window.emit({ type: 'audit', entry: { ...live, key: 'other', target: 'main' } });
  });
  expect(keys(trail)).toEqual(['k4', 'k3']);
  window.answers['audit.query'] = () => page([4, 3]);
  act(() => trail.result.current.retry());
  await pass(REST);
  expect(keys(trail)).toEqual(['k4', 'k3']);
});

it('keeps no more than a thousand entries that happened while it was shown', async () => {
  window.answers['audit.query'] = () => page([]);
  const trail = read();
  await pass(REST);
  act(() => {
    for (let n = 1; n <= 1_100; n++) {
      const { id: _, ...live } = entry(n);
      window.emit({ type: 'audit', entry: live });
    }
  });
  expect(keys(trail)).toHaveLength(1_000);
  expect(keys(trail)[0]).toBe('k1100');
});

it('keeps what it has when a page cannot be read, says why, and reads it on request', async () => {
  window.answers['audit.query'] = () => page([9], true);
  const trail = read();
  await pass(REST);
  window.answers['audit.query'] = () => ({ ok: false, error: failure });
  act(() => trail.result.current.readMore());
  await pass(0);
  expect(trail.result.current).toMatchObject({ error: failure, busy: false, more: true });
  expect(keys(trail)).toEqual(['k9']);
  act(() => trail.result.current.retry());
  await pass(REST);
  expect(trail.result.current).toMatchObject({ error: failure, more: false });
  window.answers['audit.query'] = () => page([9]);
  act(() => trail.result.current.retry());
  await pass(REST);
  expect(trail.result.current.error).toBeNull();
});

it('asks nothing while the connection is lost, and again when it is back', async () => {
  const trail = read();
  await pass(REST);
  act(() => window.connect({ phase: 'lost', since: 0, retryAt: 0 }));
  trail.rerender({ ...ANY_ENTRY, text: 'x' });
  await pass(1_000);
  expect(window.argsOf('audit.query')).toHaveLength(1);
  act(() => window.connect({ phase: 'connected' }));
  await pass(REST);
  expect(window.argsOf('audit.query').at(-1)).toEqual({ limit: 100, text: 'x' });
});

it('hears nothing more once the page is left', async () => {
  const listeners = window.listeners();
  const pending = window.hold('audit.query');
  const trail = read();
  await pass(REST);
  trail.unmount();
  await pending[0]?.answer(page([1]));
  expect(window.listeners()).toBe(listeners);
  await pass(10_000);
  expect(pending).toHaveLength(1);
});

it('shows what it read last when one comes again, until it has read it anew', async () => {
  window.answers['audit.query'] = () => page([2, 1]);
  const first = read();
  await pass(0);
  first.unmount();
  const pending = window.hold('audit.query');
  const again = read();
  expect([keys(again), again.result.current.busy]).toEqual([['k2', 'k1'], false]);
  await pending[0]?.answer(page([3, 2, 1]));
  expect(keys(again)).toEqual(['k3', 'k2', 'k1']);
  // Another filter is another question.
  expect(keys(read({ ...ANY_ENTRY, target: 'd' }))).toEqual([]);
});
