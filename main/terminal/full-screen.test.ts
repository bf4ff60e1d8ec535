/** The terminal is given back as it was, whatever ends a live view. */
import { EventEmitter } from 'node:events';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { anyCharacter } from '../../contract/test-characters.ts';
import { FullScreen, keysIn, type ScreenProcess } from './full-screen.ts';

const ENTERED = '\u001b[?1049h\u001b[?25l\u001b[?7l';
const LEFT = '\u001b[?7h\u001b[?25h\u001b[?1049l';

function terminal(stdinIsTTY = true) {
  let written = '';
  const stdout = Object.assign(new EventEmitter(), {
    columns: 40,
    rows: 10,
    writableNeedDrain: false,
    write(text: unknown) {
      written += String(text);
      return true;
    },
  });
  const raw: boolean[] = [];
  const stdin = Object.assign(new EventEmitter(), {
    isTTY: stdinIsTTY,
    setRawMode: (on: boolean) => void raw.push(on),
    resume: vi.fn(),
    pause: vi.fn(),
  });
  const exit = vi.fn();
  const process = Object.assign(new EventEmitter(), { stdout, stdin, exit }) as unknown as ScreenProcess &
    EventEmitter;
  const key = vi.fn();
  const resized = vi.fn();
  return {
    ...{ process, stdout, stdin, exit, raw, key, resized },
    screen: new FullScreen(process, { key, resized }),
    written: () => written,
    listeners: () => [process, stdout, stdin].flatMap((one) => one.eventNames().map(String)).sort(),
  };
}

test('a view has another screen and raw keys until it leaves, and nothing of it stays', () => {
  const one = terminal();
  expect([one.written(), one.raw]).toEqual([ENTERED, [true]]);
  expect(one.screen.hasKeys).toBe(true);
  expect(one.stdin.resume).toHaveBeenCalledOnce();
  one.screen.leave();
  one.screen.leave();
  expect([one.written(), one.raw, one.listeners()]).toEqual([ENTERED + LEFT, [true, false], []]);
  expect(one.stdin.pause).toHaveBeenCalledOnce();
  one.screen.show(['late']);
  expect(one.written()).toBe(ENTERED + LEFT);
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
])('%s ends the program with its own code, the terminal as it was', (signal, code) => {
  const one = terminal();
  one.process.emit(signal);
  expect([one.written(), one.raw]).toEqual([ENTERED + LEFT, [true, false]]);
  expect(one.exit).toHaveBeenCalledExactlyOnceWith(code);
});

test.each(['uncaughtExceptionMonitor', 'exit'])(
  'on %s the terminal is given back before anything else is written',
  (event) => {
    const one = terminal();
    one.process.emit(event);
    expect([one.written(), one.raw]).toEqual([ENTERED + LEFT, [true, false]]);
    expect(one.exit).not.toHaveBeenCalled();
  },
);

test('lines are written over those before, and left out while the terminal has not taken those', () => {
  const one = terminal();
  one.screen.show(['a', 'b']);
  expect(one.written()).toBe(`${ENTERED}\u001b[Ha\u001b[K\r\nb\u001b[K\u001b[J`);
  one.stdout.writableNeedDrain = true;
  one.screen.show(['c']);
  expect(one.written()).not.toContain('c\u001b[K');
});

test('keys and sizes are told as they come', () => {
  const one = terminal();
  one.stdin.emit('data', Buffer.from('\u001b[Bq'));
  expect(one.key.mock.calls).toEqual([['down'], ['q']]);
  one.stdout.columns = 100;
  one.stdout.emit('resize');
  expect(one.resized).toHaveBeenCalledOnce();
  expect(one.screen.size).toEqual({ columns: 100, rows: 10 });
  one.stdout.columns = 0;
  expect(one.screen.size.columns).toBe(80);
});

test('without a keyboard there are no keys, and the input is left alone', () => {
  const one = terminal(false);
  expect([one.screen.hasKeys, one.raw, one.stdin.listenerCount('data')]).toEqual([false, [], 0]);
  one.screen.leave();
  expect([one.raw, one.written()]).toEqual([[], ENTERED + LEFT]);
});

test('keys are read by what they send, several at once too, and what is unknown is no key', () => {
  expect(keysIn('\u001b[A\u001b[B\u001b[C\u001b[D')).toEqual(['up', 'down', 'right', 'left']);
  expect(keysIn('\u001bOA\u001bOB\u001bOC\u001bOD')).toEqual(['up', 'down', 'right', 'left']);
  expect(keysIn('\u001b[5~\u001b[6~\u001b[H\u001b[F')).toEqual(['page-up', 'page-down', 'home', 'end']);
  expect(keysIn('\u001b[1;5Aq\u0003s')).toEqual(['q', 'interrupt', 's']);
  expect(keysIn('\u001b')).toEqual(['\u001b']);
  fc.assert(fc.property(fc.string({ unit: anyCharacter }), (text) => keysIn(text).length <= text.length));
});
