// @vitest-environment happy-dom
/** The Settings page: what it says of the host and who may change what. */
import { act, fireEvent, screen, within } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, test, vi } from 'vitest';
import type { SessionInfo } from '../../contract/control/sessions.ts';
import type { HostSession } from '../client/host-session.ts';
import { keyChoice } from '../keys/key-choice.ts';
import { closeKeyList, keyListStore } from '../keys/key-list-store.ts';
import { lookStore, setLook } from '../look/look.ts';
import { pass } from '../model/test-window.tsx';
import { isOff, press, type TestPage, testPage } from '../ui/test-page.tsx';
import { changesInWords } from './reload.ts';
import { SettingsPage } from './settings-page.tsx';

let page: TestPage;
const START = new Date(2026, 10, 20, 14, 0, 0).getTime();
beforeEach(() => {
  vi.useFakeTimers();
  vi.setSystemTime(START);
});
afterEach(() => {
  page.close();
  setLook({ theme: 'system', contrast: 'system', density: 'compact' });
  vi.useRealTimers();
});

const session = (id: string, change: Partial<SessionInfo> = {}): SessionInfo => ({
  id,
  name: 'ann',
  from: 'browser',
  role: 'operator',
  address: '10.0.0.7',
  where: null,
  since: START,
  expiresAt: null,
  connections: 1,
  streams: 0,
  current: false,
  ...change,
});

async function open(
  options?: Parameters<typeof testPage>[0],
  sessions: readonly SessionInfo[] = [],
): Promise<void> {
  page = await testPage(options);
  page.answers['sessions.list'] = () => ({ ok: true, result: { sessions } });
  page.show(<SettingsPage />);
  await pass(0);
}
const section = (name: string) => screen.getByRole('region', { name });
const sections = () =>
  screen.getAllByRole('region').map((one) => within(one).getByRole('heading').textContent);
const alert = () => screen.queryByRole('alert')?.textContent;

describe('what the page has', () => {
  test.each([
    ['admin', false, ['Appearance', 'Sessions', 'Configuration', 'Keyboard', 'About']],
    ['admin', true, ['Appearance', 'Session', 'Sessions', 'Configuration', 'Keyboard', 'About']],
    ['operator', true, ['Appearance', 'Session', 'Configuration', 'Keyboard', 'About']],
  ] as const)('for a role of %s, in a browser: %j', async (role, inBrowser, expected) => {
    const who = { who: async () => null } as unknown as HostSession;
    await open({ info: { role }, session: inBrowser ? who : null });
    expect(sections()).toEqual(expected);
  });

  it('says what the host is', async () => {
    await open({
      info: {
        version: '1.2.3',
        host: 'desktop',
        role: 'admin',
        runtime: 'electron 45',
        platform: 'linux x64',
        pid: 77,
        startedAt: START,
        dataDir: '/data',
      },
    });
    const facts = [...section('About').querySelectorAll('.min-h-row')].map((one) =>
      [...one.children].map((part) => part.textContent).join(': '),
    );
    expect(facts).toEqual([
      'Version: 1.2.3',
      'Host: desktop app',
      'Your role: admin',
      'Runtime: electron 45',
      'Platform: linux x64',
      'Process: 77',
      'Started: 2026-11-20 14:00:00',
      'Data directory: /data',
    ]);
    expect(screen.getByRole('button', { name: 'Copy /data' })).toBeTruthy();
    page.close();
    await open({ info: { host: 'headless' } });
    expect(section('About').textContent).toContain('Hostheadless, in a browser');
    act(() => page.model.store.setState({ host: null }));
    expect(section('About').querySelectorAll('.min-h-row')).toHaveLength(0);
  });

  it('turns single keys off and on, and leads to the list of all keys', async () => {
    await open();
    const { getByLabelText } = within(section('Keyboard'));
    fireEvent.click(getByLabelText('Off'));
    expect(keyChoice.getState().singleKeys).toBe(false);
    fireEvent.click(getByLabelText('On'));
    expect(keyChoice.getState().singleKeys).toBe(true);
    await press('All keys');
    expect(keyListStore.getState().isOpen).toBe(true);
    closeKeyList();
  });

  it.each([
    ['Theme', ['System', 'Light', 'Dark'], { theme: 'dark' }],
    ['Contrast', ['System', 'Normal', 'High'], { contrast: 'high' }],
    ['Density', ['Compact', 'Comfortable'], { density: 'comfortable' }],
  ])('lets the look be chosen: %s', async (title, choices, last) => {
    await open();
    const options = within(screen.getByRole('group', { name: title })).getAllByRole<HTMLInputElement>(
      'radio',
    );
    expect(options.map((one) => one.parentElement?.textContent)).toEqual(choices);
    expect(options.map((one) => one.checked)).toEqual(choices.map((_, place) => place === 0));
    fireEvent.click(options.at(-1)!);
    expect(lookStore.getState().chosen).toMatchObject(last);
    expect(options.at(-1)?.checked).toBe(true);
  });
});

