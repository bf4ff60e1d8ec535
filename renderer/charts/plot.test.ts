// @vitest-environment happy-dom
/** What a chart draws: its axes and their labels, its lines and gaps, and what it tells of the mouse. */
import { fireEvent } from '@testing-library/react';
import type uPlot from 'uplot';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { noTokens, testTokens } from '../look/test-tokens.ts';
import { type Drawn, testScreen } from '../model/test-screen.ts';
import type { SeriesSpec } from './chart-series.ts';
import { asAligned, makePlot, type PlotData, type PlotOptions, plotSize } from './plot.ts';

/** The clock of the axes is local. */
const START = new Date(2026, 10, 20, 14, 0).getTime() / 1_000;
const NOW = new Date(2026, 10, 20, 15, 0).getTime();
/** Of 892 pixels 64 are the axis and 28 half a label. */
const WIDTH = 892;

let sizes: ReturnType<typeof testScreen>;
let made: uPlot | null = null;
beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  sizes = testScreen();
  testTokens({
    '--face': 'Signal',
    '--dim': 'grey',
    '--line': 'silver',
    '--series-1': 'red',
    '--series-2': 'blue',
  });
});
afterEach(() => {
  made?.destroy();
  made = null;
  noTokens();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const line = (change: Partial<SeriesSpec> = {}): SeriesSpec => ({
  label: 'open',
  help: '',
  unit: 'count',
  perSecond: false,
  hidden: false,
  ...change,
});
async function draw(series: readonly SeriesSpec[], data: PlotData, change: Partial<PlotOptions> = {}) {
  const element = document.createElement('div');
  sizes.resize(element, WIDTH, 200);
  const plot = makePlot({
    element,
    size: plotSize(element),
    series,
    gapSeconds: 2.5,
    onZoom: null,
    onZoomReset: null,
    onCursor: () => {},
    ...change,
  });
  made = plot;
  const [times] = data;
  plot.batch(() => {
    plot.setData(asAligned(data), false);
    plot.setScale('x', { min: times[0] ?? START, max: times[times.length - 1] ?? START + 60 });
  });
  await Promise.resolve();
  const all = sizes.drawn(plot.root.querySelector('canvas')!);
  // What stands there now is what was drawn since it was wiped.
  const drawn = all.slice(all.findLastIndex(({ call }) => call === 'clearRect'));
  return { plot, drawn, over: plot.over };
}
/** Ranges of pixels that the line of the one series must not cross, where uPlot found one already. */
const gapsOf = (plot: uPlot) => {
  const gaps = plot.series[1]?.gaps as (...args: unknown[]) => unknown;
  return gaps(plot, 1, 0, plot.data[0].length - 1, [[1, 2]]);
};
/** Places of the samples of the one series that stand alone. */
const dotsOf = (plot: uPlot) => {
  const filter = plot.series[1]?.points?.filter as (...args: unknown[]) => unknown;
  return filter(plot, 1, false);
};
const bandsOf = (plot: uPlot) => (plot as unknown as { readonly bands: uPlot.Band[] }).bands;
const seconds = (count: number, step = 1) => Array.from({ length: count }, (_, i) => START + i * step);
const texts = (drawn: readonly Drawn[]) =>
  drawn.flatMap(({ call, args }) => (call === 'fillText' ? [args[0]] : []));
/** What was stroked, as colour and width. */
const strokes = (drawn: readonly Drawn[]) =>
  drawn.flatMap(({ call, look }) => (call === 'stroke' ? [`${look.strokeStyle} ${look.lineWidth}`] : []));

describe('the axis of values', () => {
  it.each([
    ['a count', line(), 10, ['0', '5', '10']],
    ['a small count in whole steps', line(), 2, ['0', '1', '2']],
    ['bytes in powers of two', line({ unit: 'bytes' }), 4_096, ['0 B', '2 KiB', '4 KiB']],
    ['a rate', line({ perSecond: true }), 1, ['0/s', '0.50/s', '1/s']],
    ['a ratio', line({ unit: 'ratio' }), 0.5, ['0 %', '20 %', '40 %']],
    ['nothing but zero', line({ unit: 'ratio' }), 0, ['0 %', '50 %', '100 %']],
  ])('of %s', async (_what, series, top, labels) => {
    const { drawn } = await draw([series], [seconds(3), [0, top, top / 2]]);
    const shown = texts(drawn).filter((text) => !String(text).includes(':'));
    expect(shown).toEqual(labels);
  });

  it('leaves some air above what is highest, and begins at zero or below what is lowest', async () => {
    const { plot } = await draw([line()], [seconds(3), [3, 100, 50]]);
    expect([plot.scales.count?.min, plot.scales.count?.max]).toEqual([0, 112.00000000000001]);
    plot.setData(asAligned([seconds(3), [-100, 5, 0]]));
    await Promise.resolve();
    expect(plot.scales.count?.min).toBeCloseTo(-110);
    expect(plot.scales.count?.max).toBeCloseTo(5.6);
  });

  it('takes no account of a line that is switched off, nor of what has another unit', async () => {
    const { plot } = await draw(
      [line(), line({ label: 'b', hidden: true }), line({ label: 'c', unit: 'bytes' })],
      [seconds(2), [1, 10], [1, 1_000], [1, 5_000]],
    );
    expect(plot.scales.count?.max).toBeCloseTo(11.2);
    expect(plot.scales.bytes?.max).toBeCloseTo(5_600);
    plot.setSeries(2, { show: true });
    await Promise.resolve();
    expect(plot.scales.count?.max).toBeCloseTo(1_120);
  });

  it('takes account only of what is in view', async () => {
    const { plot } = await draw([line()], [seconds(4), [100, 1, 2, 3]]);
    plot.setScale('x', { min: START + 1, max: START + 3 });
    await Promise.resolve();
    expect(plot.scales.count?.max).toBeCloseTo(3.36);
  });

  it('stands there without samples too', async () => {
    const { plot, drawn } = await draw([line()], [[], []]);
    expect(plot.scales.count?.max ?? 1).toBe(1);
    expect(strokes(drawn).filter((stroke) => stroke.startsWith('red'))).toEqual([]);
  });

  it('is at the left for the first unit and at the right for the second, and there are no more', async () => {
    const { plot } = await draw(
      [line(), line({ unit: 'bytes' }), line({ unit: 'ratio' })],
      [seconds(2), [1, 2], [1, 2], [1, 2]],
    );
    expect(plot.axes.map(({ scale, side }) => [scale, side])).toEqual([
      ['x', 2],
      ['count', 3],
      ['bytes', 1],
    ]);
    expect(plot.axes.map(({ grid }) => grid?.show)).toEqual([true, true, false]);
    expect(plot.axes.every(({ ticks }) => ticks?.show === false)).toBe(true);
    const written = plot.axes
      .slice(1)
      .map(({ values }) => (values as uPlot.Axis.DynamicValues)(plot, [2_048], 1, 1, 1));
    expect(written).toEqual([['2,048'], ['2 KiB']]);
    // With two axes no room is kept for the last time.
    expect(plot.bbox.width).toBe(WIDTH - 2 * 64);
  });
});

it('labels times by the clock, and as far apart as they need', async () => {
  const { plot, drawn } = await draw([line()], [seconds(61, 60), Array.from({ length: 61 }, () => 1)]);
  expect(texts(drawn).filter((text) => String(text).includes(':'))).toEqual([
    '14:00',
    '14:10',
    '14:20',
    '14:30',
    '14:40',
    '14:50',
    '15:00',
  ]);
  expect(plot.bbox.width).toBe(WIDTH - 64 - 28);
  expect(plot.bbox.height).toBe(200 - 6 - 20);
});

describe('the lines', () => {
  it('have the colours of the theme, one each, and dashes from the third on', async () => {
    const nine = Array.from({ length: 9 }, (_, i) => line({ label: `l${i}` }));
    const { plot, drawn } = await draw(nine, [seconds(2), ...nine.map((_, i) => [1, i])]);
    expect(plot.series.slice(1, 6).map(({ dash }) => dash)).toEqual([
      undefined,
      undefined,
      [10, 4],
      [10, 4],
      [5, 3],
    ]);
    expect(strokes(drawn)).toEqual(expect.arrayContaining(['red 2.25', 'blue 1.25', 'silver 1']));
    expect(drawn.find(({ call }) => call === 'fillText')?.look).toMatchObject({
      fillStyle: 'grey',
      font: '11px Signal',
    });
  });

  it('fill the range between two edges, faintly in one colour', async () => {
    const edge = (label: string) => line({ label, edge: true });
    const { plot, drawn } = await draw(
      [edge('max'), edge('min'), line({ label: 'mean' })],
      [seconds(2), [9, 9], [1, 1], [5, 5]],
      { gapSeconds: null },
    );
    const edges = 'color-mix(in srgb, red 45%, transparent) 1';
    const red = strokes(drawn).filter((stroke) => stroke.includes('red'));
    expect(red.slice(0, 3)).toEqual([edges, edges, 'red 1.5']);
    const fills = drawn.filter(({ call }) => call === 'fill').map(({ look }) => look.fillStyle);
    expect(fills).toContain('color-mix(in srgb, red 16%, transparent)');
    expect(bandsOf(plot).map(({ series }) => series)).toEqual([[1, 2]]);
  });

  it('fill nothing where there is one edge or none', async () => {
    const { plot } = await draw([line({ edge: true }), line({ label: 'b' })], [seconds(2), [1, 2], [1, 2]]);
    expect(bandsOf(plot)).toEqual([]);
  });

  it('are hidden where they begin so', async () => {
    const { plot } = await draw([line(), line({ label: 'b', hidden: true })], [seconds(2), [1, 2], [1, 2]]);
    expect(plot.series.map(({ show }) => show)).toEqual([true, true, false]);
  });

  it('are broken between samples that are too far apart, at their pixels', async () => {
    const times = [START, START + 2, START + 8, START + 10];
    const { plot } = await draw([line()], [times, [1, 1, 1, 1]]);
    const left = 64;
    expect(gapsOf(plot)).toEqual([
      [1, 2],
      [left + 160, left + 640],
    ]);
  });

  it('are broken by missing values alone where no gap is named', async () => {
    const { plot } = await draw(
      [line()],
      [
        [START, START + 100],
        [1, 1],
      ],
      { gapSeconds: null },
    );
    expect(gapsOf(plot)).toEqual([[1, 2]]);
  });

  it('show a sample that no line leads to as a dot, and what is shorter than four pixels', async () => {
    const runs = [...seconds(40), START + 50, ...seconds(40).map((time) => time + 61)];
    const { plot } = await draw(
      [line()],
      // More than have room for a dot each: a run, a lone one, a run.
      [runs, runs.map(() => 1)],
    );
    expect(dotsOf(plot)).toEqual([40]);
    // A hundred seconds are 828 pixels as the dots are reckoned: 0.48 seconds are as long as four of them.
    const short = [
      START,
      START + 0.48,
      ...seconds(80, 1).map((time) => time + 10),
      START + 99.51,
      START + 100,
    ];
    plot.setData(asAligned([short, short.map(() => 1)]), false);
    plot.setScale('x', { min: START, max: START + 100 });
    await Promise.resolve();
    expect(dotsOf(plot)).toEqual([0, 1]);
    expect(plot.series[1]?.points?.size).toBe(5);
  });

  it('tell that nothing is seen alone where nothing is there', async () => {
    const { plot } = await draw([line()], [[], []]);
    expect(dotsOf(plot)).toBeNull();
  });
});

describe('dots', () => {
  it('are drawn for every sample where there is room for them', async () => {
    const { plot } = await draw([line()], [seconds(5), [1, 2, 3, 4, 5]]);
    expect(dotsOf(plot)).toEqual([0, 1, 2, 3, 4]);
  });

  it('stand for an outlier that is more than twice the p99, which has no line', async () => {
    const p99 = line({ label: 'p99', percentile: 'p99' });
    const { plot } = await draw(
      [line({ label: 'p99.9', percentile: 'p999' }), p99],
      [seconds(3), [1, 9, 2], [2, 2, 2]],
    );
    expect(dotsOf(plot)).toEqual([1]);
    expect((plot.series[1]!.paths as () => unknown)()).toBeNull();
  });
});

it('goes in steps where values hold until the next sample', async () => {
  const pathsOf = async (series: SeriesSpec) =>
    (await draw([series], [seconds(2), [1, 2]])).plot.series[1]?.paths;
  expect(String(await pathsOf(line({ step: true })))).not.toBe(String(await pathsOf(line())));
});

describe('the mouse', () => {
  const at = (x: number) => ({ clientX: x, clientY: 50, movementX: 1, movementY: 0, button: 0 });

  it('tells the sample that it is nearest to, and that it has left', async () => {
    const onCursor = vi.fn();
    const { over } = await draw([line()], [seconds(5), [1, 2, 3, 4, 5]], { onCursor });
    fireEvent.mouseEnter(over, at(399));
    fireEvent.mouseMove(over, at(399));
    await vi.advanceTimersByTimeAsync(50);
    expect(onCursor).toHaveBeenLastCalledWith(2);
    fireEvent.mouseLeave(over, at(0));
    await vi.advanceTimersByTimeAsync(50);
    expect(onCursor).toHaveBeenLastCalledWith(null);
  });

  it('drags nothing where there is no zoom, and a double click is heard only where it goes back', async () => {
    const { plot, over } = await draw([line()], [seconds(5), [1, 2, 3, 4, 5]]);
    expect(plot.cursor.drag).toMatchObject({ x: false, y: false, setScale: false });
    fireEvent.dblClick(over, at(100));
    expect([plot.scales.x?.min, plot.scales.x?.max]).toEqual([START, START + 4]);
    plot.destroy();
    const onZoomReset = vi.fn();
    const other = await draw([line()], [seconds(5), [1, 2, 3, 4, 5]], { onZoom: () => {}, onZoomReset });
    expect(other.plot.cursor.drag).toMatchObject({ x: true, y: false, setScale: false });
    fireEvent.dblClick(other.over, at(100));
    expect(onZoomReset).toHaveBeenCalledTimes(1);
  });

  it('is shared by all charts of a page, without the lines that are switched off', async () => {
    const { plot } = await draw([line()], [seconds(2), [1, 2]]);
    expect(plot.cursor.sync).toMatchObject({ key: 'page', setSeries: false });
    expect(plot.cursor.y).toBe(false);
  });
});

it('is never smaller than eighty pixels', () => {
  const element = document.createElement('div');
  sizes.resize(element, 20);
  made = makePlot({
    element,
    size: plotSize(element),
    series: [line()],
    gapSeconds: null,
    onZoom: null,
    onZoomReset: null,
    onCursor: () => {},
  });
  expect([made.width, made.height]).toEqual([80, 80]);
});
