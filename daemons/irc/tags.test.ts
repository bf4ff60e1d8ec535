import { expect, it } from 'vitest';
import { clientOnlyTags, DeniedTags, rawTagValue } from './tags.ts';

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

it('takes for a key of a client-only tag what IRCv3 allows: letters, digits, dash, dot and slash', () => {
  let allowed = '';
  for (let code = 0x20; code < 0x80; code++) {
    const character = String.fromCharCode(code);
    if (clientOnlyTags(`+a${character}b=1`) === `+a${character}b=1`) allowed += character;
  }
  // An equals sign ends the key, and a semicolon the tag.
  expect(allowed).toBe('-./0123456789=ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz');
  expect(clientOnlyTags('+a;b=1')).toBe('+a');
  expect([
    clientOnlyTags('+'),
    clientOnlyTags('+=1'),
    clientOnlyTags('+a'),
    clientOnlyTags('+a=;+b='),
  ]).toEqual(['', '', '+a', '+a=;+b=']);
  expect(clientOnlyTags('label=1;+x;time=2;+y=3;')).toBe('+x;+y=3');
});

it('reads a tag that stands first, last or alone, and no longer one that begins alike', () => {
  expect(rawTagValue('label=1', 'label')).toBe('1');
  expect(rawTagValue('a;label', 'label')).toBe('');
  expect(rawTagValue('label;a', 'label')).toBe('');
  expect(rawTagValue('label=;a=b', 'label')).toBe('');
  expect(rawTagValue('label=a=b;c', 'label')).toBe('a=b');
  expect(rawTagValue('labelled;b', 'label')).toBeNull();
  expect(rawTagValue('labe;b', 'label')).toBeNull();
});

it.each([
  [['typing'], '+typing=a;+react=b', '+react=b'],
  [['*'], '+typing=a;+react=b', ''],
  [['*', '-react', '-x/y'], '+typing=a;+react=b;+x/y;+draft/react=z', '+react=b;+x/y'],
  [['react'], '+draft/react=b;+react', '+draft/react=b'],
])('passes on what %j lets through', (items, raw, kept) => {
  expect(clientOnlyTags(raw, new DeniedTags(items))).toBe(kept);
});
