import { expect, test } from 'vitest';
import { inForeground } from './foreground.ts';

const of = (group: number, foreground: number, name = 'node') =>
  inForeground(() => `77 (${name}) S 1 ${group} 50 34816 ${foreground} 4194304 0 0`, 'linux');

test('a job that the terminal listens to may read from it, one in the background may not', () => {
  expect(of(77, 77)).toBe(true);
  expect(of(77, 50)).toBe(false);
  expect(of(77, -1)).toBe(false);
});

test('the name of the program misleads nobody', () => {
  expect(of(77, 77, 'a) S 1 2 3 4 5')).toBe(true);
  expect(of(77, 50, '77 77) S 1 77 50 34816 77')).toBe(false);
});

test('where it cannot be found out, nothing is read; Windows has no such jobs', () => {
  const fails = () => {
    throw new Error('no such file');
  };
  expect(inForeground(fails, 'darwin')).toBe(false);
  expect(inForeground(() => '', 'linux')).toBe(false);
  expect(inForeground(fails, 'win32')).toBe(true);
});
