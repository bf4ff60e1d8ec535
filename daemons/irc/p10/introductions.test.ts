import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readLine } from './line.ts';
import { fromBase64 } from './numeric.ts';
import { readServer, type ServerLine, writeServer } from './server-line.ts';
import {
  introductionWord,
  readAccountStamp,
  type UserLine,
  UserReader,
  writeAccountStamp,
  writeUser,
} from './user-line.ts';

const server = (text: string, sourced = false) => readServer(readLine(text, sourced)!);
const user = (text: string) => {
  const read = new UserReader();
  return read.read(readLine(text, true)!) ?? read;
};

/** What an introduction says. */
function said(text: string): UserLine | string {
  const read = user(text);
  if (typeof read === 'string') return read;
  const { nick, hops, nickSeconds, username, host, modes, modeArguments, address, numeric, realname } = read;
  return { nick, hops, nickSeconds, username, host, modes, modeArguments, address, numeric, realname };
}

describe('servers', () => {
  it('introduce themselves as ircu does', () => {
    const text = 'SERVER leaf.b.test 1 1795853834 1795853850 J10 AC]]] +h6 :ircu B';
    expect(server(text)).toEqual({
      name: 'leaf.b.test',
      hops: 1,
      bootSeconds: 1795853834,
      linkSeconds: 1795853850,
      bursting: true,
      numeric: 'AC',
      maxUser: 262143,
      flags: 'h6',
      description: 'ircu B',
    } satisfies ServerLine);
    expect(writeServer('', server(text) as ServerLine)).toBe(text);
  });

  it('are introduced by the server before them', () => {
    const text = 'AB S services.test 2 0 1795853789 P10 AF]]] +s6 :tiny P10';
    expect(server(text, true)).toMatchObject({ hops: 2, bootSeconds: 0, bursting: false, flags: 's6' });
    expect(writeServer('AB', server(text, true) as ServerLine)).toBe(text);
  });

  it('may have no flags, as old services have none', () => {
    expect(server('SERVER s.test 1 2 3 J10 AC]]] :x')).toMatchObject({ flags: '', description: 'x' });
  });

  it.each([
    ['SERVER s.test 1 2 3 J10 :x', 'parameters'],
    ['SERVER nodot 1 2 3 J10 AC]]] +h :x', 'no name'],
    ['SERVER *.test 1 2 3 J10 AC]]] +h :x', 'no name'],
    [`SERVER ${'a'.repeat(60)}.test 1 2 3 J10 AC]]] +h :x`, 'no name'],
    ['SERVER s.test 1 2 3 J09 AC]]] +h :x', 'protocol'],
    ['SERVER s.test 1 2 3 X10 AC]]] +h :x', 'protocol'],
    ['SERVER s.test one 2 3 J10 AC]]] +h :x', 'whole numbers'],
    ['SERVER s.test 1 -2 3 J10 AC]]] +h :x', 'whole numbers'],
    ['SERVER s.test 1 2 3 J10 AC]] +h :x', 'capacity'],
    ['SERVER s.test 1 2 3 J10 A!]]] +h :x', 'capacity'],
    ['SERVER s.test 1 2 3 J10 AC]!] +h :x', 'capacity'],
    ['SERVER s.test 1 2 3 J10 AA]]] +h :x', 'numeric 0'],
  ])('are refused in words: %s', (text, words) => {
    expect(server(text)).toContain(words);
  });
});

