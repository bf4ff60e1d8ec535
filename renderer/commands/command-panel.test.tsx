// @vitest-environment happy-dom
/** A command on the Commands page: its form, what is asked before it disturbs anybody, and that it runs and ends. */
import { act, cleanup, screen, within } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { testScreen } from '../model/test-screen.ts';
import { enter, pass, press, submit, type TestWindow, testWindow } from '../model/test-window.tsx';
import { pressAction } from '../tables/test-table.ts';
import { closeCommand, useOpenCommand } from './command-dialog-store.ts';
import { CommandPanel } from './command-panel.tsx';
import { COMMANDS, commandOf } from './test-commands.ts';

/** How long a question stands before it can be answered, in milliseconds. */
const READ = 800;
/** A dialog that is closed is gone after so many milliseconds. */
const CLOSING = 100;

let window: TestWindow;
let sizes: ReturnType<typeof testScreen>;
beforeEach(async () => {
  vi.useFakeTimers();
  sizes = testScreen();
  window = await testWindow({ manifests: [COMMANDS] });
  window.answers['command.impact'] = () => ({ ok: true, result: { text: 'disconnects 3 clients' } });
});
afterEach(() => {
  cleanup();
  window.close();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const show = (name: string, given: Readonly<Record<string, string>> = {}, up = true) =>
  window.show(<CommandPanel manifest={COMMANDS} command={commandOf(name)} {...{ given, up }} />);
const field = (name: string) => screen.getByLabelText(name) as HTMLInputElement;
const ran = () => window.argsOf('command.run');
const done = (result: unknown, durationMs = 4) => ({ ok: true, result: { result, durationMs } });
const button = (name: string) => screen.getByRole('button', { name });
const isOff = (name: string) => button(name).getAttribute('aria-disabled') === 'true';

describe('the form of a command', () => {
  it('says what the command is, how much harm it does, and what each argument is', async () => {
    await show('kick');
    expect(screen.getByRole('heading', { name: 'kick' })).toBeDefined();
    expect(screen.getByText('Disconnects a client')).toBeDefined();
    expect(screen.getByText('disruptive').closest('[title]')?.getAttribute('title')).toBe(
      'Disturbs people who are connected; asks before it runs.',
    );
    const nick = field('Nick');
    expect(nick.getAttribute('aria-required')).toBe('true');
    expect(document.getElementById(nick.getAttribute('aria-describedby') ?? '')?.textContent).toBe('Whose');
    const reason = screen.getByLabelText(/^Reason/);
    expect(reason.getAttribute('aria-required')).toBe('false');
    expect(reason.hasAttribute('aria-describedby')).toBe(false);
    expect(screen.getAllByText('optional')).toHaveLength(1);
  });

  it.each([
    ['clients', null, 'bg-accent'],
    ['kick', 'text-warn', 'bg-bad'],
    ['wipe', 'text-bad', 'bg-bad'],
  ])('tells by the colours of badge and button how much harm %s does', async (name, badge, tone) => {
    await show(name);
    const { title, classList } = button(`Run ${name}`);
    expect([title, classList.contains(tone)]).toEqual(['', true]);
    const word = screen.queryByText(/^(disruptive|irreversible)$/);
    expect(word?.parentElement?.classList.contains(badge ?? '-') ?? null).toBe(badge === null ? null : true);
  });

  it('has the control of each kind of argument', async () => {
    await show('set', { name: 'x' });
    const kinds = ['Name', 'Password', 'Most', 'Masks'].map((name) => {
      const { type, inputMode, value } = screen.getByLabelText(new RegExp(`^${name}`)) as HTMLInputElement;
      return [type, inputMode, value];
    });
    expect(kinds).toEqual([
      ['text', '', 'x'],
      ['password', '', ''],
      ['text', 'decimal', ''],
      ['text', '', ''],
    ]);
    const options = (name: RegExp) => {
      const list = screen.getByLabelText(name) as HTMLSelectElement;
      return [list.value, ...[...list.options].map(({ value, text }) => `${value}=${text}`)];
    };
    expect(options(/^Level/)).toEqual(['', '=(not set)', 'low=low', 'high=high']);
    expect(options(/^Order/)).toEqual(['up', '=(not set)', 'up=up', 'down=down']);
    // Its name is all that its label says: that it may be left alone need not be said of a switch.
    expect(screen.getByRole('switch', { name: 'Loud' }).getAttribute('aria-checked')).toBe('false');
    expect(screen.getByText('Loud', { selector: 'label' }).textContent).toBe('Loud');
    const shape = (name: RegExp) =>
      [...screen.getByLabelText(name).classList].filter((one) => /^w-|text-right/.test(one));
    expect([shape(/^Name/), shape(/^Most/)]).toEqual([['w-full'], ['w-40', 'text-right']]);
    const texts = (name: RegExp) => screen.getByLabelText(name).parentElement?.textContent;
    expect(texts(/^Masks/)).toContain('Separate several with commas or spaces.');
    expect(texts(/^Notes/)).toContain('Words. Separate several with commas or spaces.');
    expect(texts(/^Level/)).not.toContain('Separate');
  });

  it('sends what was entered, as the types of the arguments', async () => {
    await show('set');
    await enter(field('Name'), 'mode');
    await enter(screen.getByLabelText(/^Most/), '7');
    await enter(screen.getByLabelText(/^Level/), 'high');
    await enter(screen.getByLabelText(/^Masks/), 'a, b');
    await press(screen.getByRole('switch', { name: 'Loud' }));
    expect(screen.getByRole('switch', { name: 'Loud' }).getAttribute('aria-checked')).toBe('true');
    expect(screen.getByLabelText(/^Masks/).getAttribute('spellcheck')).toBe('false');
    // It stands on a page, which nobody closes.
    expect(screen.queryByRole('button', { name: 'Close' })).toBeNull();
    await press('Run set');
    expect(ran()).toEqual([
      {
        daemon: 'd',
        command: 'set',
        args: { name: 'mode', most: 7, level: 'high', order: 'up', loud: true, masks: ['a', 'b'] },
        confirmed: false,
        ticket: expect.stringMatching(/^window-\d+$/),
      },
    ]);
  });

  it('says what is wrong once it is sent, beside the field, and sends nothing', async () => {
    await show('set');
    await enter(screen.getByLabelText(/^Most/), '12');
    expect(screen.queryByRole('alert')).toBeNull();
    await submit(field('Name'));
    expect(screen.getAllByRole('alert').map(({ textContent }) => textContent)).toEqual([
      'This is needed',
      'This must be at most 9',
    ]);
    expect(ran()).toEqual([]);
    const name = field('Name');
    expect(name.getAttribute('aria-invalid')).toBe('true');
    const described = (name.getAttribute('aria-describedby') ?? '').split(' ');
    expect(described.map((id) => document.getElementById(id)?.textContent)).toEqual([
      'Of the setting',
      'This is needed',
    ]);
    await enter(name, 'mode');
    expect(field('Name').getAttribute('aria-invalid')).toBe('false');
    expect(screen.getAllByRole('alert')).toHaveLength(1);
  });

  it('takes no command while the daemon does not run', async () => {
    await show('clients', {}, false);
    expect(screen.getByText('d is not running, so it takes no commands. Start it first.')).toBeDefined();
    expect(isOff('Run clients')).toBe(true);
    await submit(button('Run clients'));
    expect(ran()).toEqual([]);
  });
});

describe('a command that runs', () => {
  it('cannot be changed or sent twice, tells how long it takes, and can be cancelled', async () => {
    const pending = window.hold('command.run');
    await show('set', { name: 'mode' });
    expect(screen.queryByText(/Running/)).toBeNull();
    await pass(5_000);
    await press('Run set');
    expect(isOff('Run set')).toBe(true);
    expect(field('Name').disabled).toBe(true);
    await submit(field('Name'));
    expect(pending).toHaveLength(1);
    await pass(2_500);
    expect(screen.getByText(/Running…/).textContent).toBe('Running… 2.50 s');
    await press('Cancel');
    const { ticket } = pending[0]!.args as { readonly ticket: string };
    expect(window.argsOf('command.cancel')).toEqual([{ ticket }]);
    await pending[0]?.answer(done({ now: 'mode' }));
    expect(screen.getByRole('status').textContent).toBe('Done in 4 ms');
    expect(field('Name').disabled).toBe(false);
    expect(screen.queryByRole('button', { name: 'Cancel' })).toBeNull();
    expect(screen.queryByText(/Running/)).toBeNull();
  });

  it('is run again, as it was, when a command on one of its rows has changed something', async () => {
    window.answers['command.run'] = () => done({ rows: [{ nick: 'eve', open: 1 }] });
    await show('clients');
    await press('Run clients');
    sizes.resize(screen.getByRole('region', { name: 'Rows of the result' }), 800, 400);
    await pressAction('eve', 'Kick');
    expect(ran()).toHaveLength(1);
    await act(async () => {
      useOpenCommand.getState().open?.onDone?.();
      await vi.advanceTimersByTimeAsync(0);
    });
    expect(ran()).toMatchObject([
      { command: 'clients', args: {}, confirmed: false },
      { command: 'clients', args: {}, confirmed: false },
    ]);
    act(closeCommand);
  });

  it('says with code and duration that it failed', async () => {
    const pending = window.hold('command.run');
    await show('clients');
    await pass(5_000);
    await press('Run clients');
    await pass(1_500);
    await pending[0]?.answer({ ok: false, error: { code: 'busy', message: 'Come back later.' } });
    const alert = screen.getByRole('alert');
    expect(within(alert).getByText('Failed after 1.50 s')).toBeDefined();
    expect(within(alert).getByText('Come back later.')).toBeDefined();
    expect(within(alert).getByText('busy')).toBeDefined();
  });
});

describe('a command that disturbs people', () => {
  it('asks with its impact and arguments first, and runs once the question could be read', async () => {
    const pending = window.hold('command.impact');
    await show('kick', { nick: 'eve' });
    await press('Run kick');
    expect(pending.map(({ args }) => args)).toEqual([
      { daemon: 'd', command: 'kick', args: { nick: 'eve', reason: 'bye' } },
    ]);
    expect(isOff('Run kick')).toBe(true);
    expect(screen.queryByRole('alertdialog')).toBeNull();
    await pending[0]?.answer({ ok: true, result: { text: 'disconnects eve' } });
    const question = screen.getByRole('alertdialog', { name: 'Run kick on d?' });
    expect(within(question).getByText('Disconnects eve.')).toBeDefined();
    expect(
      within(question)
        .getAllByRole('term')
        .map(({ textContent }) => textContent),
    ).toEqual(['Nick', 'Reason']);
    await pass(READ - 1);
    await press('Confirm');
    expect(ran()).toEqual([]);
    await pass(1);
    await submit(within(question).getByRole('button', { name: 'Confirm' }));
    expect(ran()).toMatchObject([{ command: 'kick', args: { nick: 'eve', reason: 'bye' }, confirmed: true }]);
    await pass(CLOSING);
    expect(screen.queryByRole('alertdialog')).toBeNull();
  });

  it('does nothing where the question is answered with no', async () => {
    await show('kick', { nick: 'eve' });
    await press('Run kick');
    await pass(READ);
    await press('Cancel');
    await pass(CLOSING);
    expect(screen.queryByRole('alertdialog')).toBeNull();
    expect(ran()).toEqual([]);
    expect(isOff('Run kick')).toBe(false);
  });

  it('names the host in the question where the window has several', async () => {
    await window.addHost('b');
    await show('kick', { nick: 'eve' });
    await press('Run kick');
    expect(screen.getByRole('alertdialog', { name: 'Run kick on d on host a?' })).toBeDefined();
  });

  it('says why the daemon would refuse, asks nothing, and takes that back with the next try', async () => {
    const error = { code: 'refused', message: 'eve is an operator' };
    window.answers['command.impact'] = () => ({ ok: false, error });
    await show('kick', { nick: 'eve' });
    await press('Run kick');
    const alert = screen.getByRole('alert');
    expect(within(alert).getByText('The daemon would refuse this')).toBeDefined();
    expect(within(alert).getByText('eve is an operator')).toBeDefined();
    expect(within(alert).getByText('refused')).toBeDefined();
    expect(screen.queryByRole('alertdialog')).toBeNull();
    expect(ran()).toEqual([]);
    window.hold('command.impact');
    await press('Run kick');
    expect(screen.queryByRole('alert')).toBeNull();
  });

  it('wants the value of its argument typed where it cannot be undone', async () => {
    await show('wipe', { room: '#old' });
    await press('Run wipe');
    await pass(READ);
    expect(isOff('Confirm')).toBe(true);
    const typed = screen.getByLabelText('Type #old to confirm');
    await enter(typed, '#ol');
    await submit(typed);
    expect(ran()).toEqual([]);
    await enter(typed, '#old');
    expect(isOff('Confirm')).toBe(false);
    await submit(typed);
    expect(ran()).toMatchObject([{ command: 'wipe', args: { room: '#old' }, confirmed: true }]);
  });
});
