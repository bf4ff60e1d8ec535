// @vitest-environment happy-dom
import { afterEach, expect, it, vi } from 'vitest';
import { recentKeys, remember } from './recent.ts';

const KEY = 'signalbox.palette.recent';
afterEach(() => {
  localStorage.removeItem(KEY);
  vi.restoreAllMocks();
});

it('the last five are kept, the newest first, each once', () => {
  for (const key of ['a', 'b', 'c', 'a', 'd', 'e', 'f']) remember(key);
  expect(recentKeys()).toEqual(['f', 'e', 'd', 'a', 'c']);
});

it('what somebody else wrote there is none', () => {
  for (const text of ['{', '{"a":1}', '[1,null]']) {
    localStorage.setItem(KEY, text);
    expect(recentKeys()).toEqual([]);
  }
  localStorage.setItem(KEY, '["a",2,"b"]');
  expect(recentKeys()).toEqual(['a', 'b']);
});

it('a browser that forbids to keep anything is no obstacle', () => {
  vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
    throw new Error('forbidden');
  });
  expect(() => remember('a')).not.toThrow();
});
