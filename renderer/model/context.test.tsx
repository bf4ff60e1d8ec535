// @vitest-environment happy-dom
/** How components reach hosts, and follow what is known of them. */
import { act, renderHook } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { catalogOf } from '../../contract/metric-specs.ts';
import { type TestPage, testPage } from '../ui/test-page.tsx';
import {
  useHost,
  useHostModels,
  useHostStates,
  useHosts,
  useManifests,
  useMay,
  useNaming,
  useScreen,
} from './host-context.ts';
import type { SourceModel } from './source-model.ts';
import { useLayout } from './use-layout.ts';

let page: TestPage;
beforeEach(async () => {
  vi.useFakeTimers();
  page = await testPage({ twoHosts: true });
});
afterEach(() => {
  page.close();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const hook = <T,>(use: () => T) => {
  const seen: { current: T | undefined; renders: number } = { current: undefined, renders: 0 };
  function Probe() {
    seen.current = use();
    seen.renders++;
    return null;
  }
  const view = page.show(<Probe />);
  return { seen, view };
};

it('knows the host that a component belongs to, and all of them', () => {
  const { seen } = hook(() => [useHost(), useHosts(), useScreen(), useHostModels().map(({ id }) => id)]);
  expect(seen.current).toEqual([page.model, page.hosts, page.hosts.screen, ['a', 'b']]);
});

it('says what is wrong where a component stands outside of all hosts', () => {
  vi.spyOn(console, 'error').mockImplementation(() => {});
  expect(() => renderHook(() => useHost())).toThrow('useHost is called outside of HostContext');
  expect(() => renderHook(() => useHosts())).toThrow('useHosts is called outside of HostsContext');
});

it('renders again when something is known anew of any host, and when one goes', async () => {
  const { seen } = hook(() => useHostStates().map(({ state }) => state.closing));
  expect(seen.current).toEqual([null, null]);
  act(() => page.other?.emit({ type: 'closing', reason: 'asked' }));
  expect(seen.current).toEqual([null, 'asked']);
  act(() => page.hosts.remove('b'));
  expect(seen.current).toEqual([null]);
});

it('names things by their host only where there are several', () => {
  const { seen } = hook(() => useNaming()('d'));
  expect(seen.current).toBe('d on host a');
  act(() => page.hosts.remove('b'));
  expect(seen.current).toBe('d');
});

it('knows what the user may do, which is nothing before the host has said who that is', () => {
  const { seen } = hook(() => [useMay('daemon.stop'), useManifests().map(({ id }) => id)]);
  expect(seen.current).toEqual([true, ['d', 'keeper']]);
  act(() => page.model.store.setState({ host: null }));
  expect(seen.current).toEqual([false, []]);
});

it('follows the layout of a source, and renders again for nothing else', async () => {
  const source = page.model.source('d')!;
  const { seen, view } = hook(() => useLayout(source));
  const first = seen.current;
  expect(first).toBe(source.samples.layout);
  await page.measure('d', {});
  const renders = seen.renders;
  const metrics = catalogOf('d', [{ name: 'signalbox_d_fresh', kind: 'gauge', unit: 'count', help: '' }]);
  const stream = page.of('d').at(-1)!;
  const tell = (revision: number) => {
    stream.handlers.onMessage({ type: 'catalog', catalog: { revision, metrics } });
    const values = new Float64Array(source.samples.layout.size);
    const frame = { seq: 2, time: Date.now() + 1_000, skipped: 0, revision, values };
    stream.handlers.onMessage({ type: 'frame', frame });
  };
  act(() => tell(2));
  expect([seen.current?.slot('signalbox_d_fresh') === -1, seen.renders - renders]).toEqual([false, 1]);
  view.unmount();
  expect(seen.renders - renders).toBe(1);
});

it('has no layout of a source that is not there', () => {
  const { seen } = hook(() => useLayout(undefined as SourceModel | undefined));
  expect(seen.current).toBeUndefined();
});
