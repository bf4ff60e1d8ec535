/** Answers of bots as their readers like them: language, look, width, and whether they are messages. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { textOf } from '../../irc/p10/text.ts';
import { limits } from '../limits.ts';
import { Catalogues, readCatalogues } from './catalogues.ts';
import { fill, phrase, placesOf, type Reply, said } from './reply.ts';
import { PLAIN_STYLE, replyLines } from './reply-lines.ts';
import type { ReplyStyle } from './reply-style.ts';

const GERMAN = new Catalogues([
  {
    code: 'de',
    name: 'Deutsch',
    texts: new Map([
      ['You are called {0}, since {1} days.', 'Seit {1} Tagen heißt du {0}.'],
      ['nobody', 'niemand'],
      ['Account', 'Konto'],
    ]),
  },
]);

const lines = (replies: readonly Reply[], style: Partial<ReplyStyle> = {}, catalogues = GERMAN) =>
  replyLines('AFAAA', 'ABAAA', replies, catalogues, { ...PLAIN_STYLE, ...style });
const texts = (...args: Parameters<typeof lines>) =>
  lines(...args).map((line) => textOf(line.slice(line.indexOf(' :') + 2)));

const CALLED = said`You are called ${'ann'}, since ${3} days.`;
const TABLE = {
  headings: ['Account', 'Level'],
  rows: [
    ['ann', '5'],
    ['averylongname', '100'],
  ],
};

it('are notices, or messages, in lines that fit', () => {
  expect(lines([CALLED])).toEqual(['AFAAA O ABAAA :You are called ann, since 3 days.']);
  expect(lines([CALLED], { privmsg: true })).toEqual(['AFAAA P ABAAA :You are called ann, since 3 days.']);
  expect(lines([''])).toEqual(['AFAAA O ABAAA : ']);
});

it('are in a language as far as it is there, values that are words included', () => {
  expect(texts([CALLED, 'Not translated.'], { language: 'de' })).toEqual([
    'Seit 3 Tagen heißt du ann.',
    'Not translated.',
  ]);
  expect(texts([said`You are called ${phrase('nobody')}, since ${3} days.`], { language: 'de' })).toEqual([
    'Seit 3 Tagen heißt du niemand.',
  ]);
  expect(texts([CALLED], { language: 'xx' })).toEqual(['You are called ann, since 3 days.']);
});

it('put what somebody typed nowhere but where it belongs', () => {
  expect(texts([said`${'{1}'} and ${'{0}'}`])).toEqual(['{1} and {0}']);
  expect(texts([said`You are called ${'{1}'}, since ${'nobody'} days.`], { language: 'de' })).toEqual([
    'Seit nobody Tagen heißt du {1}.',
  ]);
});

it('draw what stands between words bold where that is liked', () => {
  expect(texts([CALLED], { color: true })).toEqual(['You are called \x02ann\x02, since \x023\x02 days.']);
});

it('draw tables lined up, or a row a sentence', () => {
  expect(texts([TABLE])).toEqual(['Account        Level', 'ann            5', 'averylongname  100']);
  expect(texts([TABLE], { style: 'CLEAN', language: 'de' })).toEqual([
    'Konto: ann; Level: 5',
    'Konto: averylongname; Level: 100',
  ]);
  expect(texts([TABLE], { color: true })[0]).toBe('\x02Account        Level\x02');
});

it('are cut between words, or within one that is too long, and nothing is lost', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: 'grapheme', maxLength: 60 }), { maxLength: 20 }),
      fc.integer({ min: limits.widthBytesLeast.default, max: limits.replyBytes.default }),
      (words, width) => {
        const text = words.map((word) => word.replaceAll(/[\s\p{Cc}\p{Cs}]/gu, 'x')).join(' ');
        const cut = texts([said`${text}`], { width });
        for (const piece of cut) expect(Buffer.byteLength(piece)).toBeLessThanOrEqual(width);
        expect(cut.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
      },
    ),
  );
});

it('the places of a text are filled once each, whatever stands in them', () => {
  expect([placesOf('{1} {0} {1} {x}'), fill('{0}{2}', ['a'])]).toEqual([[0, 1], 'a{2}']);
});

describe('languages of a folder', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'signalbox-languages-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const read = async (files: Readonly<Record<string, string>>) => {
    const at = join(folder, String(Math.random()));
    mkdirSync(at);
    for (const [name, text] of Object.entries(files)) writeFileSync(join(at, name), text);
    return readCatalogues(at);
  };

  it('are read with what they translate; English stays, and can be said otherwise', async () => {
    const catalogues = await read({
      'de.json': '{"name":"Deutsch","texts":{"You are not logged in.":"Du bist nicht angemeldet."}}',
      'en.json': '{"name":"English","texts":{"You are not logged in.":"Not logged in."}}',
      'readme.txt': 'no language',
    });
    expect(catalogues.all.map(({ code }) => code)).toEqual(['en', 'de']);
    expect(catalogues.find('DE')?.name).toBe('Deutsch');
    expect(texts(['You are not logged in.'], { language: 'de' }, catalogues)).toEqual([
      'Du bist nicht angemeldet.',
    ]);
    expect(texts(['You are not logged in.'], {}, catalogues)).toEqual(['Not logged in.']);
    expect((await readCatalogues(join(folder, 'none'))).all.map(({ code }) => code)).toEqual(['en']);
  });

  it.each([
    ['German.json', '{}', /expected the code of a language/],
    ['de.json', 'no json', /expected JSON/],
    ['de.json', '{"texts":{}}', /expected \{ "name"/],
    ['de.json', '{"name":"Deutsch","texts":{"a":1}}', /expected \{ "name"/],
    ['de.json', '{"name":"Deutsch","texts":{"A {0}":"B {1}"}}', /no other places/],
    ['de.json', '{"name":"Deutsch","texts":{"A":"B\\nQUIT"}}', /on one line/],
  ])('%s with %s is refused', async (name, text, why) => {
    await expect(read({ [name]: text })).rejects.toMatchObject({
      code: 'config_invalid',
      message: expect.stringMatching(why),
    });
  });
});
