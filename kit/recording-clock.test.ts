import { expect, test } from 'vitest';
import { RecordingClock, restamp } from './recording-clock.ts';

const START = 1_700_000_000_000;
const MINUTE = 60_000;
const DAY = 86_400_000;

/** A machine whose wall clock a test sets, and which goes on meanwhile. */
function machine() {
  const state = { wall: START, uptime: 5_000 };
  const clock = new RecordingClock(
    () => state.wall,
    () => state.uptime,
  );
  return {
    clock,
    read: () => clock.read(),
    /** So much time passes. */
    pass(ms: number) {
      state.wall += ms;
      state.uptime += ms;
    },
    /** Somebody sets the clock. */
    set(byMs: number) {
      state.wall += byMs;
    },
    get wall() {
      return state.wall;
    },
  };
}

test('a clock that is not set is believed', () => {
  const one = machine();
  expect(one.read()).toEqual({ now: START, wall: START, jumpMs: 0, echo: null });
  one.pass(DAY);
  expect(one.read()).toEqual({ now: START + DAY, wall: START + DAY, jumpMs: 0, echo: null });
});

test.each([1, -1])('one that is adjusted by up to a minute is believed at once (%i)', (sign) => {
  const one = machine();
  one.set(sign * MINUTE);
  expect(one.read()).toMatchObject({ now: START + sign * MINUTE, jumpMs: 0, echo: null });
  // From there on a further minute is an adjustment again.
  one.set(sign * MINUTE);
  expect(one.read()).toMatchObject({ now: START + sign * 2 * MINUTE, jumpMs: 0 });
});

test.each([1, -1])(
  'one that is set by more is not, for ten minutes, and time goes on as it was (%i)',
  (sign) => {
    const one = machine();
    const jump = sign * (MINUTE + 1);
    one.set(jump);
    expect(one.read()).toEqual({ now: START, wall: START + jump, jumpMs: jump, echo: null });
    one.pass(10 * MINUTE - 1);
    expect(one.read()).toMatchObject({ now: START + 10 * MINUTE - 1, jumpMs: jump });
    one.pass(1);
    expect(one.read()).toEqual({ now: one.wall, wall: one.wall, jumpMs: 0, echo: null });
    one.pass(DAY);
    expect(one.read()).toMatchObject({ now: one.wall, jumpMs: 0 });
  },
);

test('a clock that is set once more has to be right for ten minutes again', () => {
  const one = machine();
  one.set(DAY);
  one.read();
  one.pass(9 * MINUTE);
  one.set(DAY);
  expect(one.read()).toMatchObject({ now: START + 9 * MINUTE, jumpMs: 2 * DAY });
  one.pass(9 * MINUTE);
  expect(one.read()).toMatchObject({ now: START + 18 * MINUTE, jumpMs: 2 * DAY });
  one.pass(MINUTE);
  expect(one.read()).toMatchObject({ now: one.wall, jumpMs: 0 });
});

test('a jump that was adjusted meanwhile is one and the same', () => {
  const one = machine();
  one.set(DAY);
  one.read();
  one.pass(5 * MINUTE);
  one.set(MINUTE);
  expect(one.read()).toMatchObject({ now: START + 5 * MINUTE, jumpMs: DAY + MINUTE });
  one.pass(5 * MINUTE);
  expect(one.read()).toMatchObject({ now: one.wall, jumpMs: 0 });
});

test('a jump that was taken back has an echo: the time by the wrong clock, five seconds around it, for ten minutes', () => {
  const one = machine();
  one.pass(MINUTE);
  one.set(DAY);
  one.read();
  one.pass(20_000);
  one.read();
  one.set(-DAY);
  one.pass(1_000);
  const echo = {
    from: START + MINUTE + DAY - 5_000,
    to: START + MINUTE + 20_000 + DAY + 5_000,
    jumpMs: DAY,
  };
  const at = START + MINUTE + 21_000;
  expect(one.read()).toEqual({ now: at, wall: at, jumpMs: 0, echo: expect.objectContaining(echo) });
  one.pass(10 * MINUTE);
  expect(one.read().echo).toMatchObject(echo);
  one.pass(1);
  expect(one.read().echo).toBeNull();
});

test('a jump that is believed in the end leaves no echo of one before it', () => {
  const one = machine();
  one.set(DAY);
  one.read();
  one.set(-DAY);
  expect(one.read().echo).not.toBeNull();
  one.set(2 * DAY);
  expect(one.read().echo).toBeNull();
  one.pass(10 * MINUTE);
  expect(one.read()).toMatchObject({ jumpMs: 0, echo: null });
});

test('what was stamped during a jump is put right, what was stamped before it is left alone', () => {
  const ahead = { now: START, wall: START + DAY, jumpMs: DAY, echo: null };
  expect(restamp(START + DAY, ahead)).toBe(START);
  expect(restamp(START + DAY - 3_000, ahead)).toBe(START - 3_000);
  expect(restamp(START - 3_000, ahead)).toBe(START - 3_000);
  // Just in the middle it is taken for right.
  expect(restamp(START + DAY / 2, ahead)).toBe(START + DAY / 2);
  expect(restamp(START + DAY / 2 + 1, ahead)).toBe(START - DAY / 2 + 1);
  const behind = { now: START, wall: START - DAY, jumpMs: -DAY, echo: null };
  expect(restamp(START - DAY, behind)).toBe(START);
  expect(restamp(START, behind)).toBe(START);
});

test('what arrives after a jump was taken back is put right by its echo', () => {
  const echo = { from: START + DAY, to: START + DAY + 10_000, jumpMs: DAY };
  const reading = { now: START + 10_000, wall: START + 10_000, jumpMs: 0, echo };
  expect(restamp(START + DAY, reading)).toBe(START);
  expect(restamp(START + DAY + 10_000, reading)).toBe(START + 10_000);
  for (const time of [START + DAY - 1, START + DAY + 10_001, START + 10_000])
    expect(restamp(time, reading)).toBe(time);
  // The clock comes to those times once more, and then they are right.
  const later = { ...reading, now: START + DAY - 5_000, wall: START + DAY - 5_000 };
  expect(restamp(START + DAY, later)).toBe(START + DAY);
  expect(restamp(START + DAY + 1, later)).toBe(START + 1);
});

test('what a clock stamped that was behind is put right although those times are over', () => {
  const echo = { from: START - DAY, to: START - DAY + 10_000, jumpMs: -DAY };
  const reading = { now: START + 10_000, wall: START + 10_000, jumpMs: 0, echo };
  expect(restamp(START - DAY + 1_000, reading)).toBe(START + 1_000);
});

test('what nothing is wrong with stays as it is', () => {
  const reading = { now: START, wall: START, jumpMs: 0, echo: null };
  for (const time of [0, START - DAY, START, START + DAY]) expect(restamp(time, reading)).toBe(time);
});
