// @vitest-environment happy-dom
/** What stands beside the form of a command: what it would do now, and how it was run last. */
import { act, cleanup, screen, within } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { AuditEntry } from '../../contract/control/audit.ts';
import { testScreen } from '../model/test-screen.ts';
import { enter, goTo, pass, type TestWindow, testWindow } from '../model/test-window.tsx';
import { CommandsTab } from './commands-tab.tsx';
import { COMMANDS } from './test-commands.ts';

const START = new Date(2026, 10, 20, 14, 0, 0).getTime();
let window: TestWindow;
beforeEach(() => {
  vi.useFakeTimers({ now: START });
  testScreen();
});
afterEach(async () => {
  cleanup();
  window.close();
  await goTo('');
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const entry = (id: number, change: Partial<AuditEntry> = {}): AuditEntry => ({
  id,
  time: START - id * 60_000,
  actor: 'mira',
  from: 'browser',
  action: 'command.run',
  target: 'd',
  command: 'kick',
  args: { nick: `eve${id}` },
  ok: true,
  outcome: '',
  durationMs: 3,
  effects: [],
  ...change,
});
async function open(
  command: string,
  entries: readonly AuditEntry[] = [],
  options: Parameters<typeof testWindow>[0] = {},
  up = true,
): Promise<void> {
  window = await testWindow({ manifests: [COMMANDS], ...options });
  window.answers['command.impact'] = (call) => {
    const { args } = call as { readonly args: { readonly nick: string } };
    return { ok: true, result: { text: `disconnects ${args.nick}` } };
  };
  window.answers['audit.query'] = () => ({ ok: true, result: { entries, more: false } });
  await goTo(`#/h/a/daemon/d/commands?command=${command}`);
  await window.show(<CommandsTab manifest={COMMANDS} up={up} />);
  await pass(300);
}
const now = () => screen.queryByRole('region', { name: 'What it would do now' })?.textContent;
const runs = () => within(screen.getByRole('region', { name: 'Last runs' }));

it('says what the command would do with what is entered, as it is entered', async () => {
  await open('kick');
  expect(now()).toContain('Fill in what is needed');
  expect(window.argsOf('command.impact')).toEqual([]);
  await enter(screen.getByLabelText('Nick'), 'eve');
  await pass(300);
  expect(now()).toContain('Disconnects eve.');
  window.answers['command.impact'] = () => ({
    ok: false,
    error: { code: 'not_found', message: 'There is no ann.', detail: { refused: true } },
  });
  await enter(screen.getByLabelText('Nick'), 'ann');
  await pass(300);
  expect(now()).toContain('There is no ann.');
});

it('asks nothing of a daemon that is down, and of a command that disturbs nobody', async () => {
  await open('kick', [], {}, false);
  expect(now()).toContain('cannot be asked');
  cleanup();
  window.close();
  await open('clients');
  expect(now()).toBeUndefined();
  expect(window.argsOf('command.impact')).toEqual([]);
});

it('shows how it was run last, and fills that in again', async () => {
  const failed = entry(2, { ok: false, outcome: 'not_found: there is no eve2' });
  await open('kick', [
    entry(1),
    failed,
    entry(3, { command: 'clients' }),
    ...[4, 5, 6, 7, 8].map((id) => entry(id)),
  ]);
  expect(window.argsOf('audit.query')).toEqual([{ limit: 100, target: 'd', text: 'kick' }]);
  const rows = runs()
    .getAllByRole('listitem')
    .map((one) => one.textContent);
  expect(rows).toHaveLength(6);
  expect(rows.slice(0, 2)).toEqual([
    'went well13:59:00miraFill in againNick eve1',
    'failed13:58:00miraFill in againNick eve2not_found: there is no eve2',
  ]);
  const again = runs().getAllByRole('link')[1]!;
  await goTo(again.getAttribute('href')!);
  expect((screen.getByLabelText('Nick') as HTMLInputElement).value).toBe('eve2');
});

it('shows a run that happens meanwhile, and says that there was none, or that nobody knows', async () => {
  await open('kick');
  expect(runs().getByText(/^It has not been run yet/)).toBeTruthy();
  const { id: _, ...live } = entry(0);
  act(() => window.emit({ type: 'audit', entry: live }));
  expect(runs().getByText('Nick eve0')).toBeTruthy();
  cleanup();
  window.close();
  await open('kick');
  window.answers['audit.query'] = () => ({ ok: false, error: { code: 'history_paused', message: 'no' } });
  await goTo('#/h/a/daemon/d/commands?command=wipe');
  await pass(300);
  expect(runs().getByText(/cannot be read now/)).toBeTruthy();
});

it('is not there for who may not read the trail, beside a command that disturbs nobody', async () => {
  await open('clients', [], { info: { role: 'viewer' } });
  expect(screen.queryByRole('region', { name: 'Last runs' })).toBeNull();
  expect(window.argsOf('audit.query')).toEqual([]);
});
