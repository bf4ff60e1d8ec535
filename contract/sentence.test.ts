/** Templates of sentences, read into parts. */
import { describe, expect, it, test } from 'vitest';
import { allParts, readSentence } from './sentence.ts';

describe('a template', () => {
  it('begins with the verb in two forms, then words and what is filled in', () => {
    expect(readSentence('ban|banned {mask}[ {minutes}][, {=disconnected} dropped]')).toEqual({
      infinitive: 'ban',
      past: 'banned',
      parts: [
        { kind: 'text', text: ' ' },
        { kind: 'argument', name: 'mask' },
        {
          kind: 'optional',
          parts: [
            { kind: 'text', text: ' ' },
            { kind: 'argument', name: 'minutes' },
          ],
        },
        {
          kind: 'optional',
          parts: [
            { kind: 'text', text: ', ' },
            { kind: 'field', name: 'disconnected' },
            { kind: 'text', text: ' dropped' },
          ],
        },
      ],
    });
    expect(readSentence('set|set {*}').parts.at(-1)).toEqual({ kind: 'all' });
    expect(readSentence('look at|looked at {client-id}')).toMatchObject({ past: 'looked at' });
    expect(readSentence('stop|stopped')).toEqual({ infinitive: 'stop', past: 'stopped', parts: [] });
  });

  it('has all its parts in one list, those in brackets too', () => {
    const { parts } = readSentence('ban|banned {mask}[ as {=kind}]');
    expect(allParts(parts).map(({ kind }) => kind)).toEqual(['text', 'argument', 'text', 'field']);
  });

  test.each([
    'banned {mask}',
    '|banned',
    'ban {a}|banned',
    'ban|',
    'let in|let',
    'ban|banned {mask',
    'ban|banned [x',
    'ban|banned {}',
    'ban|banned x]',
  ])('that does not follow the grammar is refused: %s', (template) => {
    expect(() => readSentence(template)).toThrow(template);
  });
});
