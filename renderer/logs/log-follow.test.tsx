// @vitest-environment happy-dom
/** Following a log, leaving it, pausing it and jumping to a crash. */
import { fireEvent, screen } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, test, vi } from 'vitest';
import { noTokens } from '../look/test-tokens.ts';
import { pass } from '../model/test-window.tsx';
import { press, type TestPage, testPage } from '../ui/test-page.tsx';
import { LogView } from './log-view.tsx';
import {
  arrive,
  button,
  count,
  crash,
  follows,
  lines,
  log,
  logWorld,
  many,
  openLog,
  START,
} from './test-log.tsx';

let page: TestPage;
/** Where the view was sent, by its top in pixels. */
let sent: number[];
beforeEach(() => {
  sent = logWorld();
});
afterEach(() => {
  page.close();
  noTokens();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

async function open(...given: Parameters<typeof openLog>) {
  const { page: opened, view } = await openLog(...given);
  page = opened;
  return view;
}
const add = (...given: Parameters<typeof arrive> extends [unknown, ...infer Rest] ? Rest : never) =>
  arrive(page, ...given);
describe('following', () => {
  const scrollTo = async (top: number, height = 28_000) => {
    Object.defineProperty(log(), 'scrollHeight', { value: height, configurable: true });
    log().scrollTop = top;
    fireEvent.scroll(log());
    await pass(0);
  };

  it('keeps the newest line in view', async () => {
    await open(many(100));
    expect([follows(), sent.at(-1)]).toEqual([true, 100 * 28 - 280]);
    await add(many(1, 101));
    expect(sent.at(-1)).toBe(101 * 28 - 280);
  });

  it('can be left and taken up again', async () => {
    await open(many(100));
    await press('Follow');
    expect(follows()).toBe(false);
    sent.length = 0;
    await add(many(1, 101));
    expect(sent).toEqual([]);
    await press('Follow');
    await pass(100);
    expect([follows(), sent.at(-1)]).toEqual([true, 101 * 28 - 280]);
  });

  it('is left by a reader who goes up', async () => {
    await open(many(1_000));
    await scrollTo(27_719);
    expect(follows()).toBe(true);
    await scrollTo(27_600);
    expect(follows()).toBe(false);
    // Reaching the end does not begin it again.
    await scrollTo(27_720);
    expect(follows()).toBe(false);
  });

  it('is not left by a log that becomes shorter', async () => {
    await open(many(1_000));
    await scrollTo(100, 400);
    expect(follows()).toBe(true);
  });

  test.each<[string, boolean, () => boolean]>([
    ['the wheel, up', false, () => fireEvent.wheel(log(), { deltaY: -1 })],
    ['the wheel, down', true, () => fireEvent.wheel(log(), { deltaY: 1 })],
    ['the wheel, sideways', true, () => fireEvent.wheel(log(), { deltaY: 0 })],
    ['a key up', false, () => fireEvent.keyDown(log(), { key: 'PageUp' })],
    ['a key down', true, () => fireEvent.keyDown(log(), { key: 'PageDown' })],
    ['a press on a line', false, () => fireEvent.click(button(/line 100$/))],
  ])('after %s it goes on: %j', async (_, goesOn, use) => {
    await open(many(100));
    use();
    await pass(0);
    expect(follows()).toBe(goesOn);
  });

  it('does not pull the scrollbar away from who holds it', async () => {
    await open(many(100));
    fireEvent.pointerDown(log());
    sent.length = 0;
    await add(many(1, 101));
    expect([sent, follows()]).toEqual([[], true]);
    fireEvent.pointerUp(window);
    await add(many(1, 102));
    expect(sent.at(-1)).toBe(102 * 28 - 280);
  });
});

describe('a pause', () => {
  it('keeps what is there, counts what comes, and goes on from there', async () => {
    await open(many(2));
    const sign = (name: string) => button(name).querySelector('path')?.getAttribute('d');
    const paused = sign('Pause');
    await press('Pause');
    expect([sign('Resume') === undefined, sign('Resume') === paused]).toEqual([false, false]);
    await press('Resume');
    expect(sign('Pause')).toBe(paused);
    await press('Pause');
    expect(button('Resume').getAttribute('aria-pressed')).toBe('true');
    await add(many(1_500, 3));
    expect([lines().length, count()]).toEqual([2, '2 records']);
    await press('Resume, 1,500 new');
    expect([button('Pause').getAttribute('aria-pressed'), count()]).toEqual(['false', '1,502 records']);
  });
});

describe('crashes', () => {
  it('stand where they happened', async () => {
    await open(many(3), [crash(START + 1_500)]);
    expect(lines()[1]).toBe('14:00:01Process ended: killed by signal SIGKILL');
  });

  it('are jumped to: the last one, in the middle of the view, and following ends', async () => {
    await open(many(1_000), [crash(START + 100_500), crash(START + 500_500)]);
    expect(follows()).toBe(true);
    await press('Jump to the last crash');
    await pass(100);
    // Of 1,002 lines it is the 502nd, half a view above it and half below.
    expect([sent.at(-1), follows()]).toEqual([501 * 28 + 14 - 140, false]);
    expect(lines().some((line) => line?.includes('Process ended'))).toBe(true);
  });

  it('are not jumped to where there are none', async () => {
    await open(many(3));
    expect(screen.queryByRole('button', { name: 'Jump to the last crash' })).toBeNull();
  });

  it('need not be there: the log begins at the line of the time that was asked for, which stands out', async () => {
    await open(many(1_000), [], START + 99_400);
    expect([Math.max(...sent), follows()]).toEqual([98 * 28 + 14 - 140, false]);
    expect(screen.queryByText(/^The log has nothing of/)).toBeNull();
    page.close();
    await open(many(1_000), [], START - 3_600_000);
    expect(screen.getByText(/^The log has nothing of .* \(any more\); the nearest line is of /)).toBeTruthy();
  });

  it('are where the log begins that was asked for by one, once the records are there', async () => {
    await open([], [], START + 100_400);
    page.close();
    await open([], [crash(START + 100_500), crash(START + 500_500)], START + 100_400);
    expect(follows()).toBe(false);
    page.close();
    sent.length = 0;
    page = await testPage();
    const source = page.model.source('d')!;
    source.logs.addLive(1, many(1_000), 0);
    page.show(
      <LogView
        source={source}
        crashes={[crash(START + 100_500), crash(START + 500_500)]}
        at={START + 100_400}
      />,
    );
    await pass(100);
    expect(sent.at(-1)).toBe(100 * 28 + 14 - 140);
    sent.length = 0;
    await add(many(1, 1_001));
    expect(sent).toEqual([]);
  });
});
