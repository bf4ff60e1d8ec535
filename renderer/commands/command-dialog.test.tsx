// @vitest-environment happy-dom
/** A command in a dialog: it is itself the question before it disturbs anybody, and is about the host that it was opened for. */
import { act, cleanup, screen, within } from '@testing-library/react';
import { StrictMode } from 'react';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { testScreen } from '../model/test-screen.ts';
import {
  daemon,
  enter,
  goTo,
  key,
  pass,
  press,
  submit,
  type TestWindow,
  testWindow,
} from '../model/test-window.tsx';
import { CommandDialog } from './command-dialog.tsx';
import { type CommandToOpen, closeCommand, openCommand, useOpenCommand } from './command-dialog-store.ts';
import { resultView } from './result-part.ts';
import { COMMANDS } from './test-commands.ts';

/** How long arguments rest before their impact is asked, in milliseconds. */
const REST = 250;
/** How long what a command would do stands before it can be run. */
const READ = 800;
/** A dialog that is closed is gone after so many milliseconds. */
const CLOSING = 100;

let window: TestWindow;
beforeAll(resultView.load);
beforeEach(async () => {
  vi.useFakeTimers();
  testScreen();
  window = await testWindow({ manifests: [COMMANDS] });
  window.answers['command.impact'] = () => ({ ok: true, result: { text: 'disconnects eve' } });
  window.answers['command.run'] = () => ({ ok: true, result: { result: { left: 3 }, durationMs: 4 } });
});
afterEach(async () => {
  act(closeCommand);
  cleanup();
  window.close();
  await goTo('');
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

async function open(command: string, change: Partial<CommandToOpen> = {}) {
  act(() => openCommand({ host: window.model, daemon: 'd', command, args: {}, ...change }));
  await pass(CLOSING);
}
async function show(command: string, change: Partial<CommandToOpen> = {}) {
  await window.show(<CommandDialog />);
  await open(command, change);
}
/** Lets the arguments rest, and what they would do stand for as long as it takes to read it. */
async function read() {
  await pass(REST);
  await pass(READ);
}
const dialog = () => screen.getByRole('dialog');
const isOff = (name: string) => screen.getByRole('button', { name }).getAttribute('aria-disabled') === 'true';
const ran = () => window.argsOf('command.run');
const impacts = () => window.argsOf('command.impact');

it('stands there only while a command is open', async () => {
  await window.show(<CommandDialog />);
  expect(screen.queryByRole('dialog')).toBeNull();
  await open('clients');
  expect(screen.getByRole('dialog', { name: 'clients' })).toBeDefined();
  expect(within(dialog()).getByText('Lists who is there')).toBeDefined();
  expect(within(dialog()).getByText('d')).toBeDefined();
  await press('Close');
  await pass(CLOSING);
  expect(screen.queryByRole('dialog')).toBeNull();
  expect(useOpenCommand.getState().open).toBeNull();
});

it('is as wide as a table needs where that comes of it, else as a form', async () => {
  await show('clients');
  const width = () => [...dialog().classList].filter((name) => name.startsWith('w-dialog'));
  expect(width()).toEqual(['w-dialog-widest']);
  act(closeCommand);
  await open('set');
  expect(width()).toEqual(['w-dialog-wide']);
});

it('does not open for a command that is not offered', async () => {
  await show('nowhere');
  expect(screen.queryByRole('dialog')).toBeNull();
});

it('closes with Escape, and with its page', async () => {
  await goTo('#/h/a/daemon/d');
  await show('clients');
  await key(dialog(), 'Escape');
  await pass(CLOSING);
  expect(useOpenCommand.getState().open).toBeNull();
  await open('clients');
  await goTo('#/h/a/history');
  expect(useOpenCommand.getState().open).toBeNull();
});

describe('a command that only reads', () => {
  it('asks nothing before it runs, and shows the result with a way out', async () => {
    await show('set', { args: { name: 'mode' } });
    expect(impacts()).toEqual([]);
    await press('Run set');
    expect(ran()).toMatchObject([{ args: { name: 'mode', order: 'up', loud: false }, confirmed: false }]);
    expect(screen.getByRole('status').textContent).toBe('Done in 4 ms');
    expect(screen.queryByRole('button', { name: 'Run set' })).toBeNull();
    await press('Close');
    expect(useOpenCommand.getState().open).toBeNull();
  });

  it('runs once as soon as it is open where it was asked to', async () => {
    const onDone = vi.fn();
    await show('clients', { atOnce: true, onDone });
    expect(ran()).toHaveLength(1);
    expect(onDone).toHaveBeenCalledTimes(1);
  });

  it('runs once also where React takes the dialog apart and puts it together again', async () => {
    await window.show(
      <StrictMode>
        <CommandDialog />
      </StrictMode>,
    );
    await open('clients', { atOnce: true });
    expect(ran()).toHaveLength(1);
  });

  it.each([
    ['it was not asked to', 'clients', {}],
    ['it disturbs people', 'kick', { atOnce: true, args: { nick: 'eve' } }],
    ['an argument is missing', 'set', { atOnce: true }],
  ] as const)('does not run by itself where %s', async (_why, command, change) => {
    await show(command, change);
    expect(ran()).toEqual([]);
  });

  it('does not run by itself where the daemon does not run, and takes no command', async () => {
    act(() => window.emit({ type: 'daemon', daemon: daemon({ state: 'stopped' }) }));
    await show('clients', { atOnce: true });
    expect(screen.getByText('d is not running, so it takes no commands. Start it first.')).toBeDefined();
    expect(isOff('Run clients')).toBe(true);
    expect(ran()).toEqual([]);
  });

  it('tells nobody that it was done where it failed', async () => {
    const onDone = vi.fn();
    window.answers['command.run'] = () => ({ ok: false, error: { code: 'busy', message: 'Later.' } });
    await show('clients', { atOnce: true, onDone });
    expect(screen.getByText('Later.')).toBeDefined();
    expect(onDone).not.toHaveBeenCalled();
    expect(isOff('Run clients')).toBe(false);
  });
});

describe('a command that disturbs people', () => {
  it('says what it would do, and runs once that could be read', async () => {
    const pending = window.hold('command.impact');
    await show('kick', { args: { nick: 'eve' } });
    expect(screen.getByText('Asking what this would do…')).toBeDefined();
    expect(screen.getByText('disruptive')).toBeDefined();
    await pass(REST);
    expect(pending.map(({ args }) => args)).toEqual([
      { daemon: 'd', command: 'kick', args: { nick: 'eve', reason: 'bye' } },
    ]);
    await pass(READ);
    expect(isOff('Run kick')).toBe(true);
    await pending[0]?.answer({ ok: true, result: { text: 'disconnects eve' } });
    expect(screen.getByText('Disconnects eve.')).toBeDefined();
    expect(
      within(dialog())
        .getAllByRole('term')
        .map(({ textContent }) => textContent),
    ).toEqual(['Nick', 'Reason']);
    await pass(READ - 1);
    expect(isOff('Run kick')).toBe(true);
    await pass(1);
    expect(isOff('Run kick')).toBe(false);
    await press('Run kick');
    expect(ran()).toMatchObject([{ args: { nick: 'eve', reason: 'bye' }, confirmed: true }]);
    expect(screen.queryByText('Disconnects eve.')).toBeNull();
  });

  it('asks anew for other arguments, which must be read anew', async () => {
    await show('kick', { args: { nick: 'eve' } });
    await read();
    expect(isOff('Run kick')).toBe(false);
    await enter(screen.getByLabelText('Nick'), 'bob');
    expect(isOff('Run kick')).toBe(true);
    await pass(REST);
    expect(impacts().at(-1)).toMatchObject({ args: { nick: 'bob' } });
    await pass(READ - 1);
    expect(isOff('Run kick')).toBe(true);
  });

  it('may be sent while an argument is missing, to be told which, and asks nothing then', async () => {
    await show('kick');
    await read();
    expect(impacts()).toEqual([]);
    expect(screen.queryByText('Asking what this would do…')).toBeNull();
    await press('Run kick');
    expect(screen.getByRole('alert').textContent).toBe('This is needed');
    expect(ran()).toEqual([]);
  });

  it('takes back what it would do while an argument is wrong', async () => {
    await show('kick', { args: { nick: 'eve' } });
    await read();
    await enter(screen.getByLabelText('Nick'), ' ');
    await read();
    expect(screen.queryByText('Disconnects eve.')).toBeNull();
    expect(screen.queryByText('Asking what this would do…')).toBeNull();
    expect(impacts()).toHaveLength(1);
    await press('Run kick');
    expect(ran()).toEqual([]);
    expect(screen.getByRole('alert').textContent).toBe('This is needed');
  });

  it('says why the daemon would refuse, and does not run', async () => {
    const error = { code: 'refused', message: 'eve is an operator' };
    window.answers['command.impact'] = () => ({ ok: false, error });
    await show('kick', { args: { nick: 'eve' } });
    await read();
    const alert = screen.getByRole('alert');
    expect(alert.textContent).toBe('The daemon would refuse thiseve is an operator');
    expect(isOff('Run kick')).toBe(true);
    await submit(screen.getByLabelText('Nick'));
    expect(ran()).toEqual([]);
  });

  it('asks nothing of a daemon that does not run', async () => {
    act(() => window.emit({ type: 'daemon', daemon: daemon({ state: 'stopping' }) }));
    await show('kick', { args: { nick: 'eve' } });
    await read();
    expect(impacts()).toEqual([]);
    expect(screen.queryByText('Asking what this would do…')).toBeNull();
    expect(isOff('Run kick')).toBe(true);
  });

  it('has the focus on what does nothing, and one that only reads on its form', async () => {
    await show('kick', { args: { nick: 'eve' } });
    await pass(CLOSING);
    expect(document.activeElement?.textContent).toBe('Close');
    await open('set');
    await pass(CLOSING);
    expect(document.activeElement?.textContent).not.toBe('Close');
  });

  it('wants a name typed where it cannot be undone', async () => {
    await show('wipe', { args: { room: '#old' } });
    await read();
    expect(isOff('Run wipe')).toBe(true);
    const typed = screen.getByLabelText('Type #old to confirm');
    expect([(typed as HTMLInputElement).value, typed.getAttribute('spellcheck')]).toEqual(['', 'false']);
    await enter(typed, '#o');
    expect(isOff('Run wipe')).toBe(true);
    await enter(typed, '#old');
    expect(isOff('Run wipe')).toBe(false);
    await press('Run wipe');
    expect(ran()).toMatchObject([{ command: 'wipe', confirmed: true }]);
  });

  it('wants no name typed where it can', async () => {
    await show('kick', { args: { nick: 'eve' } });
    expect(screen.queryByText(/to confirm/)).toBeNull();
  });

  it('is not pressed again and again by a key that is held', async () => {
    await show('kick', { args: { nick: 'eve' } });
    expect(await key(screen.getByRole('button', { name: 'Close' }), 'Enter', { repeat: true })).toBe(false);
    expect(await key(screen.getByRole('button', { name: 'Close' }), 'Enter')).toBe(true);
  });
});

it('is about the host that it was opened for, whatever page is below', async () => {
  const other = await window.addHost('b', { manifests: [COMMANDS] });
  other.answers['command.run'] = () => ({ ok: true, result: { result: {}, durationMs: 1 } });
  await show('clients', { host: other.model });
  expect(within(dialog()).getByText('d on host b')).toBeDefined();
  await press('Run clients');
  expect(other.argsOf('command.run')).toHaveLength(1);
  expect(ran()).toEqual([]);
});

it('has the focus in the field that is asked for, with what is in it marked', async () => {
  await show('kick', { args: { nick: 'eve' }, focus: 'nick' });
  const nick = screen.getByLabelText(/Nick/) as HTMLInputElement;
  expect(document.activeElement).toBe(nick);
  expect([nick.selectionStart, nick.selectionEnd]).toEqual([0, 3]);
});

it('begins anew with other arguments of the same command', async () => {
  await show('set', { args: { name: 'one' } });
  await open('set', { args: { name: 'two' } });
  expect((screen.getByLabelText('Name') as HTMLInputElement).value).toBe('two');
});

it('offers how long it mostly is with a click each, in words, and shows which is entered', async () => {
  const kick = COMMANDS.commands.find(({ name }) => name === 'kick')!;
  const minutes = { type: 'integer', unit: 'minutes', zero: 'for ever', presets: [60, 1_440, 0] } as const;
  const args = { ...kick.args, properties: { ...kick.args.properties, minutes } };
  window.close();
  window = await testWindow({ manifests: [{ ...COMMANDS, commands: [{ ...kick, args }] }] });
  window.answers['command.impact'] = () => ({ ok: true, result: { text: 'disconnects eve' } });
  window.answers['command.run'] = () => ({ ok: true, result: { result: {}, durationMs: 4 } });
  await show('kick', { args: { nick: 'eve', minutes: '1440' } });
  const choices = () =>
    within(screen.getByRole('group', { name: 'Minutes' }))
      .getAllByRole('button')
      .map((one) => `${one.textContent} ${one.getAttribute('aria-pressed')}`);
  expect(choices()).toEqual(['1 hour false', '1 day true', 'for ever false']);
  await press('1 hour');
  expect(choices()).toEqual(['1 hour true', '1 day false', 'for ever false']);
  await read();
  await press('Run kick');
  expect(ran().at(-1)).toMatchObject({ args: { nick: 'eve', minutes: 60 }, confirmed: true });
});
