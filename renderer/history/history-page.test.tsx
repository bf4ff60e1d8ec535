// @vitest-environment happy-dom
/** The History page: what its address and its controls ask for, and what is said where there is nothing to draw. */
import { act, cleanup, fireEvent, screen, within } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { testScreen } from '../model/test-screen.ts';
import {
  doing,
  enter,
  goTo,
  manifestOf,
  pass,
  press,
  submit,
  type TestWindow,
  testWindow,
} from '../model/test-window.tsx';
import { setTheme } from '../shell/theme.ts';
import { HistoryPage } from './history-page.tsx';

const NOW = new Date(2026, 10, 20, 14, 3, 22).getTime();
const HOUR = 3_600_000;
const CLOSING = 100;
const OWN = ['cpu_ratio', 'resident_memory_bytes', 'loop_delay_seconds'];
const ownOf = (source: string) => OWN.map((name) => `signalbox_${source}_${name}`);
const D = ['signalbox_d_open', 'signalbox_d_taken_total', ...ownOf('d')];

const MANIFESTS = [
  manifestOf({ id: 'recorder', internal: true }),
  manifestOf({
    metrics: [
      { name: 'signalbox_d_open', kind: 'gauge', unit: 'count', help: 'Open now' },
      { name: 'signalbox_d_taken_total', kind: 'counter', unit: 'count', help: 'Taken so far' },
    ],
    highlights: { connections: 'signalbox_d_open', messages: 'signalbox_d_taken_total' },
  }),
  manifestOf({ id: 'e', highlights: {} }),
];

