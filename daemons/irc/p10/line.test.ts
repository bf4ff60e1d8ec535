import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineRoom, readLine, WordPlaces, withTags, writeLine } from './line.ts';
import { readMessageTags, writeMessageTags } from './message-tags.ts';
import { bytesOf, cutBytes, textOf } from './text.ts';
import { OWN_TOKEN, shortToken, TOKEN } from './tokens.ts';

/** What a line says, whatever it was read from. */
function said(text: string, sourced: boolean) {
  const line = readLine(text, sourced);
  if (line === null) return null;
  const { tags, source, token, params } = line;
  return { tags, source, token, params };
}

describe('lines of a link', () => {
  it('have a source, a token and parameters', () => {
    expect(said('ACAAB T #new 1795853856 1795853865 :hello topic', true)).toEqual({
      tags: '',
      source: 'ACAAB',
      token: 'T',
      params: ['#new', '1795853856', '1795853865', 'hello topic'],
    });
  });

  it('may end with a space where nothing follows', () => {
    expect(said('AC EB ', true)).toEqual({ tags: '', source: 'AC', token: 'EB', params: [] });
    expect(said('ACAAB A ', true)).toEqual({ tags: '', source: 'ACAAB', token: 'A', params: [] });
  });

  it('have no source before both sides are introduced', () => {
    expect(said('PASS :linkpw', false)).toEqual({
      tags: '',
      source: '',
      token: 'PASS',
      params: ['linkpw'],
    });
    expect(said(':hub.test ERROR :no', false)).toEqual({
      tags: '',
      source: 'hub.test',
      token: 'ERROR',
      params: ['no'],
    });
  });

  it('are none without a token', () => {
    expect(['', '   ', 'AC', 'AC ', ':x'].map((line) => said(line, true))).toEqual([
      null,
      null,
      null,
      null,
      null,
    ]);
  });

  it('give the rest of the line to the fifteenth parameter', () => {
    const line = readLine(`AC X ${Array.from({ length: 20 }, (_, i) => i).join(' ')}`, true)!;
    expect(line.params).toHaveLength(15);
    expect(line.params[14]).toBe('14 15 16 17 18 19');
  });

  it('say the same when they are read again', () => {
    const word = fc.stringMatching(/^[!-9;-?A-~][!-~]{0,12}$/);
    const last = fc.option(fc.stringMatching(/^[ -~]{0,40}$/), { nil: null });
    fc.assert(
      fc.property(word, word, fc.array(word, { maxLength: 10 }), last, (source, token, words, text) => {
        const params = text === null ? words : [...words, text];
        const line = { tags: '', source, token: token.toUpperCase(), params };
        expect(said(writeLine(source, line.token, words, text), true)).toEqual(line);
      }),
    );
  });

  it('have their words where the words are, without a string of each', () => {
    const places = new WordPlaces();
    const lines = fc.stringMatching(/^(@[ab]+ )? {0,2}[ab]+ [ab]+[ab :]{0,60}$/);
    fc.assert(
      fc.property(lines, (text) => {
        const line = readLine(text, true)!;
        const count = places.find(line);
        const words = Array.from({ length: count }, (_, i) => text.slice(places.start(i), places.end(i)));
        expect(words).toEqual(line.params);
      }),
      { numRuns: 1_000 },
    );
  });

  it('refuse a word that would be read as something else', () => {
    for (const word of ['', 'two words', ':x', 'a\r\nAC D ABAAA'])
      expect(() => writeLine('AB', 'K', ['#c', word]), word).toThrow(/cannot stand between/);
  });

  it('never break in two, whatever the text, and hold 510 bytes', () => {
    expect(writeLine('AB', 'P', ['#c'], 'a\r\nAB D ACAAA :x\0y')).toBe('AB P #c :a AB D ACAAA :x y');
    expect(writeLine('AB', 'P', ['#c'], 'x'.repeat(600))).toHaveLength(510);
  });

  it('are understood by their long names', () => {
    expect([shortToken('PRIVMSG'), shortToken('P'), shortToken('ZZZ')]).toEqual(['P', 'P', 'ZZZ']);
    const all = [...Object.values(TOKEN), ...Object.values(OWN_TOKEN)];
    expect(new Set(all).size).toBe(Object.keys(TOKEN).length + Object.keys(OWN_TOKEN).length);
  });
});

describe('tags of our own kind', () => {
  it('stand before a line, and come back from it', () => {
    const told = {
      msgid: '1-abc-2',
      time: '2026-01-01T00:00:00.000Z',
      clientTags: '+typing=active;+x/y=\\s',
    };
    const line = withTags(writeMessageTags(told), 'ABAAA P #c :hi');
    expect(line).toBe('@msgid=1-abc-2;time=2026-01-01T00:00:00.000Z;+typing=active;+x/y=\\s ABAAA P #c :hi');
    const read = readLine(line, true)!;
    expect([read.source, read.token, read.params, readMessageTags(read.tags)]).toEqual([
      'ABAAA',
      'P',
      ['#c', 'hi'],
      told,
    ]);
    expect(withTags('', 'AB EB')).toBe('AB EB');
    expect(writeMessageTags({ ...told, clientTags: '' })).toBe('msgid=1-abc-2;time=2026-01-01T00:00:00.000Z');
  });

  it('are believed only where they are what they should be', () => {
    const none = { msgid: '', time: '', clientTags: '' };
    expect(readMessageTags('')).toEqual(none);
    expect(readMessageTags(`msgid=a;b;time=now;label=x;bot;account=root`)).toEqual({ ...none, msgid: 'a' });
    expect(readMessageTags(`msgid=${'x'.repeat(65)};time=2026-01-01T00:00:00Z;+=x`)).toEqual(none);
    expect(readMessageTags('msgid=a\\:b')).toEqual(none);
  });

  it('have room of their own beside the line', () => {
    expect([lineRoom('AB EB'), lineRoom('@a AB EB')]).toEqual([510, 510 + 4094 + 130]);
    expect(readLine('@only-tags', true)).toBeNull();
  });
});

describe('text of links', () => {
  it('is UTF-8, or Latin-1 where it is none', () => {
    expect(textOf(bytesOf('Grüße 🚂'))).toBe('Grüße 🚂');
    expect(textOf('Gr\xfc\xdfe')).toBe('Grüße');
  });

  it('goes on unchanged', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(textOf(bytesOf(text))).toBe(text);
      }),
    );
  });

  it('is cut between characters', () => {
    expect([4, 5, 6].map((most) => textOf(cutBytes(bytesOf('aééé'), most)))).toEqual(['aé', 'aéé', 'aéé']);
    expect(textOf(cutBytes(bytesOf('🚂🚂'), 7))).toBe('🚂');
    expect(cutBytes('abc', 3)).toBe('abc');
    expect(cutBytes('\xa0\xa0\xa0\xa0\xa0\xa0', 4)).toHaveLength(1);
  });
});
