// @vitest-environment happy-dom
/** The log of a source under the hands of a reader. */
import { fireEvent, screen, within } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LogLevel } from '../../contract/log-record.ts';
import { noTokens } from '../look/test-tokens.ts';
import { pass } from '../model/test-window.tsx';
import { factsIn, isOff, type TestPage } from '../ui/test-page.tsx';
import { arrive, button, count, lines, log, logWorld, many, openLog, record } from './test-log.tsx';

let page: TestPage;
beforeEach(() => {
  logWorld();
});
afterEach(() => {
  page.close();
  noTokens();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

async function open(...given: Parameters<typeof openLog>) {
  const { page: opened, view } = await openLog(...given);
  page = opened;
  return view;
}
const add = (...given: Parameters<typeof arrive> extends [unknown, ...infer Rest] ? Rest : never) =>
  arrive(page, ...given);
const filter = (text: string) =>
  fireEvent.change(screen.getByRole('searchbox', { name: 'Filter the log' }), { target: { value: text } });
const least = (level: LogLevel | 'odd') =>
  fireEvent.change(screen.getByRole('combobox', { name: 'Least level' }), { target: { value: level } });

describe('a log', () => {
  it('is asked for while it is looked at, and said to be empty until something comes', async () => {
    await open([]);
    expect(page.argsOf('logs.query')).toEqual([{ source: 'd', limit: 10_000 }]);
    expect(screen.getByText('No log records yet')).toBeTruthy();
    expect([count(), isOff(button('Export text')), isOff(button('Export JSONL'))]).toEqual([
      '0 records',
      true,
      true,
    ]);
    await add(many(2));
    expect([count(), isOff(button('Export text')), isOff(button('Export JSONL'))]).toEqual([
      '2 records',
      false,
      false,
    ]);
  });

  it('shows a line a record, and marks warnings and errors', async () => {
    await open([
      record(1, { fields: { nick: 'ann', why: 'gone away' } }),
      record(2, { level: 'warn' }),
      record(3, { level: 'error' }),
    ]);
    expect(lines()).toEqual([
      '14:00:01.000infoclientsline 1 nick=ann why="gone away"',
      '14:00:02.000warnclientsline 2 ',
      '14:00:03.000errorclientsline 3 ',
    ]);
    const marks = within(log())
      .getAllByRole('listitem')
      .map((one) => one.firstElementChild?.className);
    expect(marks).toEqual(['', 'bg-warn-soft/50', 'bg-bad-soft/60']);
    await add([record(4, { level: 'debug' })]);
    const colours = within(log())
      .getAllByText(/^(debug|info|warn|error)$/)
      .map((one) => one.className.split(' ').at(-1));
    expect(colours).toEqual(['text-dim', 'text-warn', 'text-bad', 'text-dim']);
  });

  it('shows a whole record when its line is pressed, and its line again', async () => {
    await open([record(1, { fields: { nick: 'ann' } }), record(2)]);
    const line = () => button(/line 1/);
    expect(line().getAttribute('aria-expanded')).toBe('false');
    fireEvent.click(line());
    expect([line().getAttribute('aria-expanded'), button(/line 2/).getAttribute('aria-expanded')]).toEqual([
      'true',
      'false',
    ]);
    expect(factsIn(log())).toEqual([
      'time: 2026-11-20 14:00:01',
      'event: clients / said',
      'process: d 1, record 1',
      'nick: ann',
    ]);
    fireEvent.click(line());
    expect(factsIn(log())).toEqual([]);
  });

  it('renders the lines in view and some beyond, not all', async () => {
    await open(many(1_000));
    const shown = lines();
    expect(shown.length).toBeLessThanOrEqual(10 + 2 * 20 + 1);
    // It begins at the end.
    expect(shown.at(-1)).toContain('line 1000');
    expect(log().querySelector('ol')?.style.height).toBe('28000px');
    const last = within(log()).getAllByRole('listitem').at(-1)!;
    expect(last.style.transform).toBe(`translateY(${999 * 28}px)`);
  });

  it('says how much did not arrive', async () => {
    await open(many(1));
    await add(many(1, 2), 1_200);
    expect(document.body.textContent).toContain('2 records 1,200 not sent because this window was slow');
  });
});

describe('the filter', () => {
  it('keeps what is of a level and holds all words, and says how much that is', async () => {
    await open([
      record(1, { level: 'debug' }),
      record(2),
      record(3, { level: 'error', message: 'line of Ben' }),
    ]);
    expect(screen.getAllByRole('option').map((one) => one.textContent)).toEqual([
      'Debug and above',
      'Info and above',
      'Warnings and errors',
      'Errors only',
    ]);
    least('info');
    expect([lines().length, count()]).toEqual([2, '2 of 3 records']);
    least('error');
    expect(lines().length).toBe(1);
    least('odd');
    expect(lines().length).toBe(3);
    filter('ben LINE');
    expect([lines().length, count()]).toEqual([1, '1 of 3 records']);
    filter('nobody');
    expect(screen.getByText('No record matches the filter')).toBeTruthy();
    expect(screen.getByText('Choose a lower level, or search for less.')).toBeTruthy();
    expect(isOff(button('Export text'))).toBe(true);
  });

  it('decides what is exported, under the name of the source', async () => {
    const files: { name: string; type: string; text: Promise<string> }[] = [];
    vi.spyOn(URL, 'createObjectURL').mockImplementation((blob) => {
      files.push({ name: '', type: (blob as Blob).type, text: (blob as Blob).text() });
      return 'blob:1';
    });
    const revoked = vi.spyOn(URL, 'revokeObjectURL').mockImplementation(() => {});
    vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function click(
      this: HTMLAnchorElement,
    ) {
      expect(this.href).toBe('blob:1');
      files.at(-1)!.name = this.download;
      expect(revoked).not.toHaveBeenCalled();
    });
    await open([record(1), record(2, { message: 'other' })]);
    filter('other');
    fireEvent.click(button('Export text'));
    await pass(0);
    expect(revoked).toHaveBeenCalledExactlyOnceWith('blob:1');
    revoked.mockClear();
    fireEvent.click(button('Export JSONL'));
    expect(files.map(({ name, type }) => [name, type])).toEqual([
      ['d.log', 'text/plain'],
      ['d.jsonl', 'application/x-ndjson'],
    ]);
    expect(await files[0]!.text).toBe('2026-11-20 14:00:02.000 INFO  d/clients said: other\n');
    expect(JSON.parse(await files[1]!.text)).toMatchObject({ seq: 2, source: 'd', instance: 1 });
  });
});

it('lets go of the page with the view', async () => {
  const view = await open(many(3));
  const ended = vi.spyOn(window, 'removeEventListener');
  view.unmount();
  expect(ended.mock.calls.map(([type]) => type)).toContain('pointerup');
});
