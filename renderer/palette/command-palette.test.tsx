// @vitest-environment happy-dom
/** The command palette under the hands of a user. */
import { act, fireEvent, screen } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, test, vi } from 'vitest';
import { closeCommand, useOpenCommand } from '../commands/command-dialog-store.ts';
import { lookStore, setLook } from '../look/look.ts';
import { daemon } from '../model/test-host.ts';
import { pass } from '../model/test-window.tsx';
import { goTo, press, type TestPage, testPage } from '../ui/test-page.tsx';
import { CommandPalette } from './command-palette.tsx';
import { loadTypedParts } from './typed-parts.ts';

let page: TestPage;
beforeEach(async () => {
  await loadTypedParts();
  vi.useFakeTimers();
});
afterEach(async () => {
  await goTo('');
  page.close();
  localStorage.removeItem('signalbox.palette.recent');
  closeCommand();
  setLook({ theme: 'system' });
  vi.restoreAllMocks();
  vi.useRealTimers();
});

async function open(options?: Parameters<typeof testPage>[0]): Promise<void> {
  page = await testPage(options);
  page.show(<CommandPalette />);
  await press(/Search/);
}
async function type(text: string): Promise<void> {
  fireEvent.change(field()!, { target: { value: text } });
  await pass(0);
}
const field = () => screen.queryByRole<HTMLInputElement>('combobox', { name: 'Command palette' });
const options = () => screen.queryAllByRole('option');
/** `text | hint | kind` of each entry. */
const lines = () => options().map((one) => [...one.children].map((part) => part.textContent).join(' | '));
/** Place of the entry that Enter takes, as it is marked and as the field says. */
const chosen = () => {
  const marked = options().findIndex((one) => one.getAttribute('aria-selected') === 'true');
  const named = options().findIndex((one) => one.id === field()?.getAttribute('aria-activedescendant'));
  return marked === named ? marked : [marked, named];
};
/** Whether the page is left to do what it does with a key. */
const key = (name: string, target: Element | Window = field()!, more: object = {}) =>
  fireEvent.keyDown(target, { key: name, ...more });

describe('the keys that open and close it', () => {
  test.each([
    ['k', { ctrlKey: true }, true],
    ['K', { ctrlKey: true, shiftKey: true }, true],
    ['k', { metaKey: true }, true],
    ['k', {}, false],
    ['j', { ctrlKey: true }, false],
    ['k', { ctrlKey: true, altKey: true }, false],
  ])('%s with %j: %j', async (name, held, opens) => {
    page = await testPage();
    page.show(<CommandPalette />);
    expect(key(name, window, held)).toBe(!opens);
    await pass(100);
    expect(field() !== null).toBe(opens);
    key(name, window, held);
    await pass(100);
    expect(field()).toBeNull();
  });

  it('are let go of with the window', async () => {
    page = await testPage();
    const shown = page.show(<CommandPalette />);
    shown.unmount();
    expect(key('k', window, { ctrlKey: true })).toBe(true);
  });

  it('are named on its button', async () => {
    await open();
    expect(document.body.textContent).toContain('SearchCtrl K');
  });
});

