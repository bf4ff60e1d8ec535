// @vitest-environment happy-dom
/** The frame of a chart: its name, and a legend in which lines are switched, with their colours and values. */
import { cleanup, screen, within } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { press, type TestWindow, testWindow } from '../model/test-window.tsx';
import { ChartFrame } from './chart-frame.tsx';
import type { SeriesSpec } from './chart-series.ts';

let window: TestWindow;
beforeEach(async () => {
  vi.useFakeTimers();
  window = await testWindow();
});
afterEach(() => {
  cleanup();
  window.close();
  vi.useRealTimers();
});

const line = (label: string, edge = false): SeriesSpec => ({
  label,
  help: `About ${label}`,
  unit: 'bytes',
  perSecond: false,
  hidden: false,
  edge,
});
const onShown = vi.fn();
const show = (series: readonly SeriesSpec[], shown: readonly boolean[], note?: string) =>
  window.show(
    <ChartFrame
      title="Held"
      series={series}
      shown={shown}
      onShown={onShown}
      readValue={(index) => (index === 1 ? Number.NaN : 1_024 * (index + 1))}
      plotRef={() => {}}
      {...(note === undefined ? {} : { readNote: () => note })}
    />,
  );
/** Colour and opacity of the stroke before each line of the legend. */
const swatches = () =>
  [...document.querySelectorAll('button path')].map((path) => [
    path.getAttribute('stroke'),
    path.getAttribute('opacity'),
  ]);

it('is named by its title, as is the place of its chart', async () => {
  await show([line('a')], [true], 'a note');
  const region = within(screen.getByRole('region', { name: 'Held' }));
  expect(region.getByRole('heading', { name: 'Held' })).toBeDefined();
  expect(region.getByRole('img', { name: 'Chart: Held' })).toBeDefined();
  expect(region.getByText('a note')).toBeDefined();
});

it('has a colour for each line that is shown, and none for one that is not', async () => {
  await show([line('a'), line('b'), line('c')], [true, false, true]);
  expect(swatches()).toEqual([
    ['var(--series-1)', '1'],
    ['var(--line-strong)', '1'],
    ['var(--series-3)', '1'],
  ]);
  expect(screen.getAllByRole('button').map(({ textContent, title }) => [textContent, title])).toEqual([
    ['a1 KiB', 'About a'],
    ['b', 'About b'],
    ['c3 KiB', 'About c'],
  ]);
  expect(screen.getByText('a').className).not.toContain('line-through');
  expect(screen.getByText('b').className).toContain('line-through');
});

it('has one colour for a line and the edges of its range, which are faint', async () => {
  await show([line('max', true), line('min', true), line('mean')], [true, true, true]);
  expect(swatches()).toEqual([
    ['var(--series-1)', '0.45'],
    ['var(--series-1)', '0.45'],
    ['var(--series-1)', '1'],
  ]);
});

it('switches the line that is pressed, and no other', async () => {
  await show([line('a'), line('b')], [true, false]);
  expect(screen.getAllByRole('button').map((button) => button.getAttribute('aria-pressed'))).toEqual([
    'true',
    'false',
  ]);
  await press(screen.getByRole('button', { name: /^b/ }));
  expect(onShown).toHaveBeenLastCalledWith([true, true]);
  await press(screen.getByRole('button', { name: /^a/ }));
  expect(onShown).toHaveBeenLastCalledWith([false, false]);
});
