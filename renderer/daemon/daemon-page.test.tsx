// @vitest-environment happy-dom
/** The page of a process: its tabs and what stands above them. */
import { act, fireEvent, screen, within } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, test, vi } from 'vitest';
import { z } from 'zod';
import { defineCommand } from '../../contract/manifest.ts';
import { daemon } from '../model/test-host.ts';
import { pass } from '../model/test-window.tsx';
import { recordCanvases } from '../samples/test-canvas.ts';
import { useRoute } from '../shell/route.ts';
import {
  FULL_MANIFEST,
  factsIn,
  goTo,
  INTERNAL_MANIFEST,
  isOff,
  rowsOf,
  saysOf,
  type TestPage,
  testPage,
} from '../ui/test-page.tsx';
import { DaemonPage } from './daemon-page.tsx';

let page: TestPage;
const START = new Date(2026, 10, 20, 14, 0, 0).getTime();
beforeEach(() => {
  vi.useFakeTimers();
  vi.setSystemTime(START);
  recordCanvases();
  vi.stubGlobal('Path2D', class {});
});
afterEach(async () => {
  page.close();
  await goTo('');
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** The page of whatever daemon the address names, as the window shows it. */
function Shown() {
  return <DaemonPage id={useRoute().path[1] ?? ''} />;
}
async function open(path: string, options?: Parameters<typeof testPage>[0]): Promise<void> {
  page = await testPage(options);
  page.answers['config.get'] = () => ({ ok: true, result: { file: null, effective: {}, waiting: {} } });
  await goTo(`#/h/a/daemon/${path}`);
  page.show(<Shown />);
  await pass(0);
}
const tabs = () => screen.getAllByRole('tab').map((tab) => tab.textContent);
const chosen = () =>
  screen
    .getAllByRole('tab')
    .filter((tab) => tab.getAttribute('aria-selected') === 'true')
    .map((tab) => tab.textContent);
const panel = () => screen.getAllByRole('tabpanel').find((one) => one.textContent !== '')!;
const link = (name: string) => screen.getByRole('link', { name }).getAttribute('href');

describe('the tabs', () => {
  it('are a view each of what the daemon has', async () => {
    await open('d');
    expect(tabs()).toEqual(['Charts', 'People', 'Commands', 'Logs', 'Config']);
    expect(screen.getByRole('tablist', { name: 'Views of d' })).toBeTruthy();
  });

  it('are fewer for who may see less, and of a daemon that has less', async () => {
    await open('d', { info: { role: 'viewer' } });
    expect(tabs()).toEqual(['Charts', 'Logs']);
    page.close();
    await open('keeper');
    expect(tabs()).toEqual(['Charts', 'Logs', 'Config']);
  });

  it('are six at most: what is left of the views is part of the last of them', async () => {
    const table = FULL_MANIFEST.tables!.people!;
    const tables = {
      ...FULL_MANIFEST.tables,
      rooms: { ...table, title: 'Rooms' },
      accounts: { ...table, title: 'Accounts' },
    };
    await open('d/accounts', { info: saysOf([{ ...FULL_MANIFEST, tables }], [daemon()]) });
    expect(tabs()).toEqual(['Charts', 'People', 'Rooms and accounts', 'Commands', 'Logs', 'Config']);
    expect(chosen()).toEqual(['Rooms and accounts']);
    const parts = screen.getByRole('group', { name: 'What is shown' });
    expect((within(parts).getByLabelText('Accounts') as HTMLInputElement).checked).toBe(true);
    fireEvent.click(within(parts).getByLabelText('Rooms'));
    await pass(0);
    expect([location.hash, chosen()]).toEqual(['#/h/a/daemon/d/rooms', ['Rooms and accounts']]);
  });

  it('have the pages that a daemon says belong together in one, and in one of their own where the first is not shown', async () => {
    const commands = Object.fromEntries(
      (['operate', 'read', 'operate', 'read'] as const).map((access, index) => [
        `look${index}`,
        defineCommand({
          summary: 'Look',
          danger: 'safe' as const,
          access,
          reads: true as const,
          unrecorded: 'run' as const,
          args: z.object({}),
          result: 'table' as const,
        }),
      ]),
    );
    const page_ = (index: number, title: string, within?: string) => ({
      title,
      hint: 'Look.',
      command: `look${index}`,
      ...(within === undefined ? {} : { within }),
    });
    const pages = {
      first: page_(0, 'First'),
      second: page_(1, 'Second'),
      third: page_(2, 'Third', 'first'),
      fourth: page_(3, 'Fourth', 'first'),
    };
    const { tables: _tables, ...manifest } = { ...FULL_MANIFEST, commands, pages };
    const shown = async (role: 'admin' | 'viewer') => {
      await open('d/fourth', { info: { ...saysOf([manifest], [daemon()]), role } });
      const all = tabs()
        .slice(1, -1)
        .filter((title) => title !== 'Commands' && title !== 'Logs');
      const group = screen.queryByRole('group', { name: 'What is shown' });
      return [
        all,
        chosen(),
        group === null
          ? []
          : within(group)
              .getAllByRole('radio')
              .map((one) => (one as HTMLInputElement).value),
      ];
    };
    expect(await shown('admin')).toEqual([
      ['First, third and fourth', 'Second'],
      ['First, third and fourth'],
      ['first', 'third', 'fourth'],
    ]);
    page.close();
    expect((await shown('viewer'))[1]).toEqual(['Fourth']);
  });

  it('of main are two', async () => {
    await open('main');
    expect([tabs(), chosen()]).toEqual([['Charts', 'Logs'], ['Charts']]);
    expect(screen.getByRole('tablist', { name: 'Views of main' })).toBeTruthy();
  });

  test.each([
    ['d', 'Charts'],
    ['d/people', 'People'],
    ['d/commands', 'Commands'],
    ['d/logs', 'Logs'],
    ['d/crashes', 'Logs'],
    ['d/config', 'Config'],
    ['d/nonsense', 'Charts'],
    ['main/logs', 'Logs'],
  ])('of %s: %s is chosen, and nothing else is made', async (path, name) => {
    await open(path);
    expect(chosen()).toEqual([name]);
    expect(screen.getAllByRole('tabpanel').filter((one) => one.childElementCount > 0)).toHaveLength(1);
  });

  it('are part of the address, without another entry to go back to', async () => {
    await open('d');
    const before = history.length;
    fireEvent.click(screen.getByRole('tab', { name: 'Logs' }));
    fireEvent.click(
      within(screen.getByRole('group', { name: 'What is recorded' })).getByLabelText('Crashes'),
    );
    await pass(0);
    expect([location.hash, chosen(), history.length - before]).toEqual([
      '#/h/a/daemon/d/crashes',
      ['Logs'],
      0,
    ]);
  });

  it('of the host lead to main', async () => {
    await open('main');
    fireEvent.click(screen.getByRole('tab', { name: 'Logs' }));
    expect(location.hash).toBe('#/h/a/daemon/main/logs');
  });

  it('are brought into view', async () => {
    const seen = vi.spyOn(Element.prototype, 'scrollIntoView');
    await open('d/crashes');
    await pass(50);
    expect(seen.mock.instances.map((one) => (one as Element).textContent)).toContain('Logs');
    expect(seen).toHaveBeenCalledWith({ block: 'nearest', inline: 'nearest' });
  });

  it('take all the height there is where they scroll by themselves', async () => {
    await open('d/logs');
    const frame = () =>
      screen.getByRole('heading', { level: 1 }).closest('.page')?.className.includes('flex-1');
    expect(frame()).toBe(true);
    await goTo('#/h/a/daemon/d/people');
    expect(frame()).toBe(true);
    await goTo('#/h/a/daemon/d/crashes');
    expect(frame()).toBe(false);
    await goTo('#/h/a/daemon/main/logs');
    expect(frame()).toBe(true);
  });

  it('give up their tables and commands while nothing runs', async () => {
    await open('d/people', { info: saysOf([FULL_MANIFEST], [daemon({ state: 'stopped' })]) });
    expect(panel().textContent).toContain('d is not running');
    await page.daemonIs({ state: 'stopping' });
    expect(panel().textContent).not.toContain('d is not running');
    await page.daemonIs({ state: 'running' });
    expect(panel().textContent).not.toContain('d is not running');
    await goTo('#/h/a/daemon/d/commands');
    const runs = () => !isOff(screen.getByRole('button', { name: /^Run / }));
    expect([runs(), panel().textContent?.includes('d is not running')]).toEqual([true, false]);
    // One that stops takes no more commands.
    await page.daemonIs({ state: 'stopping' });
    expect([runs(), panel().textContent?.includes('d is not running')]).toEqual([false, true]);
  });
});

describe('what stands above them', () => {
  it('is what the daemon is and runs on, and where it listens', async () => {
    const listeners = [{ protocol: 'irc', host: '::', port: 6667, tls: false }] as never;
    await open('d', { info: saysOf([FULL_MANIFEST], [daemon({ listeners, pid: 77, runtime: 'node 24' })]) });
    expect(screen.getByRole('heading', { level: 1 }).textContent).toBe('d');
    expect(screen.getByText(/^Chat/).textContent).toBe('Chat · pid 77 · node 24');
    expect(screen.getByRole('button', { name: 'Copy [::]:6667' })).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Actions of d' })).toBeTruthy();
    await page.daemonIs({ pid: null, runtime: null, listeners: [] });
    expect(screen.getByText(/^Chat/).textContent).toBe('Chat');
    expect(screen.queryByRole('button', { name: /^Copy/ })).toBeNull();
  });

  it('is why it does not run', async () => {
    await open('d');
    await page.daemonIs({ state: 'failed', cause: 'port taken' });
    expect(screen.getByText('port taken')).toBeTruthy();
    await page.daemonIs({ state: 'running', cause: 'port taken' });
    expect(screen.queryByText('port taken')).toBeNull();
    await page.daemonIs({ state: 'stopped', cause: null });
    expect(document.querySelector('p.text-bad')).toBeNull();
  });

  it('has no buttons for a daemon that works for Signalbox while that runs', async () => {
    await open('keeper');
    expect(screen.queryByRole('button', { name: /keeper/ })).toBeNull();
    page.close();
    await open('keeper', { info: saysOf([INTERNAL_MANIFEST], [daemon({ id: 'keeper', state: 'failed' })]) });
    expect(screen.getAllByRole('button', { name: /keeper/ }).map((one) => one.textContent)).toEqual([
      'Start',
    ]);
  });

  it('is what main is, for main', async () => {
    await open('main');
    expect(screen.getByRole('heading', { level: 1 }).textContent).toBe('main');
    expect(screen.getByText(/^The main process/).textContent).toMatch(/ pid 1 · node$/);
    act(() => page.model.store.setState({ host: null }));
    expect(screen.getByText(/^The main process/).textContent).not.toContain('pid');
  });

  it('says that there is no such daemon', async () => {
    await open('nobody');
    expect(document.body.textContent).toContain('This host has no daemon called nobody');
  });
});

describe('the crashes', () => {
  const crash = (time: number, change: object = {}) => ({
    time,
    cause: `cause ${time - START}`,
    exitCode: null,
    signal: null,
    uptimeMs: 90_000,
    stderr: [],
    ...change,
  });

  it('are said not to be', async () => {
    await open('d/crashes');
    expect(panel().textContent).toContain('No crash since the host started');
  });

  it('are there with all that is known of them, the newest first', async () => {
    const crashes = [
      crash(START - 2_000, { exitCode: 3, stderr: ['first', 'last'] }),
      crash(START - 1_000, { signal: 'SIGKILL' }),
    ];
    await open('d/crashes', { info: saysOf([FULL_MANIFEST], [daemon({ crashes })]) });
    const [newest, older] = screen.getAllByRole('article') as [HTMLElement, HTMLElement];
    expect(newest.querySelector('h2')?.textContent).toBe('cause -1000');
    expect(factsIn(newest)).toEqual(['Ran for: 90 s', 'Signal: SIGKILL']);
    expect(newest.textContent).toContain('It wrote nothing to stderr.');
    expect(within(newest).getByRole('link').getAttribute('href')).toBe(
      `#/h/a/daemon/d/logs?at=${START - 1_000}`,
    );
    expect(factsIn(older)).toEqual(['Ran for: 90 s', 'Exit code: 3']);
    expect(within(older).getByRole('region', { name: 'Last lines of stderr' }).textContent).toBe(
      'first\nlast',
    );
    const time = older.querySelector('time');
    expect([time?.textContent, time?.dateTime]).toEqual([
      '2026-11-20 13:59:58',
      new Date(START - 2_000).toISOString(),
    ]);
  });
});

describe('the crash that an address leads to', () => {
  const crashes = [5_000, 2_000].map((ago) => ({
    ...{ time: START - ago, cause: `cause ${ago}`, exitCode: null, signal: null, uptimeMs: 1, stderr: [] },
  }));
  const info = saysOf([FULL_MANIFEST], [daemon({ crashes })]);
  const outlined = () =>
    [...document.querySelectorAll('li[aria-current="true"]')].map(
      (one) => one.querySelector('h2')?.textContent,
    );

  it('stands out', async () => {
    await open(`d/crashes?at=${START - 4_900}`, { info });
    expect(outlined()).toEqual(['cause 5000']);
    expect(screen.getAllByRole('article')).toHaveLength(2);
  });

  it('is said to be forgotten where it is not among those that the host remembers', async () => {
    await open(`d/crashes?at=${START - 3_600_000}`, { info });
    expect(outlined()).toEqual([]);
    expect(panel().textContent).toContain(
      'The crash of 2026-11-20 13:00:00 is not among those that are remembered',
    );
    page.close();
    await open('d/crashes?at=5', { info: saysOf([FULL_MANIFEST], [daemon()]) });
    expect(panel().textContent).not.toContain('No crash since the host started');
    page.close();
    await open('d/crashes?at=x', { info });
    expect(outlined()).toEqual([]);
  });
});

describe('the settings', () => {
  const answer = (result: object) => {
    page.answers['config.get'] = () => ({
      ok: true,
      result: { file: null, effective: {}, waiting: {}, ...result },
    });
  };
  const show = async (result: object) => {
    page = await testPage();
    answer(result);
    await goTo('#/h/a/daemon/d/config');
    page.show(<Shown />);
    await pass(0);
  };
  const rows = () => rowsOf(within(panel()).getByRole('table'));

  it('are those in force, and from where they are', async () => {
    await show({ effective: { d: { motd: 'hello', listen: [{ port: 1 }] } } });
    expect(rows()).toEqual([
      ['Setting', 'In force'],
      ['motd', 'hello'],
      ['listen[0].port', '1'],
    ]);
    expect(panel().textContent).toContain('There is no configuration file: all are defaults.');
  });

  it('are shown with those that wait for a restart', async () => {
    await show({
      file: '/etc/s.toml',
      effective: { d: { motd: 'hello', name: 'n', old: 1 } },
      waiting: { d: { motd: 'bye', fresh: true, old: undefined } },
    });
    expect(panel().textContent).toContain('They come from /etc/s.toml');
    expect(
      screen.getByText('d must be restarted before these settings are in force').parentElement?.textContent,
    ).toContain('motd, fresh, old');
    expect(rows()).toEqual([
      ['Setting', 'In force', 'After a restart'],
      ['motd', 'hello', 'bye'],
      ['name', 'n', ''],
      ['old', '1', '(not set)'],
      ['fresh', '–', 'true'],
    ]);
    const marked = within(panel())
      .getAllByRole('row')
      .map((row) => row.className.includes('bg-warn-soft'));
    expect(marked).toEqual([false, true, false, true, true]);
  });

  it('are read again after a reload and with another process, and not otherwise', async () => {
    await show({});
    const asked = () => page.argsOf('config.get').length;
    expect(asked()).toBe(1);
    await page.daemonIs({ restarts: 1 });
    expect(asked()).toBe(1);
    await act(async () => page.emit({ type: 'config', error: null }));
    expect(asked()).toBe(2);
    await page.daemonIs({ instance: 2 });
    expect(asked()).toBe(3);
    await page.daemonIs({ instance: 2, pendingRestart: ['motd'] });
    expect(asked()).toBe(4);
  });

  it('are said not to be had', async () => {
    page = await testPage();
    page.answers['config.get'] = () => ({ ok: false, error: { code: 'busy', message: 'Later.' } });
    await goTo('#/h/a/daemon/d/config');
    page.show(<Shown />);
    await pass(0);
    expect(panel().textContent).toBe('The configuration could not be readLater.');
  });
});

it('leads from a crash to the log where it happened', async () => {
  const crashes = [{ time: START, cause: 'x', exitCode: 1, signal: null, uptimeMs: 1, stderr: [] }];
  await open('d/crashes', { info: saysOf([FULL_MANIFEST], [daemon({ crashes })]) });
  const hash = link('See in the logs') ?? '';
  await goTo(hash);
  expect(chosen()).toEqual(['Logs']);
  // It begins there, and not at the end.
  expect(screen.getByRole('button', { name: 'Follow' }).getAttribute('aria-pressed')).toBe('false');
  await goTo('#/h/a/daemon/d/logs');
  expect(screen.getByRole('button', { name: 'Follow' }).getAttribute('aria-pressed')).toBe('true');
});