describe('before anything is typed', () => {
  const sections = () =>
    screen.queryAllByRole('group').map((group) => {
      const all = [...group.querySelectorAll('[role="option"]')];
      return [
        group.getAttribute('aria-label'),
        ...all.map((one) => `${one.children[0]?.textContent}: ${one.children[1]?.textContent}`),
      ];
    });
  const again = async () => {
    await pass(100);
    await press(/Search/);
  };

  it('what was chosen last stands first, once, also when it was typed with arguments, which are kept nowhere', async () => {
    await open();
    expect(sections()).toEqual([]);
    await type('go to audit');
    key('Enter');
    await again();
    expect(sections()).toEqual([['Recent', 'Go to Audit: ']]);
    await type('d drop --nick hunter2');
    key('Enter');
    await again();
    expect(sections()).toEqual([['Recent', 'd drop: Disconnects somebody', 'Go to Audit: ']]);
    expect(JSON.stringify({ ...localStorage })).not.toContain('hunter2');
    expect(options().filter((one) => one.textContent?.startsWith('Go to Audit'))).toHaveLength(1);
    await type('go to audit');
    key('Enter');
    await again();
    expect(sections()[0]?.slice(1)).toEqual(['Go to Audit: ', 'd drop: Disconnects somebody']);
    expect(chosen()).toBe(0);
  });

  it('then what the state suggests: the crash of a failed daemon and its start', async () => {
    await open();
    await page.daemonIs({ state: 'failed', cause: 'killed' });
    expect(sections()).toEqual([['Suggested', 'Crashes of d: failed: killed', 'Start d: failed: killed']]);
    await page.daemonIs({ unresponsive: true });
    expect(sections()).toEqual([['Suggested', 'Logs of d: does not answer', 'Restart d: does not answer']]);
    await page.daemonIs({ pendingRestart: ['listen', 'motd'] });
    expect(sections()).toEqual([['Suggested', 'Restart d: A restart is needed for listen, motd']]);
    await page.lose();
    expect(sections()).toEqual([]);
  });

  it('suggests to nobody what they may not do', async () => {
    await open({ info: { role: 'viewer' } });
    await page.daemonIs({ state: 'failed', pendingRestart: ['motd'] });
    expect(sections()).toEqual([['Suggested', 'Crashes of d: failed']]);
  });

  it('suggests to read a file with a mistake again, and the logs of a recorder that is down', async () => {
    await open();
    act(() => {
      page.emit({ type: 'config', error: { code: 'config_invalid', message: 'wrong' } });
    });
    expect(sections()).toEqual([['Suggested', 'Reload the configuration file: The file has a mistake']]);
  });
});

it('offers everything that can be done, in order', async () => {
  await open();
  expect(lines()).toEqual([
    'Go to Overview |  | Page',
    'Go to d |  | Page',
    'People of d |  | Page',
    'Commands of d |  | Page',
    'Logs of d |  | Page',
    'Crashes of d |  | Page',
    'Config of d |  | Page',
    'Stop d |  | Daemon',
    'Restart d |  | Daemon',
    'd who | Says who somebody is | Command',
    'd drop | Disconnects somebody | Command',
    'Go to keeper |  | Page',
    'Logs of keeper |  | Page',
    'Crashes of keeper |  | Page',
    'Config of keeper |  | Page',
    'Go to Pools and queues |  | Page',
    'Go to History |  | Page',
    'Go to Audit |  | Page',
    'Go to Settings |  | Page',
    'Go to main |  | Page',
    'Logs of main |  | Page',
    'Reload the configuration file | Reads the settings again; nobody is disconnected | Setting',
    'Use the theme of the system |  | Setting',
    'Use the light theme |  | Setting',
    'Use the dark theme |  | Setting',
    'Use the contrast of the system |  | Setting',
    'Use normal contrast |  | Setting',
    'Use high contrast |  | Setting',
    'Use compact rows |  | Setting',
    'Use comfortable rows |  | Setting',
    'List all keys | What the keyboard does where | Setting',
  ]);
  expect(screen.getByRole('status').textContent).toBe('31 results');
});

it('offers Start where a daemon is down, also where it works for Signalbox, which is never stopped here', async () => {
  const down = { state: 'failed' } as const;
  await open({ info: { daemons: [daemon({ ...down, pid: null }), daemon({ ...down, id: 'keeper' })] } });
  await type('start');
  expect(lines().filter((line) => line.endsWith('Daemon'))).toEqual([
    'Start d |  | Daemon',
    'Start keeper |  | Daemon',
  ]);
});

it('offers nothing to do with a daemon of which nothing was heard', async () => {
  await open({ info: { daemons: [] } });
  expect(lines().filter((line) => line.endsWith('Daemon'))).toEqual([]);
});

