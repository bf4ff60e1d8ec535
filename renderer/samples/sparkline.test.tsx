// @vitest-environment happy-dom
/** The curve of the last minute: where its lines go. */
import { act, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { layoutOf } from '../../contract/metric-frame.ts';
import type { SourceModel } from '../model/source-model.ts';
import { pass } from '../model/test-window.tsx';
import { type TestPage, testPage } from '../ui/test-page.tsx';
import { SampleColumns } from './sample-columns.ts';
import { Sparkline } from './sparkline.tsx';
import { type Drawn, recordCanvases } from './test-canvas.ts';

let page: TestPage;
let drawn: Drawn[];
let resized: () => void;
const size = { width: 30, height: 20 };
const disconnect = vi.fn();

beforeEach(async () => {
  vi.useFakeTimers();
  drawn = recordCanvases();
  vi.spyOn(HTMLCanvasElement.prototype, 'clientWidth', 'get').mockImplementation(() => size.width);
  vi.spyOn(HTMLCanvasElement.prototype, 'clientHeight', 'get').mockImplementation(() => size.height);
  vi.stubGlobal('devicePixelRatio', 2);
  vi.stubGlobal(
    'IntersectionObserver',
    class {
      readonly #seen: (entries: object[]) => void;
      constructor(seen: (entries: object[]) => void) {
        this.#seen = seen;
      }
      observe = () => this.#seen([{ isIntersecting: true }]);
      disconnect = () => {};
    },
  );
  disconnect.mockClear();
  resized = () => {};
  vi.stubGlobal(
    'ResizeObserver',
    class {
      readonly #changed: () => void;
      constructor(changed: () => void) {
        this.#changed = changed;
      }
      observe = (element: Element) => {
        if (element.tagName === 'CANVAS') resized = this.#changed;
      };
      disconnect = disconnect;
    },
  );
  vi.spyOn(window, 'getComputedStyle').mockReturnValue({
    getPropertyValue: (name: string) => `<${name}>`,
  } as CSSStyleDeclaration);
  Object.assign(size, { width: 30, height: 20 });
  page = await testPage();
  await pass(1_000);
});
afterEach(() => {
  page.close();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const layout = layoutOf([
  { name: 'other', kind: 'gauge', unit: 'count', help: '' },
  { name: 'open', kind: 'gauge', unit: 'count', help: '' },
]);
const samples = new SampleColumns(layout);
const source = { samples } as unknown as SourceModel;

/** Shows the curve of values at seconds, and returns what was drawn of it. */
async function curve(points: readonly (readonly [second: number, value: number])[]): Promise<Drawn[]> {
  const fresh = new SampleColumns(layout);
  for (const [second, value] of points)
    fresh.push({ seq: 1, time: second * 1_000, skipped: 0, revision: 1, values: Float64Array.of(-1, value) });
  const shown = { ...source, samples: fresh } as unknown as SourceModel;
  page.show(<Sparkline source={shown} slot={1} label="People" />);
  await pass(100);
  return drawn;
}
/** The parts of what was drawn that say where lines go, without the line at the bottom. */
const lines = (all: readonly Drawn[]) => {
  const from = all.findIndex(([name]) => name === 'lineJoin');
  return all.slice(from + 1);
};

it('is named for those who do not see it, and as large as the screen wants it', async () => {
  await curve([]);
  const canvas = screen.getByRole<HTMLCanvasElement>('img', { name: 'People' });
  expect([canvas.width, canvas.height]).toEqual([60, 40]);
  expect(canvas.getContext).toHaveBeenCalledWith('2d');
});

it('is given its size only when that is another, because that empties it', async () => {
  await curve([[10, 1]]);
  const canvas = screen.getByRole<HTMLCanvasElement>('img', { name: 'People' });
  const sized = vi.spyOn(canvas, 'width', 'set');
  const heightened = vi.spyOn(canvas, 'height', 'set');
  act(() => resized());
  await pass(100);
  expect([sized.mock.calls, heightened.mock.calls]).toEqual([[], []]);
  size.height = 30;
  act(() => resized());
  await pass(100);
  expect([sized.mock.calls, heightened.mock.calls]).toEqual([[], [[60]]]);
});

it('has a line at the bottom, and nothing else before the first sample', async () => {
  expect(await curve([])).toEqual([
    ['clearRect', 0, 0, 60, 40],
    ['strokeStyle', '=', '<--line>'],
    ['lineWidth', '=', 2],
    ['beginPath'],
    ['moveTo', 0, 39],
    ['lineTo', 60, 39],
    ['stroke'],
  ]);
});

it('goes from the oldest sample of the minute to the newest at the right, as high as its room allows', async () => {
  const all = await curve([
    [38, 900],
    [40, 900],
    [41, 2],
    [43, 4],
    [45, 1],
    [47, 0],
    [100, 4],
  ]);
  // A pixel of the screen is two of the canvas; 60 of them are a minute; 4 is the top, 32 above the bottom at 38.
  expect(all.filter(([name]) => name === 'fillStyle' || name === 'lineWidth' || name === 'lineJoin')).toEqual(
    [
      ['lineWidth', '=', 2],
      ['fillStyle', '=', '<--series-1>'],
      ['lineWidth', '=', 3],
      ['lineJoin', '=', 'round'],
    ],
  );
  expect(lines(all)).toEqual([
    ['beginPath'],
    ['moveTo', 1, 22],
    ['lineTo', 3, 6],
    ['lineTo', 5, 30],
    ['lineTo', 7, 38],
    ['stroke'],
    ['lineTo', 7, 40],
    ['lineTo', 1, 40],
    ['closePath'],
    ['globalAlpha', '=', 0.12],
    ['fill'],
    ['globalAlpha', '=', 1],
    // A sample that stands alone is a dot.
    ['beginPath'],
    ['arc', 60, 6, 3, 0, 2 * Math.PI],
    ['fill'],
  ]);
});

it('joins samples that are no further apart than two and a half seconds', async () => {
  const all = await curve([
    [10, 1],
    [12.5, 1],
    [15.25, 1],
  ]);
  expect(lines(all).filter(([name]) => name === 'moveTo' || name === 'arc')).toEqual([
    ['moveTo', 54.75, 6],
    ['arc', 60, 6, 3, 0, 2 * Math.PI],
  ]);
});

it('lies at the bottom where all is zero', async () => {
  const all = await curve([
    [10, 0],
    [11, 0],
  ]);
  expect(lines(all).slice(1, 3)).toEqual([
    ['moveTo', 59, 38],
    ['lineTo', 60, 38],
  ]);
});

it('is drawn anew in another size, and not at all without room', async () => {
  await curve([[10, 1]]);
  drawn.length = 0;
  size.width = 15;
  act(() => resized());
  await pass(100);
  expect(drawn[0]).toEqual(['clearRect', 0, 0, 30, 40]);
  drawn.length = 0;
  size.width = 0;
  act(() => resized());
  await pass(100);
  expect(drawn).toEqual([]);
  page.close();
  expect(disconnect).toHaveBeenCalled();
});
