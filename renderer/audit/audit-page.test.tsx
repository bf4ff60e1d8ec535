// @vitest-environment happy-dom
/** The Audit page: what a row says, what is said where there is none, and what is asked for by the filter. */
import { act, cleanup, screen, within } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AuditEntry } from '../../contract/control/audit.ts';
import { testScreen } from '../model/test-screen.ts';
import {
  enter,
  goTo,
  key,
  manifestOf,
  pass,
  press,
  type TestWindow,
  testWindow,
} from '../model/test-window.tsx';
import { AuditPage } from './audit-page.tsx';

/** How long a filter that is typed must rest, in milliseconds. */
const REST = 150;
const NOW = new Date(2026, 10, 20, 14, 3, 22).getTime();
const HOUR = 3_600_000;

const entry = (id: number, change: Partial<AuditEntry> = {}): AuditEntry => ({
  id,
  key: `k${id}`,
  time: NOW,
  actor: 'ann',
  from: 'cli',
  action: 'command',
  target: 'd',
  command: 'drop',
  args: {},
  ok: true,
  outcome: '{"clients":3}',
  durationMs: 12.5,
  effects: [],
  ...change,
});
const page = (entries: readonly AuditEntry[], more = false) => ({ ok: true, result: { entries, more } });

let window: TestWindow;
let sizes: ReturnType<typeof testScreen>;
beforeEach(async () => {
  vi.useFakeTimers({ now: NOW });
  sizes = testScreen();
  window = await testWindow({ manifests: [manifestOf(), manifestOf({ id: 'e' })] });
  window.answers['audit.query'] = () => page([]);
});
afterEach(() => {
  cleanup();
  window.close();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

async function show(...entries: readonly AuditEntry[]) {
  if (entries.length > 0) window.answers['audit.query'] = () => page(entries);
  await window.show(<AuditPage />);
  await pass(REST);
}
const asked = () => window.argsOf('audit.query').at(-1);
const cells = () =>
  screen.getAllByRole('row').map((row) => [...row.children].map((cell) => cell.textContent));

describe('the rows of the audit trail', () => {
  it('say when, who did what, what it moved, from where and how long it took', async () => {
    const effects = [{ metric: 'signalbox_d_open', before: 12_345, after: 3 }];
    await show(
      entry(2, { effects }),
      entry(1, { actor: 'bob', from: 'd', ok: false, outcome: 'not_found: no such nick' }),
    );
    expect(cells()).toEqual([
      ['', 'Time', 'What was done', 'Effect', 'Action', 'From', 'Duration'],
      ['', '14:03:22', 'okann ran d drop', '12.3k → 3', 'd drop', 'command line', '12.5 ms'],
      [
        '',
        '14:03:22',
        'failedbob could not run d drop: not_found: no such nick',
        '',
        'd drop',
        'd',
        '12.5 ms',
      ],
    ]);
    const bar = screen.getByRole('img', { name: 'signalbox_d_open: 12.3k before, 3 after' });
    const widths = [...bar.querySelectorAll('rect')].map((one) => Number(one.getAttribute('width')));
    expect(widths).toEqual([100, (3 / 12_345) * 100]);
  });

  it('are sentences by what the manifest declares', async () => {
    const ban = {
      ...manifestOf().commands[0]!,
      name: 'ban',
      sentence: 'ban|banned {mask}[ {minutes}][, {=dropped} dropped]',
    };
    window.model.store.setState(({ host }) => ({
      host: { ...host!, manifests: [{ ...manifestOf(), commands: [ban] }] },
    }));
    await show(
      entry(1, { command: 'ban', args: { mask: '*@10.9.8.0/24', minutes: 1_440 }, outcome: '{"dropped":9}' }),
    );
    expect(cells()[1]?.[2]).toBe('okann banned *@10.9.8.0/24 for 1 day, 9 dropped');
  });

  it('tell what went well from what failed by an icon and a colour too', async () => {
    await show(entry(2), entry(1, { ok: false }));
    const looks = ['ok', 'failed'].map((word) => {
      const sign = within(screen.getByRole('table')).getByText(word).parentElement!;
      return [sign.querySelector('path')?.getAttribute('d'), sign.className];
    });
    expect(looks).toEqual([
      ['M4 10.5 8 15l8-10', 'text-good'],
      [expect.stringMatching(/^M10 2a8 8/), 'text-bad'],
    ]);
  });

  it('are the sentence with its time where the table is narrower than 960 pixels', async () => {
    await show(entry(1));
    const card = screen.getByRole('table').closest('.overflow-hidden') as Element;
    sizes.resize(card, 959);
    expect(cells()).toEqual([
      ['', 'Time', 'What was done'],
      ['', '14:03:22', 'okann ran d dropd drop'],
    ]);
    sizes.resize(card, 960);
    expect(cells()[0]).toContain('Effect');
  });

  it('are gone through by arrow keys, and what comes meanwhile is seen to come', async () => {
    await show(entry(3), entry(2), entry(1));
    const buttons = screen.getAllByRole('button', { name: 'Details of d drop' });
    const at = () => buttons.indexOf(document.activeElement as HTMLElement);
    buttons[0]?.focus();
    const gone: number[] = [];
    for (const name of ['ArrowDown', 'End', 'ArrowDown', 'ArrowUp', 'Home', 'ArrowUp']) {
      expect(await key(document.activeElement!, name)).toBe(false);
      gone.push(at());
    }
    expect(gone).toEqual([1, 2, 2, 1, 0, 0]);
    expect(await key(document.activeElement!, 'Enter')).toBe(true);
    const { id: _, ...arrived } = entry(4);
    act(() => window.emit({ type: 'audit', entry: arrived }));
    const rows = screen.getAllByRole('row').slice(1);
    expect(rows.map(({ className }) => className.includes('appears'))).toEqual([true, false, false, false]);
  });

  it('show what a setting was before and after', async () => {
    await show(entry(1, { outcome: '{"before":{"a":1,"b":2},"after":{"a":3,"b":2}}' }));
    await press('Details of d drop');
    const title = screen.getByRole('heading', { name: 'Before and after' });
    expect(title.nextElementSibling?.textContent).toBe('a1 → 3');
  });

  it('show arguments, effects and the outcome as it was written once they are opened', async () => {
    const effects = [{ metric: 'signalbox_d_open', before: 12_345, after: 3 }];
    await show(entry(1, { args: { nick: 'eve', minutes: 5 }, effects }));
    const button = screen.getByRole('button', { name: 'Details of d drop' });
    expect(button.getAttribute('aria-expanded')).toBe('false');
    expect(screen.queryByText('Arguments')).toBeNull();
    await press(button);
    expect(button.getAttribute('aria-expanded')).toBe('true');
    const details = screen.getAllByRole('row')[2]!;
    const terms = within(details).getAllByRole('term');
    expect(terms.map((term) => [term.textContent, term.nextElementSibling?.textContent])).toEqual([
      ['nick', 'eve'],
      ['minutes', '5'],
      ['signalbox_d_open', '12.3k → 3'],
    ]);
    expect(within(details).getByText('{"clients":3}')).toBeDefined();
    expect(within(details).queryByText('none')).toBeNull();
    const columns = () => cells()[0]!.length;
    const spanned = () => details.querySelector<HTMLTableCellElement>('td[colspan]')!.colSpan + 1;
    expect(spanned()).toBe(columns());
    sizes.resize(screen.getByRole('table').closest('.overflow-hidden')!, 600);
    expect([spanned(), columns()]).toEqual([3, 3]);
    await press(button);
    expect(screen.queryByText('Arguments')).toBeNull();
  });

  it('say of a slow action how long it waited, behind what, and how long it was at work', async () => {
    const timing = { queueMs: 1_200, workMs: 30, ahead: [{ name: 'history', count: 3 }] };
    await show(entry(1, { timing }));
    expect(screen.queryByText(/in queue/)).toBeNull();
    await press('Details of d drop');
    expect(screen.getByText('1.2 s in queue behind history x 3, 30 ms in work')).toBeDefined();
  });

  it('say where there are neither arguments nor effects', async () => {
    await show(entry(1));
    await press('Details of d drop');
    expect(screen.getAllByText('none')).toHaveLength(2);
  });
});

describe('where there are no rows', () => {
  it('the page says that it reads, then that nothing was done yet', async () => {
    const pending = window.hold('audit.query');
    await window.show(<AuditPage />);
    expect(screen.getByText('Reading…')).toBeDefined();
    await pending[0]?.answer({ ok: true, result: { entries: [], more: false } });
    expect(screen.getByText('Nothing has been done yet')).toBeDefined();
    expect(screen.getByText(/Start a daemon/)).toBeDefined();
    expect(screen.queryByRole('table')).toBeNull();
  });

  it('it says that no entry matches what is looked for', async () => {
    await show();
    await enter(screen.getByRole('searchbox', { name: 'Search the audit trail' }), 'eve');
    await pass(REST);
    expect(screen.getByText('No entry matches')).toBeDefined();
    expect(screen.queryByText(/Start a daemon/)).toBeNull();
  });

  it('it says of a range of time that nothing was done in it', async () => {
    await goTo('#/h/a/audit?range=1h');
    await show();
    expect(screen.getByText('Nothing was done in this range of time')).toBeDefined();
    await enter(screen.getByRole('searchbox', { name: 'Search the audit trail' }), 'eve');
    await pass(REST);
    expect(screen.getByText('No entry matches')).toBeDefined();
    await goTo('');
  });

  it.each([
    ['history_paused', 'The audit trail cannot be read at present', /written to the journal/],
    ['timeout', 'The audit trail could not be read', /^no answer$/],
  ])('it says after %s that it could not be read, and tries again', async (code, title, hint) => {
    window.answers['audit.query'] = () => ({ ok: false, error: { code, message: 'no answer' } });
    await show();
    expect(screen.getByText(title)).toBeDefined();
    expect(screen.getByText(hint)).toBeDefined();
    expect(screen.getByText('Nothing could be read')).toBeDefined();
    window.answers['audit.query'] = () => page([entry(1)]);
    await press('Try again');
    await pass(REST);
    expect(screen.queryByText(title)).toBeNull();
    expect(screen.getAllByRole('row')).toHaveLength(2);
  });
});

it('reads older entries on request, once at a time', async () => {
  window.answers['audit.query'] = () => page([entry(9)], true);
  await show();
  const pending = window.hold('audit.query');
  await press('Show older entries');
  const busy = screen.getByRole('button', { name: 'Reading…' });
  await press(busy);
  expect(pending.map(({ args }) => args)).toEqual([{ limit: 100, before: 9, reads: false }]);
  await pending[0]?.answer(page([entry(8)]));
  expect(screen.getAllByRole('row')).toHaveLength(3);
  expect(screen.queryByRole('button', { name: 'Show older entries' })).toBeNull();
});

describe('the filter', () => {
  const offered = (list: Element) =>
    [...list.querySelectorAll('option')].map(({ value, textContent }) => [value, textContent]);

  it('offers the outcomes, and the people that are there', async () => {
    await show(entry(3, { actor: 'zoe' }), entry(2), entry(1));
    expect(offered(screen.getByRole('combobox', { name: 'Outcome' }))).toEqual([
      ['', 'Any outcome'],
      ['ok', 'ok'],
      ['failed', 'failed'],
    ]);
    expect(offered(document.querySelector('datalist')!).map(([value]) => value)).toEqual(['ann', 'zoe']);
  });

  it('asks for an outcome and a person, together and no longer', async () => {
    await show();
    const choose = async (name: string, value: string) => {
      await enter(screen.getByLabelText(name), value);
      await pass(REST);
    };
    await choose('Outcome', 'failed');
    expect(asked()).toEqual({ limit: 100, ok: false, reads: false });
    await choose('Outcome', 'ok');
    await choose('Person', 'zo');
    expect(asked()).toEqual({ limit: 100, ok: true, actor: 'zo', reads: false });
    await choose('Outcome', '');
    await choose('Person', '');
    expect(asked()).toEqual({ limit: 100, reads: false });
  });

  it.each([
    ['range=1h', { since: NOW + 5_000 - HOUR }],
    ['range=24h&scope=e', { since: NOW + 5_000 - 24 * HOUR, target: 'e' }],
    ['from=5000&to=6000', { since: 5_000, until: 6_000 }],
    ['scope=main', {}],
    ['range=live&scope=all', {}],
  ])('asks for the range and scope of the window, on the clock of the host: %s', async (query, more) => {
    vi.spyOn(window.model, 'hostNow').mockReturnValue(NOW + 5_000);
    await goTo(`#/h/a/audit?${query}`);
    await show();
    expect(asked()).toEqual({ limit: 100, ...more, reads: false });
    await goTo('');
  });

  it('keeps what was typed when another range is looked at', async () => {
    await show();
    await enter(screen.getByLabelText('Person'), 'zo');
    await goTo('#/h/a/audit?scope=e');
    await pass(REST);
    expect(asked()).toEqual({ limit: 100, target: 'e', actor: 'zo', reads: false });
    await goTo('');
  });
});

it('shows what was only read when it is asked to', async () => {
  await show(entry(1));
  const box = screen.getByRole('checkbox', { name: 'What only reads, too' });
  expect((box as HTMLInputElement).checked).toBe(false);
  await press(box);
  await pass(REST);
  expect(asked()).toEqual({ limit: 100 });
});

describe('at a time that the address names', () => {
  const at = new Date(2026, 10, 20, 14, 3, 22).getTime() + 345;
  afterEach(() => goTo(''));

  it('the trail ends with that second, whose entries stand out, and leads to the newest', async () => {
    await goTo(`#/h/a/audit?at=${at}`);
    await show(entry(2), entry(1, { time: NOW - 1 }));
    expect(asked()).toEqual({ limit: 100, until: NOW + 1_000, reads: false });
    expect(screen.getAllByRole('row').map((row) => row.getAttribute('aria-current'))).toEqual([
      null,
      'time',
      null,
    ]);
    expect(screen.getByText(/^What was done up to 2026-11-20 14:03:22/)).toBeDefined();
    expect(screen.getByRole('link', { name: 'Show the newest' }).getAttribute('href')).toBe('#/h/a/audit');
    await goTo('#/h/a/audit');
    await pass(REST);
    expect(asked()).toEqual({ limit: 100, reads: false });
  });

  it('anything else that the address says is no time', async () => {
    await goTo('#/h/a/audit?at=noon');
    await show(entry(1));
    expect(asked()).toEqual({ limit: 100, reads: false });
  });
});