it('offers only the pages before a host has said hello', async () => {
  page = await testPage();
  page.model.store.setState({ host: null });
  page.show(<CommandPalette />);
  await press(/Search/);
  expect(lines().map((line) => line.split(' |')[0])).toEqual([
    'Go to Overview',
    'Go to Pools and queues',
    'Go to History',
    'Go to Settings',
    'Go to main',
    'Logs of main',
    'Use the theme of the system',
    'Use the light theme',
    'Use the dark theme',
    'Use the contrast of the system',
    'Use normal contrast',
    'Use high contrast',
    'Use compact rows',
    'Use comfortable rows',
    'List all keys',
  ]);
});

it('has the entries of the host whose page is shown first', async () => {
  page = await testPage({ twoHosts: true });
  const b = page.hosts.get('b')!;
  const { HostContext, HostsContext } = await import('../model/host-context.ts');
  page.show(
    <HostsContext value={page.hosts}>
      <HostContext value={b}>
        <CommandPalette />
      </HostContext>
    </HostsContext>,
  );
  await press(/Search/);
  expect(lines()[0]).toBe('Go to Overview on host b |  | Page');
  expect(lines().filter((line) => line.startsWith('Go to Overview'))).toHaveLength(2);
});

describe('the entry that is chosen', () => {
  it('is the first, and moves with the arrow and page keys to the ends and no further', async () => {
    await open();
    const moves = ['ArrowDown', 'ArrowDown', 'PageDown', 'ArrowUp', 'PageUp', 'PageUp', 'ArrowUp'];
    const places = moves.map((name) => {
      expect(key(name)).toBe(false);
      return chosen();
    });
    expect(places).toEqual([1, 2, 10, 9, 1, 0, 0]);
    for (let i = 0; i < 4; i++) key('PageDown');
    expect(chosen()).toBe(30);
    key('ArrowDown');
    expect(chosen()).toBe(30);
  });

  it('is kept in view', async () => {
    const seen = vi.spyOn(Element.prototype, 'scrollIntoView');
    await open();
    seen.mockClear();
    key('ArrowDown');
    await pass(0);
    expect(seen.mock.instances).toEqual([options()[1]]);
    expect(seen).toHaveBeenCalledWith({ block: 'nearest' });
  });

  it('is the one under the pointer, and the first of what fits once something is typed', async () => {
    await open();
    fireEvent.pointerMove(options()[4]!);
    expect(chosen()).toBe(4);
    await type('theme');
    expect(lines()).toEqual([
      'Use the dark theme |  | Setting',
      'Use the light theme |  | Setting',
      'Use the theme of the system |  | Setting',
    ]);
    expect(chosen()).toBe(0);
  });

  it('leaves other keys to the field', async () => {
    await open();
    expect([key('ArrowLeft'), key('x'), key('Home')]).toEqual([true, true, true]);
    expect(chosen()).toBe(0);
  });

  it('stays within what there is when less is offered', async () => {
    await open();
    for (let i = 0; i < 4; i++) key('PageDown');
    await page.daemonIs({ state: 'stopping' });
    expect([options().length, chosen()]).toEqual([29, 28]);
  });
});