describe('users', () => {
  it('are introduced as ircu does', () => {
    const text = 'AB N alice 1 1795853838 ~alice 127.0.0.1 +oiwg B]AAAB ABAAA :alice real';
    expect(said(text)).toEqual({
      nick: 'alice',
      hops: 1,
      nickSeconds: 1795853838,
      username: '~alice',
      host: '127.0.0.1',
      modes: 'oiwg',
      modeArguments: new Map(),
      address: 'B]AAAB',
      numeric: 'ABAAA',
      realname: 'alice real',
    } satisfies UserLine);
    expect(writeUser('AB', user(text) as UserLine)).toBe(text);
  });

  it('are of the server that their numeric begins with, and known by its value', () => {
    const read = user('AB N alice 1 5 ~alice h.test +i B]AAAB ACABC :x') as UserReader;
    expect([read.number, read.isOn('AC'), read.isOn('AB')]).toEqual([fromBase64('ACABC'), true, false]);
  });

  it('may have no modes', () => {
    const text = 'AF N bot 2 1795853791 u h.test _ AFAAB :second bot';
    expect(user(text)).toMatchObject({ modes: '', address: '_' });
    expect(writeUser('AF', user(text) as UserLine)).toBe(text);
  });

  it('bring the arguments of their modes in the order of the letters', () => {
    const text = 'AD N al 1 1 a h.test +irCc al:1795854235 cloak.host 10.cloak B]AAAB ADAAA :x';
    expect([...(user(text) as UserLine).modeArguments]).toEqual([
      ['r', 'al:1795854235'],
      ['C', 'cloak.host'],
      ['c', '10.cloak'],
    ]);
    const read = user(text) as UserReader;
    expect(['i', 'r', 'C', 'c', 'h'].map((letter) => read.argumentOf(letter))).toEqual([
      undefined,
      'al:1795854235',
      'cloak.host',
      '10.cloak',
      undefined,
    ]);
    expect(writeUser('AD', user(text) as UserLine)).toBe(text);
    expect((user('AD N al 1 1 a h.test +ri B]AAAB ADAAA :x') as UserLine).modeArguments.size).toBe(0);
  });

  it('bring each argument as all of them, also where some are missing or stand far apart', () => {
    const words = fc.array(fc.tuple(fc.constantFrom('a', 'bc', 'd:1'), fc.constantFrom(' ', '  ')), {
      maxLength: 5,
    });
    fc.assert(
      fc.property(fc.stringMatching(/^[irhfCcx]{0,6}$/), words, (modes, given) => {
        const between = given.map(([word, gap]) => word + gap).join('');
        const read = user(`AD N al 1 1 a h.test +${modes} ${between}B]AAAB ADAAA :x`) as UserReader;
        // Of a letter that stands there twice the map has the last argument, and the first is what is asked for.
        for (const letter of new Set(modes))
          if (modes.indexOf(letter) === modes.lastIndexOf(letter))
            expect(read.argumentOf(letter)).toBe(read.modeArguments.get(letter));
      }),
    );
  });

  it('are stamped with an account and since when it is one', () => {
    expect(readAccountStamp('al')).toEqual({ account: 'al', seconds: 0 });
    expect(readAccountStamp('al:12')).toEqual({ account: 'al', seconds: 12 });
    expect(readAccountStamp('al:12:3')).toEqual({ account: 'al', seconds: 12 });
    expect(readAccountStamp('al:x')).toEqual({ account: 'al', seconds: 0 });
    expect([
      writeAccountStamp({ account: 'al', seconds: 0 }),
      writeAccountStamp({ account: 'al', seconds: 12 }),
    ]).toEqual(['al', 'al:12']);
  });

  it.each([
    ['AB N alice 1795853838', 'parameters'],
    ['AB N a one 1 u h +i B]AAAB ABAAA :x', 'whole numbers'],
    ['AB N a 1 1.5 u h +i B]AAAB ABAAA :x', 'whole numbers'],
    ['AB N a 1 1 u h +i B]AAA ABAAA :x', 'no address'],
    ['AB N a 1 1 u h +i B]AAAB ABAA :x', 'ABAA is no numeric'],
    ['AB N a 1 1 u h +i B]AAAB ABAA! :x', 'ABAA! is no numeric'],
    ['AB N a 1 1 u h +i B]AAAB ABAAAA :x', 'ABAAAA is no numeric'],
    [`AB N a 1 1 u h +i ${'x'.repeat(40)} ABAAA :x`, `${'x'.repeat(32)} is no address`],
  ])('are refused in words: %s', (text, words) => {
    expect(user(text)).toContain(words);
  });

  it('come back from what was written', () => {
    const word = fc.stringMatching(/^[!-9;-~][!-~]{0,12}$/);
    const record = fc.record({
      nick: word,
      hops: fc.nat(20),
      nickSeconds: fc.nat(),
      username: word,
      host: word.filter((text) => !text.startsWith('+')),
      modes: fc.constantFrom('', 'i', 'oiw', 'ir'),
      realname: fc.stringMatching(/^[ -~]{0,40}$/),
    });
    fc.assert(
      fc.property(record, (fields) => {
        const modeArguments = new Map(fields.modes.includes('r') ? [['r', 'acc:1']] : []);
        const one = { ...fields, modeArguments, address: 'CABA24_AAH', numeric: 'ABAAA' };
        const text = writeUser('AB', one);
        expect(said(text)).toEqual(one);
        // Also where something else stands before it.
        expect(said(`@a=b ${text}`)).toEqual(one);
        for (const line of [text, `@a=b ${text}`, ` ${text.replaceAll(' ', '  ')}`]) {
          expect(introductionWord(line, 'username')).toBe(one.username);
          expect(introductionWord(line, 'host')).toBe(one.host);
        }
      }),
    );
  });
});
