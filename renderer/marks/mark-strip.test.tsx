// @vitest-environment happy-dom
/** The strip of marks: what stands on it and says what it is, how the keyboard goes along it, and what charts draw for it. */
import { act, cleanup, fireEvent, screen } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { markLine } from '../charts/mark-line.ts';
import { testScreen } from '../model/test-screen.ts';
import { daemon, goTo, key, pass, type TestWindow, testWindow } from '../model/test-window.tsx';
import { MarkStrip } from './mark-strip.tsx';

const NOW = new Date(2026, 10, 20, 14, 0).getTime();
const at = (secondsAgo: number) => NOW - secondsAgo * 1_000;
let window: TestWindow;
let sizes: ReturnType<typeof testScreen>;
beforeEach(async () => {
  vi.useFakeTimers({ now: NOW });
  sizes = testScreen();
  window = await testWindow();
});
afterEach(async () => {
  cleanup();
  window.close();
  await goTo('');
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const one = (kind: string, secondsAgo: number, more: object = {}) => {
  const time = at(secondsAgo);
  return { kind, time, until: time, count: 1, daemon: 'd', text: '', ...more };
};
const recorded = (marks: readonly object[], actions = true) => {
  window.answers['marks.query'] = () => ({ ok: true, result: { marks, actions } });
};
async function show(hash = '#/h/a/daemon/d/live?range=1h', daemonId: string | null = 'd') {
  await goTo(hash);
  await window.show(<MarkStrip daemon={daemonId} />);
  sizes.resize(screen.getByRole('list'), 600);
  await pass(0);
}
const links = () => screen.queryAllByRole('link') as HTMLAnchorElement[];
const said = () => links().map((link) => link.getAttribute('aria-label'));

describe('the strip', () => {
  it('says of each mark when it was and what, and leads to where there is more', async () => {
    recorded([
      one('crash', 3_000, { text: 'killed by signal SIGSEGV' }),
      one('start', 2_000),
      one('action', 1_000, { count: 3, until: at(990), text: 'ann: kill' }),
      one('reload', 600, { daemon: '', text: 'ann: config.reload' }),
    ]);
    await show();
    expect(said()).toEqual([
      '13:10:00 crash of d: killed by signal SIGSEGV',
      '13:26:40 start of d',
      '13:43:20 to 13:43:30 3 actions',
      '13:50:00 ann: config.reload',
    ]);
    expect(links().map((link) => link.getAttribute('href'))).toEqual([
      `#/h/a/daemon/d/crashes?at=${at(3_000)}`,
      `#/h/a/daemon/d/logs?at=${at(2_000)}`,
      `#/h/a/audit?at=${at(990)}`,
      `#/h/a/audit?at=${at(600)}`,
    ]);
    expect(screen.getByRole('list', { name: 'Events, Last 1 h' })).toBeTruthy();
    expect(window.argsOf('marks.query')).toEqual([{ daemon: 'd', from: at(3_600), to: NOW }]);
    // An hour is 600 pixels wide.
    expect(links().map((link) => Number.parseFloat(link.parentElement!.style.left))).toEqual(
      [100, 267, 433, 500].map((x) => expect.closeTo(x, 0)),
    );
  });

  it('tells of several at one place how many there are, and the gravest of them', async () => {
    recorded([
      one('start', 1_010),
      one('crash', 1_012, { text: 'killed' }),
      one('action', 1_005, { text: 'ann: drop' }),
    ]);
    await show();
    expect(said()).toEqual(['13:43:08 to 13:43:15 3 events: 1 crash, 1 start, 1 action; crash of d: killed']);
    cleanup();
    recorded([one('action', 1_010, { text: 'ann: drop' }), one('action', 1_005, { text: 'ann: kill' })]);
    await show('#/h/a/daemon/d/live?range=6h');
    expect(said()[0]).toContain('2 actions; ann: drop, d');
  });

  it('asks of all daemons, over the range of the address, once', async () => {
    await show('#/h/a?from=1000&to=601000', null);
    await pass(600_000);
    expect(window.argsOf('marks.query')).toEqual([{ from: 1_000, to: 601_000 }]);
    expect(screen.getByText('No events')).toBeTruthy();
    await goTo('#/h/a?range=7d');
    expect(window.argsOf('marks.query')).toHaveLength(2);
  });

  it('shows of one daemon what was read of all, until its own answer is there', async () => {
    recorded([one('start', 2_000), one('start', 1_000, { daemon: 'e' }), one('reload', 600, { daemon: '' })]);
    await show('#/h/a?range=1h', null);
    cleanup();
    const pending = window.hold('marks.query');
    await show();
    expect(said()).toEqual(['13:26:40 start of d']);
    await pending[0]?.answer({ ok: true, result: { marks: [one('crash', 500)], actions: true } });
    expect(said()).toHaveLength(1);
    expect(said()[0]).toContain('crash of d');
  });

  it('has what happens now at once, and what is not about its daemon never', async () => {
    recorded([]);
    await show();
    act(() =>
      window.emit({ type: 'daemon', daemon: daemon({ state: 'crashed', since: NOW, cause: 'killed' }) }),
    );
    act(() => window.emit({ type: 'daemon', daemon: daemon({ id: 'e', state: 'stopped', since: NOW }) }));
    await pass(0);
    expect(said()).toEqual(['14:00:00 crash of d: killed']);
    await pass(120_000);
    act(() =>
      window.emit({
        type: 'audit',
        entry: {
          ...{
            time: NOW + 120_000,
            actor: 'ann',
            from: 'window',
            action: 'command',
            target: 'd',
            command: 'drop',
          },
          ...{ args: {}, ok: true, outcome: '', durationMs: 1, effects: [], key: 'k' },
        },
      }),
    );
    await pass(0);
    expect(said()).toEqual(['14:00:00 crash of d: killed', '14:02:00 ann: drop, d']);
  });

  it('says where the recorder could not be asked, and that actions are for those who may read them', async () => {
    window.answers['marks.query'] = () => ({ ok: false, error: { code: 'history_paused', message: '' } });
    await show();
    expect(screen.getByText(/^Only what happened since/)).toBeTruthy();
    cleanup();
    recorded([one('start', 10)], false);
    await show();
    expect(screen.getByRole('region', { name: 'Events' }).title).toBe(
      'Actions are shown to those who may read the audit trail',
    );
  });
});

describe('the keyboard', () => {
  it('enters at one mark and goes along the others by arrows', async () => {
    recorded([one('stop', 3_000), one('start', 2_000), one('stop', 1_000)]);
    await show();
    expect(links().map(({ tabIndex }) => tabIndex)).toEqual([-1, -1, 0]);
    act(() => links()[2]!.focus());
    const on = () => links().findIndex((link) => link.matches(':focus'));
    await key(links()[2]!, 'ArrowLeft');
    expect([on(), links().map(({ tabIndex }) => tabIndex)]).toEqual([1, [-1, 0, -1]]);
    await key(links()[1]!, 'Home');
    await key(links()[0]!, 'ArrowLeft');
    expect(on()).toBe(0);
    await key(links()[0]!, 'End');
    expect(on()).toBe(2);
    expect(await key(links()[2]!, 'a')).toBe(true);
  });
});

it('has the charts draw a line at the mark that is pointed at, and none afterwards', async () => {
  recorded([one('stop', 3_000), one('start', 2_000)]);
  const drawn = vi.fn();
  const end = markLine.subscribe(drawn);
  await show();
  const time = () => markLine.getState().time;
  expect(time()).toBeNull();
  cleanup();
  // Nobody draws for nothing.
  expect(drawn).not.toHaveBeenCalled();
  end();
  await show();
  await act(async () => void fireEvent.mouseEnter(links()[0]!));
  expect(time()).toBe(at(3_000));
  expect(screen.getAllByText('13:10:00 stop of d').length).toBeGreaterThan(0);
  await act(async () => void fireEvent.mouseLeave(links()[0]!));
  expect(time()).toBeNull();
  act(() => links()[1]!.focus());
  expect(time()).toBe(at(2_000));
  cleanup();
  expect(time()).toBeNull();
});
