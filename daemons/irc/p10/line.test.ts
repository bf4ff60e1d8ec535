import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readLine, writeLine } from './line.ts';
import { bytesOf, cutBytes, textOf } from './text.ts';
import { shortToken, TOKEN } from './tokens.ts';

describe('lines of a link', () => {
  it('have a source, a token and parameters', () => {
    expect(readLine('ACAAB T #new 1795853856 1795853865 :hello topic', true)).toEqual({
      source: 'ACAAB',
      token: 'T',
      params: ['#new', '1795853856', '1795853865', 'hello topic'],
    });
  });

  it('may end with a space where nothing follows', () => {
    expect(readLine('AC EB ', true)).toEqual({ source: 'AC', token: 'EB', params: [] });
    expect(readLine('ACAAB A ', true)).toEqual({ source: 'ACAAB', token: 'A', params: [] });
  });

  it('have no source before both sides are introduced', () => {
    expect(readLine('PASS :linkpw', false)).toEqual({ source: '', token: 'PASS', params: ['linkpw'] });
    expect(readLine(':hub.test ERROR :no', false)).toEqual({
      source: 'hub.test',
      token: 'ERROR',
      params: ['no'],
    });
  });

  it('are none without a token', () => {
    expect(['', '   ', 'AC', 'AC ', ':x'].map((line) => readLine(line, true))).toEqual([
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
    const word = fc.stringMatching(/^[!-9;-~][!-~]{0,12}$/);
    const last = fc.option(fc.stringMatching(/^[ -~]{0,40}$/), { nil: null });
    fc.assert(
      fc.property(word, word, fc.array(word, { maxLength: 10 }), last, (source, token, words, text) => {
        const params = text === null ? words : [...words, text];
        const line = { source, token: token.toUpperCase(), params };
        expect(readLine(writeLine(source, line.token, words, text), true)).toEqual(line);
      }),
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
    expect(new Set(Object.values(TOKEN)).size).toBe(Object.keys(TOKEN).length);
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
