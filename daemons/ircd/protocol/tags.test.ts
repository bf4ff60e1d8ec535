import fc from 'fast-check';
import { expect, it } from 'vitest';
import { clientOnlyTags, escapeTagValue, rawTagValue, unescapeTagValue } from './tags.ts';

it('gives a value back as it was escaped', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (value) => {
      const escaped = escapeTagValue(value);
      for (const forbidden of [';', ' ', '\r', '\n']) expect(escaped).not.toContain(forbidden);
      expect(unescapeTagValue(escaped)).toBe(value);
    }),
  );
});

it('drops a trailing backslash and unknown escapes as the specification says', () => {
  expect(unescapeTagValue('a\\')).toBe('a');
  expect(unescapeTagValue('\\b\\:')).toBe('b;');
});

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
