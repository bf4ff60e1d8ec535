// @vitest-environment happy-dom
/** The History page: what its address and its controls ask for, and what is said where there is nothing to draw. */
import { screen } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { enter, goTo, pass, press, submit } from '../model/test-window.tsx';
import { HOUR, historyWindow, MANIFESTS, NOW, query } from './test-history.tsx';

const CLOSING = 100;
const OWN = ['cpu_ratio', 'resident_memory_bytes', 'loop_delay_seconds'];
const ownOf = (source: string) => OWN.map((name) => `signalbox_${source}_${name}`);
const D = ['signalbox_d_open', 'signalbox_d_taken_total', ...ownOf('d')];

let window: Awaited<ReturnType<typeof historyWindow>>;
beforeEach(async () => {
  window = await historyWindow();
});
afterEach(() => window.close());

async function openPicker() {
  await press(screen.getByRole('button', { name: /^Metrics \(/ }));
  await pass(CLOSING);
}

describe('what is looked at', () => {
  it('is first the last hour of the first daemon of the operator: its highlights and what every process takes', async () => {
    await window.showAt();
    expect(window.asked()).toMatchObject({
      source: 'd',
      metrics: D,
      from: (NOW - HOUR) / 1_000,
      to: NOW / 1_000,
    });
    expect((screen.getByLabelText('Process') as HTMLSelectElement).value).toBe('d');
    expect(screen.getByRole('button', { name: 'Metrics (5)' })).toBeDefined();
    expect((screen.getByRole('radio', { name: '1 h' }) as HTMLInputElement).checked).toBe(true);
    expect(screen.queryByRole('button', { name: 'Reset zoom' })).toBeNull();
  });

  it('is main where there is no daemon of the operator', async () => {
    await window.close();
    window = await historyWindow(MANIFESTS.slice(0, 1));
    await window.showAt();
    expect(window.asked()).toMatchObject({ source: 'main', metrics: ownOf('main') });
  });

  it('is what the address says', async () => {
    await window.showAt('#/h/a/history?source=e&metrics=m,n&range=5m');
    expect(window.asked()).toMatchObject({ source: 'e', metrics: ['m', 'n'], from: (NOW - 300_000) / 1_000 });
  });

  it('is another process with its own metrics once one is chosen', async () => {
    await window.showAt();
    const list = screen.getByLabelText('Process') as HTMLSelectElement;
    expect([...list.options].map(({ value }) => value)).toEqual(['recorder', 'd', 'e', 'main']);
    await enter(list, 'e');
    expect(window.asked()).toMatchObject({ source: 'e', metrics: ownOf('e') });
    expect(query()).toEqual({ source: 'e', metrics: ownOf('e').join(','), range: '1h' });
    await enter(list, 'd');
    expect(window.asked()).toMatchObject({
      source: 'd',
      metrics: ['signalbox_d_open', 'signalbox_d_taken_total', ...ownOf('d')],
    });
  });

  it.each([
    ['Live 5 min', '5m', HOUR / 12],
    ['1 h', '1h', HOUR],
    ['24 h', '24h', 24 * HOUR],
    ['7 d', '7d', 168 * HOUR],
    ['30 d', '30d', 720 * HOUR],
  ])('is %s once that is chosen', async (name, range, ms) => {
    await window.showAt('#/h/a/history?from=1000&to=2000');
    await press(screen.getByRole('radio', { name }));
    expect(query().range).toBe(range);
    expect(window.asked()).toMatchObject({ from: (NOW - ms) / 1_000, to: NOW / 1_000 });
  });
});

describe('two points in time', () => {
  const field = (name: string) => screen.getByLabelText(name) as HTMLInputElement;

  it('are those that are shown until others are entered, and are looked between', async () => {
    await window.showAt();
    expect([field('From').value, field('To').value]).toEqual(['2026-11-20 13:03:22', '2026-11-20 14:03:22']);
    expect([field('From'), field('To')].map((one) => one.getAttribute('aria-invalid'))).toEqual([
      'false',
      'false',
    ]);
    await enter(field('From'), '2026-11-20 13:30:00');
    await submit(field('From'));
    const from = new Date(2026, 10, 20, 13, 30).getTime();
    expect(window.asked()).toMatchObject({ from: from / 1_000, to: NOW / 1_000 });
    expect(query()).toMatchObject({ from: String(from), to: String(NOW) });
    expect(screen.getAllByRole('radio').every((radio) => !(radio as HTMLInputElement).checked)).toBe(true);
    expect(field('From').value).toBe('2026-11-20 13:30:00');
  });

  it('are refused where they are no range', async () => {
    await window.showAt();
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
    await window.showAt('#/h/a/history?from=1000&to=2000');
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
    await window.showAt('#/h/a/history?source=d&metrics=signalbox_d_open');
    await openPicker();
    expect(boxes()).toContainEqual(['openOpen now', true]);
    expect(boxes()).toContainEqual(['takenTaken so far', false]);
    expect(screen.getByText('Each metric gets a chart of its own.')).toBeDefined();
    await press(screen.getByRole('checkbox', { name: /^taken/ }));
    expect(window.asked().metrics).toEqual(['signalbox_d_open', 'signalbox_d_taken_total']);
    await press(screen.getByRole('checkbox', { name: /^open/ }));
    expect(window.asked().metrics).toEqual(['signalbox_d_taken_total']);
  });

  it('are found by any words of their names and meanings', async () => {
    await window.showAt();
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
    await window.showAt(`#/h/a/history?source=d&metrics=${many(11)},signalbox_d_open`);
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
    await window.showAt();
    expect(screen.getByText('Reading history…')).toBeDefined();
  });

  it('that no metric is chosen', async () => {
    await window.showAt('#/h/a/history?metrics=,');
    expect(screen.getByText('No metric is chosen')).toBeDefined();
    expect(screen.getByText('Choose what to look at under Metrics.')).toBeDefined();
  });

  it.each([
    ['no values', [null, null]],
    ['no times', []],
  ])('that nothing was recorded: %s', async (_what, values) => {
    window.answerWith(values);
    await window.showAt();
    expect(screen.getByText('Nothing was recorded in this range')).toBeDefined();
    expect(screen.getByText(/older than what is kept: 30 days/)).toBeDefined();
  });

  it.each([
    ['history_paused', 'History cannot be read at present'],
    ['timeout', 'History could not be read'],
  ])('after %s that it could not be read, and tries again', async (code, title) => {
    window.answers['history.query'] = () => ({ ok: false, error: { code, message: 'no answer' } });
    await window.showAt();
    expect(screen.getByText(title)).toBeDefined();
    expect(screen.getByText('no answer')).toBeDefined();
    window.answerWith([1, 2]);
    await press('Try again');
    expect(screen.queryByText(title)).toBeNull();
    expect(screen.getByRole('heading', { name: 'Open' })).toBeDefined();
  });
});
