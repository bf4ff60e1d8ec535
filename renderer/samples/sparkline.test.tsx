// @vitest-environment happy-dom
/** The small curve in a row: there with the row, named, and followed. */
import { screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { layoutOf } from '../../contract/metric-frame.ts';
import type { SourceModel } from '../model/source-model.ts';
import { testScreen } from '../model/test-screen.ts';
import { pass, type TestWindow, testWindow } from '../model/test-window.tsx';
import { SampleColumns } from './sample-columns.ts';
import { Sparkline } from './sparkline.tsx';

let window: TestWindow;
let look: ReturnType<typeof testScreen>;
beforeEach(async () => {
  vi.useFakeTimers();
  look = testScreen();
  window = await testWindow();
  await pass(1_000);
});
afterEach(() => {
  window.close();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const layout = layoutOf([{ name: 'open', kind: 'gauge', unit: 'count', help: '' }]);
const part = (name: string) =>
  screen.getByRole('img', { name: 'People' }).querySelector(`[data-part="${name}"]`)?.getAttribute('d');

it('is there with its row, named for those who do not see it, and goes on while it is seen', async () => {
  const samples = new SampleColumns(layout);
  const source = { samples } as unknown as SourceModel;
  const push = (second: number, value: number) =>
    samples.push({ seq: 1, time: second * 1_000, skipped: 0, revision: 1, values: Float64Array.of(value) });
  push(10, 1);
  push(11, 2);
  const { unmount } = await window.show(<Sparkline source={source} slot={0} label="People" />);
  const drawing = screen.getByRole('img', { name: 'People' });
  expect([part('line'), part('area'), part('dots')]).toEqual(['M59 11L60 3', 'M59 11L60 3V20H59Z', '']);

  const { draw } = window.hosts.screen;
  look.view(drawing, true);
  await pass(100);
  push(12, 0);
  draw.frameArrived(source, true);
  draw.drawDirty();
  await pass(100);
  expect(part('line')).toBe('M59 11L60 3');
  await pass(1_000);
  draw.drawDirty();
  await pass(100);
  expect(part('line')).toBe('M58 11L59 3L60 19');

  look.view(drawing, false);
  push(13, 0);
  draw.frameArrived(source, true);
  await pass(1_000);
  draw.drawDirty();
  await pass(100);
  expect(part('line')).toBe('M58 11L59 3L60 19');
  expect(look.followers(drawing)).toBe(1);
  unmount();
  expect(look.followers(drawing)).toBe(0);
});