let window: TestWindow;
let sizes: ReturnType<typeof testScreen>;
beforeEach(async () => {
  vi.useFakeTimers({ now: NOW });
  sizes = testScreen();
  for (let n = 1; n <= 8; n++) document.documentElement.style.setProperty(`--series-${n}`, `color${n}`);
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(904);
  window = await testWindow({ manifests: MANIFESTS });
  vi.spyOn(window.model, 'hostNow').mockReturnValue(NOW);
});
afterEach(async () => {
  cleanup();
  window.close();
  await goTo('');
  document.documentElement.removeAttribute('style');
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

interface Asked {
  readonly source: string;
  readonly metrics: readonly string[];
  readonly from: number;
  readonly to: number;
}
const asked = () => window.argsOf('history.query').at(-1) as Asked;
const query = () => Object.fromEntries(new URLSearchParams(location.hash.split('?')[1]));
const answerWith = (values: readonly (number | null)[], metric = 'signalbox_d_open') => {
  const times = values.map((_, i) => NOW / 1_000 - 3_600 + i * 60);
  const result = { stepSeconds: 60, times, series: [{ metric, stat: 'value', values }] };
  window.answers['history.query'] = () => ({ ok: true, result });
};
async function show(hash = '#/h/a/history') {
  await goTo(hash);
  await window.show(<HistoryPage />);
}
async function openPicker() {
  await press(screen.getByRole('button', { name: /^Metrics \(/ }));
  await pass(CLOSING);
}

describe('what is looked at', () => {
  it('is first the last hour of the first daemon of the operator: its highlights and what every process takes', async () => {
    await show();
    expect(asked()).toMatchObject({ source: 'd', metrics: D, from: (NOW - HOUR) / 1_000, to: NOW / 1_000 });
    expect((screen.getByLabelText('Process') as HTMLSelectElement).value).toBe('d');
    expect(screen.getByRole('button', { name: 'Metrics (5)' })).toBeDefined();
    expect((screen.getByRole('radio', { name: '1 h' }) as HTMLInputElement).checked).toBe(true);
    expect(screen.queryByRole('button', { name: 'Reset zoom' })).toBeNull();
  });

  it('is main where there is no daemon of the operator', async () => {
    window.close();
    window = await testWindow({ manifests: MANIFESTS.slice(0, 1) });
    await show();
    expect(asked()).toMatchObject({ source: 'main', metrics: ownOf('main') });
  });

  it('is what the address says', async () => {
    await show('#/h/a/history?source=e&metrics=m,n&range=5m');
    expect(asked()).toMatchObject({ source: 'e', metrics: ['m', 'n'], from: (NOW - 300_000) / 1_000 });
  });

  it('is another process with its own metrics once one is chosen', async () => {
    await show();
    const list = screen.getByLabelText('Process') as HTMLSelectElement;
    expect([...list.options].map(({ value }) => value)).toEqual(['recorder', 'd', 'e', 'main']);
    await enter(list, 'e');
    expect(asked()).toMatchObject({ source: 'e', metrics: ownOf('e') });
    expect(query()).toEqual({ source: 'e', metrics: ownOf('e').join(','), range: '1h' });
  });

  it.each([
    ['Live 5 min', '5m', HOUR / 12],
    ['1 h', '1h', HOUR],
    ['24 h', '24h', 24 * HOUR],
    ['7 d', '7d', 168 * HOUR],
    ['30 d', '30d', 720 * HOUR],
  ])('is %s once that is chosen', async (name, range, ms) => {
    await show('#/h/a/history?from=1000&to=2000');
    await press(screen.getByRole('radio', { name }));
    expect(query().range).toBe(range);
    expect(asked()).toMatchObject({ from: (NOW - ms) / 1_000, to: NOW / 1_000 });
  });
});

describe('two points in time', () => {
  const field = (name: string) => screen.getByLabelText(name) as HTMLInputElement;

  it('are those that are shown until others are entered, and are looked between', async () => {
    await show();
    expect([field('From').value, field('To').value]).toEqual(['2026-11-20 13:03:22', '2026-11-20 14:03:22']);
    expect([field('From'), field('To')].map((one) => one.getAttribute('aria-invalid'))).toEqual([
      'false',
      'false',
    ]);
    await enter(field('From'), '2026-11-20 13:30:00');
    await submit(field('From'));
    const from = new Date(2026, 10, 20, 13, 30).getTime();
    expect(asked()).toMatchObject({ from: from / 1_000, to: NOW / 1_000 });
    expect(query()).toMatchObject({ from: String(from), to: String(NOW) });
    expect(screen.getAllByRole('radio').every((radio) => !(radio as HTMLInputElement).checked)).toBe(true);
    expect(field('From').value).toBe('2026-11-20 13:30:00');
  });

  it('are refused where they are no range', async () => {
    await show();
    await enter(field('To'), '2026-11-20 13:03:22');
    expect(screen.getByRole('alert').textContent).toMatch(/“From” must be a time before “To”/);
    expect(field('To').getAttribute('aria-invalid')).toBe('true');
    expect(screen.getByRole('button', { name: 'Apply' }).getAttribute('aria-disabled')).toBe('true');
    await submit(field('To'));
    expect(query()).toEqual({});
    await enter(field('To'), '2026-11-20 13:03:23');
    expect(screen.queryByRole('alert')).toBeNull();
    expect(screen.getByRole('button', { name: 'Apply' }).getAttribute('aria-disabled')).toBe('false');
  });

  it('are left for the last hour, or for what was looked at before', async () => {
    await show('#/h/a/history?from=1000&to=2000');
    await press('Reset zoom');
    expect(query().range).toBe('1h');
    await goTo('#/h/a/history?from=1000&to=2000&back=7d');
    await press('Reset zoom');
    expect(query().range).toBe('7d');
    await goTo('#/h/a/history?from=1000&to=2000&back=toString');
    await press('Reset zoom');
    expect(query().range).toBe('1h');
  });
});

describe('the metrics', () => {
  const boxes = () =>
    screen
      .getAllByRole('checkbox')
      .map((box) => [box.closest('label')?.textContent, (box as HTMLInputElement).checked]);

  it('are chosen from those of the process, with what they mean', async () => {
    await show('#/h/a/history?source=d&metrics=signalbox_d_open');
    await openPicker();
    expect(boxes()).toContainEqual(['openOpen now', true]);
    expect(boxes()).toContainEqual(['takenTaken so far', false]);
    expect(screen.getByText('Each metric gets a chart of its own.')).toBeDefined();
    await press(screen.getByRole('checkbox', { name: /^taken/ }));
    expect(asked().metrics).toEqual(['signalbox_d_open', 'signalbox_d_taken_total']);
    await press(screen.getByRole('checkbox', { name: /^open/ }));
    expect(asked().metrics).toEqual(['signalbox_d_taken_total']);
  });

  it('are found by any words of their names and meanings', async () => {
    await show();
    await openPicker();
    const filter = screen.getByRole('searchbox', { name: 'Filter metrics' });
    await enter(filter, 'SO taken');
    expect(boxes().map(([text]) => text)).toEqual(['takenTaken so far']);
    await enter(filter, 'taken nothing');
    expect(screen.queryAllByRole('checkbox')).toEqual([]);
    await enter(filter, '_d_open');
    expect(boxes().map(([text]) => text)).toEqual(['openOpen now']);
  });

  it('are no more than twelve', async () => {
    const many = (count: number) => Array.from({ length: count }, (_, i) => `m${i}`).join(',');
    await show(`#/h/a/history?source=d&metrics=${many(11)},signalbox_d_open`);
    await openPicker();
    expect(screen.getByText('At most 12 metrics are shown at once.')).toBeDefined();
    const box = (name: RegExp) => screen.getByRole('checkbox', { name }) as HTMLInputElement;
    expect([box(/^open/).disabled, box(/^taken/).disabled]).toEqual([false, true]);
    await press(box(/^open/));
    expect([box(/^open/).disabled, box(/^taken/).disabled]).toEqual([false, false]);
  });
});

describe('where there is nothing to draw the page says', () => {
  it('that it reads', async () => {
    window.hold('history.query');
    await show();
    expect(screen.getByText('Reading history…')).toBeDefined();
  });

  it('that no metric is chosen', async () => {
    await show('#/h/a/history?metrics=,');
    expect(screen.getByText('No metric is chosen')).toBeDefined();
    expect(screen.getByText('Choose what to look at under Metrics.')).toBeDefined();
  });

  it.each([
    ['no values', [null, null]],
    ['no times', []],
  ])('that nothing was recorded: %s', async (_what, values) => {
    answerWith(values);
    await show();
    expect(screen.getByText('Nothing was recorded in this range')).toBeDefined();
    expect(screen.getByText(/older than what is kept: 30 days/)).toBeDefined();
  });

  it.each([
    ['history_paused', 'History cannot be read at present'],
    ['timeout', 'History could not be read'],
  ])('after %s that it could not be read, and tries again', async (code, title) => {
    window.answers['history.query'] = () => ({ ok: false, error: { code, message: 'no answer' } });
    await show();
    expect(screen.getByText(title)).toBeDefined();
    expect(screen.getByText('no answer')).toBeDefined();
    answerWith([1, 2]);
    await press('Try again');
    expect(screen.queryByText(title)).toBeNull();
    expect(screen.getByRole('heading', { name: 'Open' })).toBeDefined();
  });
});

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
    answerWith([7, 41.5, null]);
    await show();
    expect(screen.getByText(/Drag over a chart/).textContent).toMatch(/One point every 60 s\.$/);
    expect(plotOf('Open').getAttribute('aria-label')).toBe('Chart: Open. value 42');
    expect(screen.getByRole('button', { name: /^value/ }).textContent).toBe('value42');
  });

  it('zooms into what was dragged over, and goes back with a double click', async () => {
    answerWith([1, 2, 3]);
    await show('#/h/a/history?source=d&metrics=signalbox_d_open&range=24h');
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
    answerWith([1, 2, 3]);
    await show(`#/h/a/history?metrics=signalbox_d_open&from=${NOW - 8 * HOUR}&to=${NOW}&back=7d`);
    await drag('Open', 400, 600);
    expect(query()).toMatchObject({ from: String(NOW - 4 * HOUR), to: String(NOW - 2 * HOUR), back: '7d' });
  });

  it('goes back to the last hour where the address does not say from where it was zoomed', async () => {
    answerWith([1, 2, 3]);
    await show(`#/h/a/history?metrics=signalbox_d_open&from=${NOW - 8 * HOUR}&to=${NOW}`);
    await drag('Open', 400, 600);
    expect(query().back).toBe('1h');
  });

  it('does not zoom into less than four pixels', async () => {
    answerWith([1, 2, 3]);
    await show();
    await drag('Open', 200, 203);
    expect(query()).toEqual({});
    await drag('Open', 200, 204);
    expect(query().from).toBeDefined();
  });

  it('tells time and value under the mouse', async () => {
    answerWith([7, 41, 5]);
    await show();
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
    answerWith([1, 2]);
    await show();
    const button = screen.getByRole('button', { name: /^value/ });
    const linesDrawn = () => {
      const all = sizes.drawn(plotOf('Open').querySelector('canvas')!);
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
    answerWith([1, 2]);
    await show();
    const canvas = plotOf('Open').querySelector('canvas')!;
    const times = () => sizes.drawn(canvas).filter(({ call }) => call === 'clearRect').length;
    const before = times();
    act(() => setTheme('dark'));
    await pass(0);
    expect(times()).toBeGreaterThan(before);
    cleanup();
    const left = times();
    act(() => setTheme('system'));
    await pass(0);
    expect(times()).toBe(left);
  });

  it('goes on in place when there are newer values, and is another where there are other lines', async () => {
    answerWith([1, 2]);
    await show();
    const canvas = plotOf('Open').querySelector('canvas');
    answerWith([1, 2, 9]);
    await pass(10_000);
    await pass(1_000);
    expect(screen.getByRole('button', { name: /^value/ }).textContent).toBe('value9');
    expect(plotOf('Open').querySelector('canvas')).toBe(canvas);
    expect(plotOf('Open').getAttribute('aria-label')).toBe('Chart: Open. value 9');
  });

  it('has the lines that the newest answer has, which can be switched as those before', async () => {
    answerWith([1, 2]);
    await show();
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
    await show();
    const region = within(screen.getByRole('region', { name: 'Open' }));
    expect(region.getAllByRole('button').map(({ textContent }) => textContent)).toEqual([
      'max3',
      'min2',
      'mean1',
    ]);
    expect(screen.getByText(/Drag over a chart/).textContent).toMatch(/One point every 1 h\.$/);
  });

  it('is as wide as its place, and lets go of it', async () => {
    answerWith([1, 2]);
    await show();
    const place = plotOf('Open');
    const canvas = place.querySelector('canvas')!;
    sizes.resize(place, 500);
    await pass(0);
    expect(canvas.width).toBe(500);
    sizes.resize(place, 0);
    await pass(0);
    expect(canvas.width).toBe(500);
    cleanup();
    expect(sizes.followers(place)).toBe(0);
    expect(place.querySelector('canvas')).toBeNull();
  });
});
