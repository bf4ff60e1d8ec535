// @vitest-environment happy-dom
/** The export of the audit trail from its page: which file comes of it, how far it is, and that it can be ended. */
import { cleanup, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { press, type TestWindow, testWindow } from '../model/test-window.tsx';
import { ANY_ENTRY } from './audit-entries.ts';
import { AuditExport } from './audit-export-buttons.tsx';

let window: TestWindow;
/** The files that were handed to the reader: name, type and text. */
const files: [name: string, type: string, text: string][] = [];
beforeEach(async () => {
  vi.useFakeTimers();
  files.length = 0;
  let made: Blob | null = null;
  vi.spyOn(URL, 'createObjectURL').mockImplementation((blob) => {
    made = blob as Blob;
    return 'blob:x';
  });
  vi.spyOn(URL, 'revokeObjectURL').mockImplementation(() => {});
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function click(this: HTMLAnchorElement) {
    const [name, type] = [this.download, made?.type ?? ''];
    void made?.text().then((text) => files.push([name, type, text]));
  });
  window = await testWindow();
});
afterEach(() => {
  cleanup();
  window.close();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const entry = (id: number) => ({
  id,
  time: 0,
  actor: 'ann',
  from: 'cli',
  action: 'command',
  target: 'd',
  command: 'drop',
  args: {},
  ok: true,
  outcome: '',
  durationMs: 1,
  effects: [],
});
const page = (ids: readonly number[], more: boolean) => ({
  ok: true,
  result: { entries: ids.map(entry), more },
});
const show = () => window.show(<AuditExport filter={{ ...ANY_ENTRY, actor: 'ann' }} />);
const buttons = () => screen.getAllByRole('button').map(({ textContent }) => textContent);

it('reads everything that the filter matches, saying how far it is, and hands it over as CSV', async () => {
  const pending = window.hold('audit.query');
  await show();
  expect(buttons()).toEqual(['Export CSV', 'Export JSON']);
  expect(screen.getByRole('button', { name: 'Export CSV' }).title).toMatch(
    /^Everything that the filter matches/,
  );
  await press('Export CSV');
  expect(screen.getByRole('status').textContent).toBe('Reading, 0 entries so far…');
  expect(buttons()).toEqual(['Cancel']);
  await pending[0]?.answer(page([9, 8], true));
  expect(screen.getByRole('status').textContent).toBe('Reading, 2 entries so far…');
  await pending[1]?.answer(page([7], false));
  expect(pending.map(({ args }) => args)).toEqual([
    { actor: 'ann', limit: 1_000 },
    { actor: 'ann', limit: 1_000, before: 8 },
  ]);
  await vi.waitFor(() => expect(files).toHaveLength(1));
  const [name, type, text] = files[0]!;
  expect([name, type]).toEqual(['audit.csv', 'text/csv']);
  expect(text.split('\r\n')).toHaveLength(5);
  expect(window.notices()).toEqual(['good: The audit trail was exported: 3 entries']);
  expect(buttons()).toEqual(['Export CSV', 'Export JSON']);
});

it('hands it over as JSON, by the name of the host where there are several', async () => {
  await window.addHost('b');
  window.answers['audit.query'] = () => page([1], false);
  await show();
  await press('Export JSON');
  await vi.waitFor(() => expect(files).toHaveLength(1));
  const [name, type, text] = files[0]!;
  expect([name, type]).toEqual(['audit on host a.json', 'application/json']);
  expect(JSON.parse(text)).toEqual([entry(1)]);
});

it('gives no file and says nothing where it was cancelled', async () => {
  const pending = window.hold('audit.query');
  await show();
  await press('Export CSV');
  await press('Cancel');
  await pending[0]?.answer(page([1], true));
  expect(buttons()).toEqual(['Export CSV', 'Export JSON']);
  expect([files, window.notices(), pending.length]).toEqual([[], [], 1]);
});

it('says why a page could not be read, and gives no file', async () => {
  window.answers['audit.query'] = () => ({ ok: false, error: { code: 'timeout', message: 'No answer.' } });
  await show();
  await press('Export CSV');
  expect(window.notices()).toEqual(['bad: No answer.']);
  expect(files).toEqual([]);
});

it('reads no further once the page is left', async () => {
  const pending = window.hold('audit.query');
  const { unmount } = await show();
  unmount();
  await show();
  await press('Export CSV');
  cleanup();
  await pending[0]?.answer(page([1], true));
  expect(pending).toHaveLength(1);
  expect([files, window.notices()]).toEqual([[], []]);
});
