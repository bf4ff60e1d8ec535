import { expect, it } from 'vitest';
import { clientOnlyTags, rawTagValue } from './tags.ts';

it('finds a tag whatever stands around it, and the last of two', () => {
  expect(rawTagValue('label=1;time=2', 'label')).toBe('1');
  expect(rawTagValue('time=2;label=1;label=3', 'label')).toBe('3');
  expect(rawTagValue('labels=1', 'label')).toBeNull();
  expect(rawTagValue('xlabel=1;label', 'label')).toBe('');
  expect(rawTagValue('', 'label')).toBeNull();
});

it('relays client-only tags and nothing else', () => {
  expect(clientOnlyTags('+a=b;c=d;+example.com/e;time=1')).toBe('+a=b;+example.com/e');
  expect(clientOnlyTags('a=+b;+=x;+b d=1')).toBe('');
});
