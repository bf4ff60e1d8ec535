import { expect, test } from 'vitest';
import { amountOf, minutesInWords, partOf } from './plural.ts';
import { sentence } from './sentence.ts';

test('one is not written as several', () => {
  expect(amountOf(1, 'frame')).toBe('1 frame');
  expect(amountOf(12_345, 'frame')).toBe('12,345 frames');
  expect(partOf(1, 1, 'row')).toBe('1 row');
  expect(partOf(0, 1, 'row')).toBe('0 of 1 row');
  expect(partOf(1, 2_000, 'record')).toBe('1 of 2,000 records');
});

test('a duration in minutes is written as people say it', () => {
  expect(minutesInWords(1)).toBe('1 minute');
  expect(minutesInWords(1_440)).toBe('1 day');
  expect(minutesInWords(150)).toBe('2 hours 30 minutes');
  expect(minutesInWords(44_641)).toBe('31 days 1 minute');
  expect(minutesInWords(0)).toBe('0 minutes');
});

test('a duration leaves out the units of which there is nothing', () => {
  expect(minutesInWords(60)).toBe('1 hour');
  expect(minutesInWords(59)).toBe('59 minutes');
  expect(minutesInWords(1_500)).toBe('1 day 1 hour');
  expect(minutesInWords(1_439)).toBe('23 hours 59 minutes');
  expect(minutesInWords(3_001)).toBe('2 days 2 hours 1 minute');
});

test('a phrase becomes a sentence, and a sentence stays one', () => {
  expect(sentence('disconnects 42 clients')).toBe('Disconnects 42 clients.');
  for (const whole of ['Done.', 'Really?', 'Stop!']) expect(sentence(whole)).toBe(whole);
  expect(sentence('a. b')).toBe('A. b.');
});