describe('the configuration file', () => {
  const reload = () => screen.getByRole('button', { name: 'Reload the file' });
  const daemons = [
    { id: 'd', applied: ['motd', 'name'], restartRequired: ['listen'], warnings: ['name is long'] },
    { id: 'e', applied: [], restartRequired: [], warnings: [] },
  ];

  it('is named, ready to be copied', async () => {
    await open({ info: { configFile: '/etc/s.toml' } });
    expect(section('Configuration').textContent).toContain('File/etc/s.toml');
    expect(screen.getByRole('button', { name: 'Copy /etc/s.toml' })).toBeTruthy();
  });

  it('is said not to be there, and cannot be read then', async () => {
    await open();
    expect(section('Configuration').textContent).toContain('none: everything runs with its defaults');
    expect(isOff(reload())).toBe(true);
    act(() => page.model.store.setState({ host: null }));
    expect(section('Configuration').textContent).toContain('none: everything');
  });

  it('is read again, and what came of it is said for each daemon', async () => {
    await open({ info: { configFile: '/etc/s.toml' } });
    let answer: (outcome: unknown) => void = () => {};
    page.answers['config.reload'] = () => new Promise((resolve) => (answer = resolve));
    expect([isOff(reload()), alert()]).toEqual([false, undefined]);
    await press('Reload the file');
    expect([isOff(reload()), page.argsOf('config.reload')]).toEqual([true, [{}]]);
    await act(async () => answer({ ok: true, result: { daemons } }));
    expect(isOff(reload())).toBe(false);
    expect(alert()).toBe(
      'The file was read againd: motd, name in force at once; listen after a restartname is longe: nothing changed',
    );
  });

  it('is not taken over with a mistake in it, which is said', async () => {
    await open({ info: { configFile: '/etc/s.toml' } });
    page.answers['config.reload'] = () => ({
      ok: false,
      error: { code: 'config_invalid', message: 'line 3: no' },
    });
    await press('Reload the file');
    expect(alert()).toBe('The file was not taken overline 3: no');
  });

  it('cannot be read without the host, nor by who may not', async () => {
    await open({ info: { configFile: '/etc/s.toml' } });
    await page.lose();
    expect(isOff(reload())).toBe(true);
    page.close();
    await open({ info: { configFile: '/etc/s.toml', role: 'operator' } });
    expect(screen.queryByRole('button', { name: 'Reload the file' })).toBeNull();
  });

  it('waits for restarts, which are named', async () => {
    await open();
    expect(screen.queryByText(/^A restart is needed/)).toBeNull();
    await page.daemonIs({ pendingRestart: ['listen', 'motd'] });
    const list = screen.getByText('A restart is needed before these settings are in force').parentElement!;
    expect(
      within(list)
        .getAllByRole('listitem')
        .map((one) => one.textContent),
    ).toEqual(['d: listen, motd']);
    expect(within(list).getByRole('link').getAttribute('href')).toBe('#/h/a/daemon/d/config');
  });

  test.each([
    [['a', 'b'], [], 'a, b in force at once'],
    [[], ['c', 'd'], 'c, d after a restart'],
    [['a'], ['c'], 'a in force at once; c after a restart'],
    [[], [], 'nothing changed'],
  ])('with %j applied and %j waiting is "%s"', (applied, waiting, words) => {
    expect(changesInWords(applied, waiting)).toBe(words);
  });
});

