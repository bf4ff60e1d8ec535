import { beforeEach, expect, test } from 'vitest';
import { FLUSH_REASONS, FlushHold } from './flush-hold.ts';

let nowMs: number;
let hold: FlushHold;
const write = () => {
  hold.taken();
  hold.written();
};

beforeEach(() => {
  nowMs = 100;
  hold = new FlushHold({ bytes: 1_000, size: 10, busyMs: 50 }, () => nowMs);
  // Something was written a moment ago.
  write();
});

test('does not wait where nothing was written for a while', () => {
  nowMs += 50;
  expect(hold.ask(5, 1)).toBe('idle');
  write();
  nowMs += 49;
  expect(hold.ask(5, 1)).toBeNull();
});

test('does not wait the first time', () => {
  expect(new FlushHold({ bytes: 1_000, size: 10, busyMs: 50 }, () => nowMs).ask(5, 1)).toBe('idle');
});

test('waits for one poll, and is written where that has brought nothing', () => {
  expect(hold.ask(5, 1)).toBeNull();
  expect(hold.ask(5, 1)).toBe('idle');
});

test('waits as long as more comes, up to the least patience of those it is for', () => {
  hold.atMost(3);
  hold.atMost(2);
  hold.atMost(4);
  expect(hold.ask(5, 1)).toBeNull();
  nowMs += 1.9;
  expect(hold.ask(6, 1)).toBeNull();
  nowMs += 0.1;
  expect(hold.ask(7, 1)).toBe('time');
});

test('who has no patience is written to at once', () => {
  hold.atMost(0);
  expect(hold.ask(5, 1)).toBe('time');
});

test('is written when it is enough for a write, or for a turn', () => {
  expect(hold.ask(999, 9)).toBeNull();
  expect(hold.ask(1_000, 9)).toBe('bytes');
  expect(hold.ask(999, 10)).toBe('size');
});

test('gives a reason that is among all of them, by which they are counted', () => {
  hold.atMost(2);
  const given = [hold.ask(1_000, 1), hold.ask(5, 10)];
  hold.ask(5, 1);
  given.push(hold.ask(5, 1));
  nowMs += 2;
  given.push(hold.ask(6, 1));
  expect(given.toSorted()).toEqual(FLUSH_REASONS.toSorted());
});

test('begins anew with what comes after it was written', () => {
  hold.atMost(2);
  expect(hold.ask(5, 1)).toBeNull();
  write();
  nowMs += 10;
  // As much as before, and no patience is left of those who had it.
  expect(hold.ask(5, 1)).toBeNull();
  nowMs += 10;
  expect(hold.ask(6, 1)).toBeNull();
  expect(hold.ask(6, 1)).toBe('idle');
});
