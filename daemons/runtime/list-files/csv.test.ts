/** Rows as comma-separated values: what is written is read again, and what is wrong is said by line. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { TableColumn } from '../../../contract/manifest.ts';
import { readCsv, toCsv } from './csv.ts';

const columns: readonly TableColumn[] = [
  { key: 'mask', title: 'Mask', type: 'text' },
  { key: 'reason', title: 'Reason', type: 'text' },
  { key: 'expiresAt', title: 'Expires', type: 'time' },
];
const keys = columns.map(({ key }) => key);
const read = (text: string) => readCsv(text, { known: keys, needed: ['mask'] });

it('writes titles, times and what is missing', () => {
  const rows = [
    { mask: '*@a', reason: 'no, "really"', expiresAt: 0 },
    { mask: '*@b', reason: null, expiresAt: null },
  ];
  expect(toCsv(columns, rows)).toBe(
    'mask,reason,expiresAt\r\n*@a,"no, ""really""",1970-01-01T00:00:00.000Z\r\n*@b,,\r\n',
  );
});

it.each(['=1+1', '+x', '-x', '@x', "'x", '\tx'])('keeps a spreadsheet from running %j', (reason) => {
  const text = toCsv(columns, [{ mask: 'm', reason, expiresAt: null }]);
  expect(text).toContain(`m,'${reason},`);
  expect(read(text).rows[0]!.cells.reason).toBe(reason);
});

it('reads what it wrote, whatever stands in it', () => {
  const cell = fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll(/[\r\n]/g, ' '));
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell)), (pairs) => {
      const written = pairs.map(([mask, reason]) => ({ mask: `m${mask}`, reason, expiresAt: null }));
      const { rows, problems } = read(toCsv(columns, written));
      expect(problems).toEqual([]);
      expect(rows.map(({ cells }) => [cells.mask, cells.reason])).toEqual(
        written.map(({ mask, reason }) => [mask, reason]),
      );
    }),
  );
});

it('says a line or reads it, whatever the file is', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: fc.constantFrom('"', ',', 'a', '\n', "'", ' ') })), (parts) => {
      const { rows, problems } = read(`mask,reason\n${parts.join('\n')}`);
      const lines = [...rows, ...problems].map(({ line }) => line).sort((a, b) => a - b);
      const filled = `mask,reason\n${parts.join('\n')}`
        .split('\n')
        .flatMap((line, at) => (at > 0 && line.trim() !== '' ? [at + 1] : []));
      expect(lines).toEqual(filled);
    }),
  );
});

it('takes titles in any order, a byte order mark, and ends of lines of all kinds', () => {
  expect(read('\uFEFFreason,mask\r\nspam,*@a\n\n"two words",*@b\r').rows).toEqual([
    { line: 2, cells: { mask: '*@a', reason: 'spam' } },
    { line: 4, cells: { mask: '*@b', reason: 'two words' } },
  ]);
});

it.each([
  ['', '"" is no title, expected some of mask, reason, expiresAt'],
  ['mask,color', '"color" is no title, expected some of mask, reason, expiresAt'],
  ['reason', 'the title mask is missing, expected some of mask, reason, expiresAt'],
  ['mask,mask', 'the title mask stands there twice'],
  ['"mask', 'a quote that does not end, or that something stands before or behind of'],
])('refuses the titles %j', (titles, problem) => {
  expect(read(`${titles}\nx,y`)).toEqual({ rows: [], problems: [{ line: 1, problem }] });
});

it.each([
  ['a', '1 cells, expected 2'],
  ['a,b,c', '3 cells, expected 2'],
  ['"a,b', 'a quote that does not end, or that something stands before or behind of'],
  ['"a"b,c', 'a quote that does not end, or that something stands before or behind of'],
  ['a"b",c', 'a quote that does not end, or that something stands before or behind of'],
])('says what is wrong with the line %j', (line, problem) => {
  const { rows, problems } = read(`mask,reason\nx,y\n${line}\nz,`);
  expect(problems).toEqual([{ line: 3, problem }]);
  expect(rows.map((row) => row.line)).toEqual([2, 4]);
});