describe('what is done', () => {
  it('is the chosen entry by Enter, once the palette has gone', async () => {
    await open();
    await type('logs main');
    expect(key('Enter')).toBe(false);
    expect(location.hash).toBe('');
    await pass(100);
    expect([location.hash, field()]).toEqual(['#/h/a/daemon/main/logs', null]);
  });

  it('is the entry that is pressed', async () => {
    await open();
    await type('dark');
    fireEvent.click(options()[0]!);
    await pass(100);
    expect([lookStore.getState().chosen.theme, field()]).toEqual(['dark', null]);
  });

  test.each([
    ['stop d', 'daemon.stop', { id: 'd' }],
    ['restart d', 'daemon.restart', { id: 'd' }],
    ['reload', 'config.reload', {}],
  ])('"%s" asks main for %s', async (text, request, args) => {
    page = await testPage();
    page.answers['config.reload'] = () => ({ ok: true, result: { daemons: [] } });
    page.show(<CommandPalette />);
    await press(/Search/);
    await type(text);
    key('Enter');
    await pass(100);
    expect(page.request.mock.calls).toEqual([[request, args]]);
  });

  it('opens the dialog of a command, with nothing filled in', async () => {
    await open();
    await type('disconnects');
    key('Enter');
    await pass(100);
    expect(useOpenCommand.getState().open).toMatchObject({
      host: page.model,
      daemon: 'd',
      command: 'drop',
      args: {},
    });
  });

  it('opens nothing over another page that has come meanwhile', async () => {
    await open();
    await type('disconnects');
    key('Enter');
    location.hash = '#/h/a/audit';
    await pass(100);
    expect(useOpenCommand.getState().open).toBeNull();
  });

  test.each([
    ['overview', '#/h/a'],
    ['people', '#/h/a/daemon/d/people'],
    ['commands of d', '#/h/a/daemon/d/commands'],
    ['crashes of d', '#/h/a/daemon/d/crashes'],
    ['config of d', '#/h/a/daemon/d/config'],
    ['logs of d', '#/h/a/daemon/d/logs'],
    ['go to d', '#/h/a/daemon/d'],
    ['history', '#/h/a/history'],
    ['audit', '#/h/a/audit'],
    ['settings', '#/h/a/settings'],
    ['go main', '#/h/a/daemon/main'],
  ])('"%s" leads to %s', async (text, hash) => {
    await open();
    await type(text);
    key('Enter');
    await pass(100);
    expect(location.hash).toBe(hash);
  });

  it('is nothing where nothing fits', async () => {
    await open();
    await type('zzz');
    expect([lines(), screen.getByRole('status').textContent]).toEqual([[], '0 results']);
    expect(screen.getByText('Nothing matches')).toBeTruthy();
    expect(field()?.getAttribute('aria-activedescendant')).toBeNull();
    key('Enter');
    await act(async () => key('ArrowDown'));
    await pass(100);
    expect([location.hash, field() === null]).toEqual(['', false]);
    await type('');
    expect([screen.queryByText('Nothing matches'), chosen()]).toEqual([null, 0]);
  });
});

it('goes with the page, and begins with nothing typed when it is opened again', async () => {
  await open();
  await type('logs');
  await goTo('#/h/a/history');
  await pass(100);
  expect(field()).toBeNull();
  await press(/Search/);
  expect(field()?.value).toBe('');
});

test('a command that is typed with its arguments comes first, and Enter opens its form with them', async () => {
  await open();
  await type('run d drop --nick "ann lee"');
  expect(lines()[0]).toBe('d drop | nick ann lee | As typed');
  expect(chosen()).toBe(0);
  key('Enter');
  await pass(100);
  expect(useOpenCommand.getState().open).toMatchObject({
    daemon: 'd',
    command: 'drop',
    args: { nick: 'ann lee' },
  });
});

it('tells what happened at a time that is typed, as somebody says it', async () => {
  vi.setSystemTime(new Date(2026, 10, 20, 14, 10));
  await open();
  await type('14:03');
  expect(lines()[0]).toBe('What happened at 14:03:00 | Marks and charts from 13:58:00 to 14:08:00 | Page');
  await type('14:30');
  expect(lines()[0]).toContain('What happened at 2026-11-19 14:30:00 | ');
  await type('14:3');
  expect(lines().join()).not.toContain('What happened');
  await type('14:03');
  key('Enter');
  await pass(100);
  const at = (minutes: number) => new Date(2026, 10, 20, 14, minutes).getTime();
  expect(location.hash).toBe(`#/h/a?from=${at(-2)}&to=${at(8)}`);
});
