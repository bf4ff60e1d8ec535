// @vitest-environment happy-dom
/** The Commands page of a daemon: which commands are listed, which one is chosen by the address, and the filter. */
import { cleanup, screen, within } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { testScreen } from '../model/test-screen.ts';
import { enter, goTo, manifestOf, type TestWindow, testWindow } from '../model/test-window.tsx';
import { CommandsTab } from './commands-tab.tsx';
import { COMMANDS } from './test-commands.ts';

let window: TestWindow;
beforeEach(async () => {
  vi.useFakeTimers();
  testScreen();
  window = await testWindow({ manifests: [COMMANDS] });
});
afterEach(async () => {
  cleanup();
  window.close();
  await goTo('');
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const show = (manifest = COMMANDS) => window.show(<CommandsTab manifest={manifest} up />);
const listed = () =>
  within(screen.getByRole('navigation', { name: 'Commands' }))
    .queryAllByRole('link')
    .map(({ textContent }) => textContent);
const chosen = () => screen.getByRole('heading', { level: 2 }).textContent;
/** A daemon with so many commands. */
const withCommands = (count: number) =>
  manifestOf({
    commands: Object.fromEntries(
      Array.from({ length: count }, (_, i) => [
        `do${i}`,
        {
          summary: i === 3 ? 'Counts Sheep' : 'Other',
          danger: 'safe',
          access: 'read',
          result: 'json',
          args: z.object({}),
        },
      ]),
    ),
  });

it('lists the commands with their harm in words, and links to each', async () => {
  await show();
  expect(listed()).toEqual(['clients', 'kickdisruptive', 'wipeirreversible', 'set']);
  const kick = screen.getByRole('link', { name: /^kick/ });
  expect(kick.getAttribute('href')).toBe('#/h/a/daemon/d/commands?command=kick');
  expect(kick.getAttribute('title')).toBe('Disconnects a client');
});

it('tells by colour too how much harm a command does, and which one is chosen', async () => {
  await show();
  const link = (name: RegExp) => screen.getByRole('link', { name });
  const sign = (name: RegExp) => link(name).querySelector('svg')?.parentElement?.className;
  expect([/^clients/, /^kick/, /^wipe/, /^set/].map(sign)).toEqual([
    undefined,
    'text-warn',
    'text-bad',
    undefined,
  ]);
  expect([/^clients/, /^set/].map((name) => link(name).className.split(' ').at(-1))).toEqual([
    'text-accent',
    'hover:bg-hover',
  ]);
});

it('shows the first, then the one that the address names, with what the address gives it', async () => {
  await show();
  expect(chosen()).toBe('clients');
  await goTo('#/h/a/daemon/d/commands?command=kick&nick=eve');
  expect(chosen()).toBe('kick');
  expect((screen.getByLabelText('Nick') as HTMLInputElement).value).toBe('eve');
  const current = screen.getAllByRole('link').filter((link) => link.getAttribute('aria-current') === 'true');
  expect(current.map(({ textContent }) => textContent)).toEqual(['kickdisruptive']);
});

it('shows the command that an address of before calls by its old name', async () => {
  await goTo('#/h/a/daemon/d/commands?command=set');
  await show();
  expect(chosen()).toBe('set');
  await goTo('#/h/a/daemon/d/commands?command=who');
  expect(chosen()).toBe('clients');
});

it('is filtered by name and summary where there are more than eight', async () => {
  const { unmount } = await show(withCommands(8));
  expect(screen.queryByRole('searchbox')).toBeNull();
  unmount();
  await show(withCommands(9));
  const filter = screen.getByRole('searchbox', { name: 'Filter commands' });
  await enter(filter, 'sheep');
  expect(listed()).toEqual(['do3']);
  await enter(filter, 'DO5');
  expect(listed()).toEqual(['do5']);
  expect(chosen()).toBe('do0');
  await enter(filter, '');
  expect(listed()).toHaveLength(9);
});

it('says where a daemon has no commands', async () => {
  await show(manifestOf({ commands: {} }));
  expect(screen.getByText('This daemon offers no commands')).toBeDefined();
  expect(screen.queryByRole('navigation')).toBeNull();
});
