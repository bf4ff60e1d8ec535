// @vitest-environment happy-dom
/** The charts of the History page: their lines and values, zooming, the mouse, and what makes them anew. */
import { act, cleanup, fireEvent, screen, within } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { setLook } from '../look/look.ts';
import { doing, pass, press } from '../model/test-window.tsx';
import { HistoryChart } from './history-chart.tsx';
import { historyCharts } from './history-charts.ts';
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

  it('stands there for each metric with its newest value, in words too', async () => {
    window.answerWith([7, 41.5, null]);
    await window.showAt();
    expect(screen.getByText(/Drag over a chart/).textContent).toMatch(/One point every 60 s\.$/);
    expect(plotOf('Open').getAttribute('aria-label')).toBe('Chart: Open. value 42');
    expect(screen.getByRole('button', { name: /^value/ }).textContent).toBe('value42');
  });

  it('zooms into what was dragged over, and goes back with a double click', async () => {
    window.answerWith([1, 2, 3]);
    await window.showAt('#/h/a/history?source=d&metrics=signalbox_d_open&range=24h');
    // Of 904 pixels 76 are the axis and 28 half a label: 800 are a day.
    await drag('Open', 200, 400);
    const day = NOW - 24 * HOUR;
    expect(query()).toEqual({
      source: 'd',
      metrics: 'signalbox_d_open',
      from: String(day + 6 * HOUR),
      to: String(day + 12 * HOUR),
      back: '24h',
    });
    await doing(() => void fireEvent.dblClick(over('Open'), at(1)));
    expect(query()).toEqual({ source: 'd', metrics: 'signalbox_d_open', range: '24h' });
  });

  it('zooms further in without forgetting what was looked at first', async () => {
    window.answerWith([1, 2, 3]);
    await window.showAt(`#/h/a/history?metrics=signalbox_d_open&from=${NOW - 8 * HOUR}&to=${NOW}&back=7d`);
    await drag('Open', 400, 600);
    expect(query()).toMatchObject({ from: String(NOW - 4 * HOUR), to: String(NOW - 2 * HOUR), back: '7d' });
  });

  it('tells whoever shows it now what was dragged over, and selects nothing any more', async () => {
    const times = [NOW / 1_000 - 60, NOW / 1_000];
    const series = [{ metric: 'signalbox_d_open', stat: 'value' as const, values: [1, 2] }];
    const [chart] = historyCharts('d', [], ['signalbox_d_open'], { stepSeconds: 60, times, series });
    const zooms = [vi.fn(), vi.fn()] as const;
    const showing = (onZoom: () => void) => (
      <HistoryChart {...{ chart: chart!, times, from: NOW - HOUR, to: NOW, onZoom, onZoomReset: () => {} }} />
    );
    const { rerender } = await window.show(showing(zooms[0]));
    rerender(showing(zooms[1]));
    await drag('Open', 200, 400);
    expect(zooms.map(({ mock }) => mock.calls)).toEqual([
      [],
      [[(NOW - HOUR) / 1_000 + 900, (NOW - HOUR) / 1_000 + 1_800]],
    ]);
    const { left, top, width, height } = plotOf('Open').querySelector<HTMLElement>('.u-select')!.style;
    expect([left, top, width, height]).toEqual(['0px', '0px', '0px', '0px']);
  });

  it('goes back to the last hour where the address does not say from where it was zoomed', async () => {
    window.answerWith([1, 2, 3]);
    await window.showAt(`#/h/a/history?metrics=signalbox_d_open&from=${NOW - 8 * HOUR}&to=${NOW}`);
    await drag('Open', 400, 600);
    expect(query().back).toBe('1h');
  });

  it('does not zoom into less than four pixels', async () => {
    window.answerWith([1, 2, 3]);
    await window.showAt();
    await drag('Open', 200, 203);
    expect(query()).toEqual({});
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
    expect(within(region).getByRole('button').textContent).toBe('value41');
    await act(async () => {
      fireEvent.mouseLeave(over('Open'), at(-10));
      await vi.advanceTimersByTimeAsync(50);
    });
    expect(region.textContent).not.toContain('2026-11-20');
    expect(within(region).getByRole('button').textContent).toBe('value5');
  });

  it('switches a line off and on', async () => {
    window.answerWith([1, 2]);
    await window.showAt();
    const button = screen.getByRole('button', { name: /^value/ });
    const linesDrawn = () => {
      const all = window.sizes.drawn(plotOf('Open').querySelector('canvas')!);
      const now = all.slice(all.findLastIndex(({ call }) => call === 'clearRect'));
      return now.filter(({ call, look }) => call === 'stroke' && look.lineWidth === 1.25).length;
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

  it('goes on in place when there are newer values, and is another where there are other lines', async () => {
    window.answerWith([1, 2]);
    await window.showAt();
    const canvas = plotOf('Open').querySelector('canvas');
    window.answerWith([1, 2, 9]);
    await pass(10_000);
    await pass(1_000);
    expect(screen.getByRole('button', { name: /^value/ }).textContent).toBe('value9');
    expect(plotOf('Open').querySelector('canvas')).toBe(canvas);
    expect(plotOf('Open').getAttribute('aria-label')).toBe('Chart: Open. value 9');
  });

  it('has the lines that the newest answer has, which can be switched as those before', async () => {
    window.answerWith([1, 2]);
    await window.showAt();
    await press(screen.getByRole('button', { name: /^value/ }));
    const series = (['value', 'min', 'max'] as const).map((stat, i) => ({
      metric: 'signalbox_d_open',
      stat,
      values: [i + 1, i + 1],
    }));
    const result = { stepSeconds: 60, times: [NOW / 1_000 - 60, NOW / 1_000], series };
    window.answers['history.query'] = () => ({ ok: true, result });
    await pass(10_000);
    await pass(1_000);
    const lines = () =>
      within(screen.getByRole('region', { name: 'Open' }))
        .getAllByRole('button')
        .map((button) => [button.textContent, button.getAttribute('aria-pressed')]);
    expect(lines()).toEqual([
      ['max3', 'true'],
      ['min2', 'true'],
      ['mean1', 'true'],
    ]);
    await press(screen.getByRole('button', { name: /^mean/ }));
    expect(lines().map(([, on]) => on)).toEqual(['true', 'true', 'false']);
  });

  it('has a line for each figure that was kept, by name', async () => {
    const series = (['value', 'min', 'max'] as const).map((stat, i) => ({
      metric: 'signalbox_d_open',
      stat,
      values: [i + 1, null],
    }));
    const result = { stepSeconds: 3_600, times: [NOW / 1_000 - 60, NOW / 1_000], series };
    window.answers['history.query'] = () => ({ ok: true, result });
    await window.showAt();
    const region = within(screen.getByRole('region', { name: 'Open' }));
    expect(region.getAllByRole('button').map(({ textContent }) => textContent)).toEqual([
      'max3',
      'min2',
      'mean1',
    ]);
    expect(screen.getByText(/Drag over a chart/).textContent).toMatch(/One point every 1 h\.$/);
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