describe('the session of a browser', () => {
  const signOut = vi.fn(async () => true);
  const sessionOf = (who: object | null) => ({ who: async () => who, signOut }) as unknown as HostSession;
  beforeEach(() => void signOut.mockClear());

  test.each([
    [null, 'Signed in'],
    [{ name: 'ann', session: null }, 'Signed in as ann'],
    [{ name: 'ann', session: '3fa9' }, 'Signed in as ann, session 3fa9'],
  ])('of %j says %j', async (who, text) => {
    await open({ session: sessionOf(who) });
    expect(section('Session').querySelector('span')?.textContent).toBe(text);
  });

  it('ends when that is wanted, and the host is asked again', async () => {
    await open({ session: sessionOf(null) });
    await press('Sign out');
    expect([signOut.mock.calls.length, page.retryNow.mock.calls.length, alert()]).toEqual([1, 1, undefined]);
  });

  it('goes on where the host does not answer, which is said', async () => {
    await open({ session: sessionOf(null) });
    signOut.mockResolvedValueOnce(false);
    await press('Sign out');
    expect([page.retryNow.mock.calls.length, alert()]).toEqual([
      0,
      'The session goes onThe host did not answer. Check that it is still running, then sign out again.',
    ]);
    await press('Sign out');
    expect(alert()).toBeUndefined();
  });

  it('is of no interest once the page is left', async () => {
    let tell: (who: object) => void = () => {};
    const late = { who: () => new Promise((resolve) => (tell = resolve)) } as unknown as HostSession;
    await open({ session: late });
    page.close();
    await act(async () => tell({ name: 'ann', session: null }));
    expect(document.body.textContent).not.toContain('ann');
  });
});

describe('the sessions of all', () => {
  const ALL = [
    session('s1', { name: 'root', from: 'window', role: 'admin', address: null, current: true }),
    session('s2'),
    session('s3', { from: 'mcp', name: 'bot' }),
  ];
  const lines = () =>
    within(section('Sessions'))
      .getAllByRole('listitem')
      .map((one) => one.textContent);

  it('are listed with who, what, from where and since when', async () => {
    await open({}, ALL);
    expect(lines()).toEqual([
      'root, admin, window of the desktop app s1since 2026-11-20 14:00:00this one',
      'ann, operator, browser from 10.0.0.7 s2since 2026-11-20 14:00:00End',
      'bot, operator, MCP client from 10.0.0.7 s3since 2026-11-20 14:00:00End',
    ]);
  });

  test.each([
    ['window', 'window of the desktop app'],
    ['browser', 'browser'],
    ['cli', 'command line'],
    ['console', 'console'],
    ['api', 'token'],
    ['mcp', 'MCP client'],
    ['system', 'Signalbox'],
  ] as const)('say of one of %s that it is a %s', async (from, words) => {
    await open({}, [session('s2', { from, address: null })]);
    expect(lines()[0]).toMatch(new RegExp(`^ann, operator, ${words} s2`));
  });

  it('are read again when they have changed, and only then', async () => {
    await open({}, ALL);
    const asked = () => page.argsOf('sessions.list').length;
    expect(asked()).toBe(1);
    await act(async () => page.emit({ type: 'closing', reason: 'x' }));
    expect(asked()).toBe(1);
    await act(async () => page.emit({ type: 'sessions' } as never));
    expect(asked()).toBe(2);
    await page.lose();
    await act(async () => page.emit({ type: 'sessions' } as never));
    expect(asked()).toBe(2);
    await act(async () => page.connect({ phase: 'connected' }));
    expect(asked()).toBe(3);
  });

  it('are ended after a question', async () => {
    await open({}, ALL);
    await press('End the session of ann, s2');
    const question = screen.getByRole('alertdialog', { name: 'End the session of ann, s2' });
    expect(question.textContent).toContain('Closes its connections and streams at once.');
    await pass(800);
    await press('End', question);
    expect(page.argsOf('session.end')).toEqual([{ id: 's2', confirmed: true }]);
    await pass(800);
    expect([screen.queryByRole('alertdialog'), alert()]).toEqual([null, undefined]);
  });

  it('go on where the question is taken back', async () => {
    await open({}, ALL);
    await press('End the session of bot, s3');
    await press('Cancel');
    await pass(800);
    expect([screen.queryByRole('alertdialog'), page.argsOf('session.end')]).toEqual([null, []]);
  });

  it('say why they could not be had or ended', async () => {
    await open({}, ALL);
    page.answers['session.end'] = () => ({
      ok: false,
      error: { code: 'not_found', message: 'It has ended.' },
    });
    await press('End the session of ann, s2');
    await pass(800);
    await press('End', screen.getByRole('alertdialog'));
    expect(alert()).toBe('The sessions could not be had, or not be endedIt has ended.');
    await act(async () => page.emit({ type: 'sessions' } as never));
    expect(alert()).toBeUndefined();
    page.answers['sessions.list'] = () => ({ ok: false, error: { code: 'busy', message: 'Later.' } });
    await act(async () => page.emit({ type: 'sessions' } as never));
    expect([alert(), lines().length]).toEqual(['The sessions could not be had, or not be endedLater.', 3]);
  });
});
