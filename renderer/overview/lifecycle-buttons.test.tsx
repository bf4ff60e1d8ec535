// @vitest-environment happy-dom
/** Starting, stopping and restarting a daemon with the buttons and the question of the window. */
import { screen } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, test, vi } from 'vitest';
import type { DaemonState } from '../../contract/states.ts';
import { daemon } from '../model/test-host.ts';
import { pass } from '../model/test-window.tsx';
import { goTo, isOff, press, type TestPage, testPage } from '../ui/test-page.tsx';
import { LifecycleButtons, LifecycleDialog, StartWhereDown } from './lifecycle.tsx';

let page: TestPage;
beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(async () => {
  await goTo('');
  page.close();
  vi.useRealTimers();
});

/** How long a question stands before it can be answered, in milliseconds. */
const READ = 800;

async function open(options?: Parameters<typeof testPage>[0]): Promise<void> {
  page = await testPage(options);
  page.show(
    <>
      <LifecycleButtons id="d" />
      <LifecycleDialog />
    </>,
  );
}
const button = (name: string | RegExp) => screen.getByRole('button', { name });
const usable = () => ['Start', 'Stop', 'Restart'].filter((name) => !isOff(button(`${name} d`)));
const notices = () => page.hosts.screen.store.getState().notices.map(({ tone, text }) => `${tone} ${text}`);
const question = () => screen.queryByRole('alertdialog');

const refuse = (action: string, detail: unknown = { impact: 'disconnects 3 clients' }) => {
  page.answers[`daemon.${action}`] = () => ({
    ok: false,
    error: { code: 'confirmation_required', message: 'It must be confirmed.', detail },
  });
};

describe('the buttons of a daemon', () => {
  test.each<[DaemonState, readonly string[]]>([
    ['stopped', ['Start']],
    ['starting', ['Stop']],
    ['running', ['Stop', 'Restart']],
    ['stopping', []],
    ['crashed', ['Start', 'Stop']],
    ['backoff', ['Start', 'Stop']],
    ['failed', ['Start']],
  ])('of one that is %s: %j can be pressed', async (state, expected) => {
    await open();
    await page.daemonIs({ state });
    expect(usable()).toEqual(expected);
  });

  it('can start a daemon of which nothing was heard', async () => {
    await open({ info: { daemons: [] } });
    expect(usable()).toEqual(['Start']);
  });

  it('do nothing without the host', async () => {
    await open();
    await page.lose();
    expect(usable()).toEqual([]);
    await page.daemonIs({ state: 'stopped' });
    expect(usable()).toEqual([]);
  });

  it('are not there for who may not press them', async () => {
    await open({ info: { role: 'viewer' } });
    expect(screen.queryAllByRole('button')).toEqual([]);
  });

  it('name the host where there are several', async () => {
    await open({ twoHosts: true });
    expect(screen.getAllByRole('button').map((one) => one.getAttribute('aria-label'))).toEqual([
      'Start d on host a',
      'Stop d on host a',
      'Restart d on host a',
    ]);
  });

  it('do what they say', async () => {
    await open();
    await press('Stop d');
    await press('Restart d');
    await page.daemonIs({ state: 'stopped' });
    await press('Start d');
    expect(page.request.mock.calls).toEqual([
      ['daemon.stop', { id: 'd' }],
      ['daemon.restart', { id: 'd' }],
      ['daemon.start', { id: 'd' }],
    ]);
    expect([question(), notices()]).toEqual([null, []]);
  });

  it('say what went wrong', async () => {
    await open();
    page.answers['daemon.stop'] = () => ({
      ok: false,
      error: { code: 'not_found', message: 'No such daemon.' },
    });
    await press('Stop d');
    expect([question(), notices()]).toEqual([null, ['bad d: No such daemon.']]);
  });
});

describe('the question before people are disturbed', () => {
  test.each([
    ['Stop', 'Stop d?', 'Stop now', 'daemon.stop'],
    ['Restart', 'Restart d?', 'Restart now', 'daemon.restart'],
  ])('%s asks "%s", and goes ahead only once that is answered', async (name, title, action, request) => {
    await open();
    refuse(name.toLowerCase());
    await press(`${name} d`);
    expect(screen.getByRole('alertdialog', { name: title }).textContent).toContain('Disconnects 3 clients.');
    delete page.answers[request];
    page.request.mockClear();
    await pass(READ);
    await press(action);
    expect(page.request.mock.calls).toEqual([[request, { id: 'd', confirmed: true }]]);
    await pass(READ);
    expect([question(), notices()]).toEqual([null, []]);
  });

  it('is taken back, and nothing is done', async () => {
    await open();
    refuse('stop');
    await press('Stop d');
    page.request.mockClear();
    await press('Cancel');
    await pass(READ);
    expect([question(), page.asked()]).toEqual([null, []]);
  });

  it('goes with its page', async () => {
    await open();
    refuse('stop');
    await press('Stop d');
    await goTo('#/h/a/history');
    await pass(READ);
    expect(question()).toBeNull();
  });

  it('says what went wrong after it was answered', async () => {
    await open();
    refuse('stop');
    await press('Stop d');
    page.answers['daemon.stop'] = () => ({
      ok: false,
      error: { code: 'busy', message: 'Another stop goes on.' },
    });
    await pass(READ);
    await press('Stop now');
    expect(notices()).toEqual(['bad d: Another stop goes on.']);
  });

  it('is not put where nobody says what would happen, nor for a start', async () => {
    await open();
    refuse('stop', {});
    await press('Stop d');
    await page.daemonIs({ state: 'stopped' });
    refuse('start');
    await press('Start d');
    expect([question(), notices()]).toEqual([
      null,
      ['bad d: It must be confirmed.', 'bad d: It must be confirmed.'],
    ]);
  });

  it('is not put for another error, whatever that says', async () => {
    await open();
    page.answers['daemon.stop'] = () => ({
      ok: false,
      error: { code: 'busy', message: 'Busy.', detail: { impact: 'x' } },
    });
    await press('Stop d');
    expect([question(), notices()]).toEqual([null, ['bad d: Busy.']]);
  });
});

describe('a daemon that works for Signalbox', () => {
  async function openInternal(state: DaemonState, role: 'admin' | 'viewer' = 'admin'): Promise<void> {
    page = await testPage({ info: { role, daemons: [daemon(), daemon({ id: 'keeper', state })] } });
    page.show(<StartWhereDown id="keeper" />);
  }

  it('has a button only where it is down', async () => {
    await openInternal('running');
    expect(screen.queryByRole('button')).toBeNull();
  });

  it('is started by it', async () => {
    await openInternal('failed');
    await press('Start keeper');
    expect(page.argsOf('daemon.start')).toEqual([{ id: 'keeper' }]);
    const look = () => [
      isOff(button('Start keeper')),
      button('Start keeper').className.split(' ').includes('bg-accent'),
    ];
    expect(look()).toEqual([false, true]);
    await page.lose();
    expect(look()).toEqual([true, false]);
  });

  it('is started by nobody who may not', async () => {
    await openInternal('failed', 'viewer');
    expect(screen.queryByRole('button')).toBeNull();
  });

  it('can be started where nothing was heard of it', async () => {
    page = await testPage({ info: { daemons: [] } });
    page.show(<StartWhereDown id="keeper" />);
    expect(isOff(button('Start keeper'))).toBe(false);
  });
});
