// @vitest-environment happy-dom
/** Charts over a range: their lines and values, zooming, the mouse, and how they go on from what was recorded with what arrives. */
import { act, cleanup, fireEvent, screen, within } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { setLook } from '../look/look.ts';
import { doing, pass, press } from '../model/test-window.tsx';
import { HOUR, historyWindow, NOW, query } from './test-history.tsx';

let window: Awaited<ReturnType<typeof historyWindow>>;
beforeEach(async () => {
  window = await historyWindow();
});
afterEach(() => window.close());

describe('a chart', () => {
  const plotOf = (title: string) => within(screen.getByRole('region', { name: title })).getByRole('img');
  const over = (title: string) => plotOf(title).querySelector('.u-over')!;
  /** Moves the mouse to so many pixels from the left of the drawn part. */
  const at = (x: number) => ({ clientX: x, clientY: 50, movementX: 1, movementY: 0, button: 0 });
  async function drag(title: string, from: number, to: number) {
    await doing(() => {
      fireEvent.mouseEnter(over(title), at(from));
      fireEvent.mouseMove(over(title), at(from));
      fireEvent.mouseDown(over(title), at(from));
      fireEvent.mouseMove(over(title), at(to));
      fireEvent.mouseUp(document, at(to));
    });
  }

  it('stands there with its newest value, in words too, and says how long its steps are', async () => {
    window.answerWith([7, 41.5, null]);
    await window.showAt();
    await pass(1_000);
    expect(plotOf('Open').getAttribute('aria-label')).toBe('Chart: Open. max –, min –, mean 42');
    expect(screen.getByRole('button', { name: /^mean/ }).textContent).toBe('mean42');
    expect(screen.getByRole('region', { name: 'Open' }).textContent).toContain('60 s a point');
  });

  it('zooms into what was dragged over on the same page, and goes back with a double click', async () => {
    window.answerWith([1, 2, 3]);
    await window.showAt('?range=24h&metrics=signalbox_d_open');
    // Of 892 pixels 64 are the axis and 28 half a label: 800 are a day.
    await drag('Open', 200, 400);
    const day = NOW - 24 * HOUR;
    const zoomed = { from: String(day + 6 * HOUR), to: String(day + 12 * HOUR), back: '24h' };
    expect(query()).toEqual({ metrics: 'signalbox_d_open', ...zoomed });
    await pass(50);
    await drag('Open', 400, 600);
    expect(query()).toMatchObject({ from: String(day + 9 * HOUR), back: '24h' });
    await doing(() => void fireEvent.dblClick(over('Open'), at(1)));
    expect(query()).toEqual({ metrics: 'signalbox_d_open', range: '24h' });
  });

  it('goes on from what was recorded with what arrives', async () => {
    window.answerWith([1, 2, 3]);
    await window.showAt('?range=5m&metrics=signalbox_d_open');
    await pass(250);
    expect(screen.getByRole('button', { name: /^mean/ }).textContent).toBe('mean3');
    const source = window.model.source('d')!;
    const values = new Float64Array(source.samples.layout.size);
    values[source.samples.layout.slot('signalbox_d_open')] = 9;
    const [stream] = window.of('d');
    act(() => {
      window.greet(stream, 1);
      stream?.handlers.onMessage({
        type: 'frame',
        frame: { seq: 1, time: NOW - 1_000, skipped: 0, revision: 1, values },
      });
    });
    // Drawn with the next text, and said with the one after.
    await pass(3_000);
    expect(screen.getByRole('button', { name: /^mean/ }).textContent).toBe('mean9');
  });

  it('stands still while it is paused, and goes on afterwards', async () => {
    window.answerWith([1, 2, 3]);
    await window.showAt('?range=1h&metrics=signalbox_d_open');
    await press('Pause');
    window.answerWith([1, 2, 4]);
    await pass(120_000);
    expect(screen.getByRole('button', { name: /^mean/ }).textContent).toBe('mean3');
    await press('Resume');
    await pass(1_000);
    expect(screen.getByRole('button', { name: /^mean/ }).textContent).toBe('mean4');
  });

  it.each([
    ['5m', 1],
    ['30d', 7_200],
  ])('shows a single sample at any range, as a dot: %s', async (range, stepSeconds) => {
    const times = Array.from({ length: 300 }, (_, i) => NOW / 1_000 - (300 - i) * stepSeconds);
    const values = times.map((_, i) => (i === 150 ? 5 : null));
    const series = [{ metric: 'signalbox_d_open', stat: 'value', values }];
    window.answers['history.query'] = () => ({ ok: true, result: { stepSeconds, times, series } });
    await window.showAt(`?range=${range}&metrics=signalbox_d_open`);
    const all = window.sizes.drawn(plotOf('Open').querySelector('canvas')!);
    const now = all.slice(all.findLastIndex(({ call }) => call === 'clearRect'));
    const dots = now.filter(({ call, args: [path] }) => {
      const steps =
        (path as { readonly drawn?: readonly { readonly call: string }[] } | undefined)?.drawn ?? [];
      return call === 'fill' && steps.some((step) => step.call === 'arc');
    });
    expect(dots).toHaveLength(1);
  });

  it('does not zoom into less than four pixels', async () => {
    window.answerWith([1, 2, 3]);
    await window.showAt();
    await drag('Open', 200, 203);
    expect(query().from).toBeUndefined();
    await drag('Open', 200, 204);
    expect(query().from).toBeDefined();
  });

  it('tells time and value under the mouse', async () => {
    window.answerWith([7, 41, 5]);
    await window.showAt();
    await act(async () => {
      fireEvent.mouseEnter(over('Open'), at(14));
      fireEvent.mouseMove(over('Open'), at(14));
      await vi.advanceTimersByTimeAsync(50);
    });
    const region = screen.getByRole('region', { name: 'Open' });
    expect(region.textContent).toContain('2026-11-20 13:04:22');
    expect(within(region).getByRole('button', { name: /^mean/ }).textContent).toBe('mean41');
    await act(async () => {
      fireEvent.mouseLeave(over('Open'), at(-10));
      await vi.advanceTimersByTimeAsync(50);
    });
    expect(region.textContent).not.toContain('2026-11-20');
    expect(within(region).getByRole('button', { name: /^mean/ }).textContent).toBe('mean5');
  });

  it('switches a line off and on', async () => {
    window.answerWith([1, 2]);
    await window.showAt();
    const button = screen.getByRole('button', { name: /^mean/ });
    const linesDrawn = () => {
      const all = window.sizes.drawn(plotOf('Open').querySelector('canvas')!);
      const now = all.slice(all.findLastIndex(({ call }) => call === 'clearRect'));
      return now.filter(({ call, look }) => call === 'stroke' && look.lineWidth === 1.5).length;
    };
    expect(button.getAttribute('aria-pressed')).toBe('true');
    expect(button.getAttribute('title')).toBe('Open now');
    expect(linesDrawn()).toBe(1);
    await press(button);
    expect(button.getAttribute('aria-pressed')).toBe('false');
    expect(linesDrawn()).toBe(0);
    await press(button);
    expect(button.getAttribute('aria-pressed')).toBe('true');
    expect(linesDrawn()).toBe(1);
  });

  it('is drawn in the colours of another theme, while it is there', async () => {
    window.answerWith([1, 2]);
    await window.showAt();
    const canvas = plotOf('Open').querySelector('canvas')!;
    const times = () => window.sizes.drawn(canvas).filter(({ call }) => call === 'clearRect').length;
    const before = times();
    act(() => setLook({ theme: 'dark' }));
    await pass(0);
    expect(times()).toBeGreaterThan(before);
    cleanup();
    const left = times();
    act(() => setLook({ theme: 'system' }));
    await pass(0);
    expect(times()).toBe(left);
  });

  it('goes on in place when there are newer values', async () => {
    window.answerWith([1, 2]);
    await window.showAt();
    const canvas = plotOf('Open').querySelector('canvas');
    window.answerWith([1, 2, 9]);
    await pass(60_000);
    await pass(1_000);
    expect(screen.getByRole('button', { name: /^mean/ }).textContent).toBe('mean9');
    expect(plotOf('Open').querySelector('canvas')).toBe(canvas);
  });

  it('has the range of a gauge behind its mean, by name', async () => {
    const series = (['value', 'min', 'max'] as const).map((stat, i) => ({
      metric: 'signalbox_d_open',
      stat,
      values: [i + 1, null],
    }));
    const result = { stepSeconds: 3_600, times: [NOW / 1_000 - 60, NOW / 1_000], series };
    window.answers['history.query'] = () => ({ ok: true, result });
    await window.showAt();
    await pass(250);
    const region = within(screen.getByRole('region', { name: 'Open' }));
    expect(region.getAllByRole('button').map(({ textContent }) => textContent)).toEqual([
      'max3',
      'min2',
      'mean1',
    ]);
    expect(screen.getByRole('region', { name: 'Open' }).textContent).toContain('1 h a point');
  });

  it('is as wide as its place, and lets go of it', async () => {
    window.answerWith([1, 2]);
    await window.showAt();
    const place = plotOf('Open');
    const canvas = place.querySelector('canvas')!;
    window.sizes.resize(place, 500);
    await pass(0);
    expect(canvas.width).toBe(500);
    window.sizes.resize(place, 0);
    await pass(0);
    expect(canvas.width).toBe(500);
    cleanup();
    expect(window.sizes.followers(place)).toBe(0);
    expect(place.querySelector('canvas')).toBeNull();
  });
});
