import { expect, it } from 'vitest';
import { readLine } from './line.ts';
import { readSasl, writeSasl } from './sasl-line.ts';

/** Between a Nefarious and X3, unedited. */
const TRANSCRIPT = [
  'AD SASL DH AD!15.1227249410 S :PLAIN',
  'DH SASL AD AD!15.1227249410 C +',
  'AD SASL DH AD!15.1227249410 H :unknown@127.0.0.1:127.0.0.1',
  'AD SASL DH AD!15.1227249410 C :AGNhcm9sAHdyb25n',
  'DH SASL AD AD!15.1227249410 D F',
  'DH SASL AD AD!15.969939043 L carol 1795854642',
  'DH SASL AD AD!15.969939043 D S',
];

it('reads every step of an exchange as it was seen, and writes the same', () => {
  const read = TRANSCRIPT.map((text) => readSasl(readLine(text, true)!)!);
  expect(read.map(({ step, data, more }) => [step, data, more])).toEqual([
    ['S', 'PLAIN', undefined],
    ['C', '+', undefined],
    ['H', 'unknown@127.0.0.1:127.0.0.1', undefined],
    ['C', 'AGNhcm9sAHdyb25n', undefined],
    ['D', 'F', undefined],
    ['L', 'carol', '1795854642'],
    ['D', 'S', undefined],
  ]);
  expect(read[0]).toMatchObject({ target: 'DH', home: 'AD', session: '15.1227249410' });
  for (const [i, line] of read.entries()) {
    const text = writeSasl(TRANSCRIPT[i]!.slice(0, 2), line);
    expect(readSasl(readLine(text, true)!)).toEqual(line);
    expect(text.replaceAll(' :', ' ')).toBe(TRANSCRIPT[i]!.replaceAll(' :', ' '));
  }
});

it.each([
  'AD SASL',
  'AD SASL DH AD S PLAIN',
  'AD SASL DH AD!1 X PLAIN',
  'AD SASL DH AD!1 S',
  'AD SASL x AD!1 S a',
])('refuses %j', (text) => {
  expect(readSasl(readLine(text, true)!)).toBeNull();
});
