import { describe, expect, it } from 'vitest';
import type { TableColumn } from '../../contract/manifest.ts';
import { fittingWidths } from './column-widths.ts';

const column = (title: string): TableColumn => ({ key: 'a', title, type: 'text' });

/** As of a font whose letters are all half as wide as they are high. */
const measure = (text: string, size: string) => (text.length * (size === '--type-body' ? 13 : 12)) / 2;

/** The width of a column with a title and texts. */
const widthOf = (title: string, texts: readonly string[]) =>
  fittingWidths(
    [column(title)],
    texts.map((text) => [text]),
    measure,
    0,
  )[0];

describe('the width of a column', () => {
  it('is that of its longest text and 26 pixels beside', () => {
    expect(widthOf('A', ['x', 'x'.repeat(20), 'xx'])).toBe(20 * 6.5 + 26);
    expect(widthOf('A', ['x'.repeat(11)])).toBe(98);
  });

  it('is that of its title where that is longer, with room for the arrow of a sorted column', () => {
    expect(widthOf('A long title here', [])).toBe(17 * 6 + 12 + 26);
    expect(widthOf('A long title here', ['x'.repeat(17)])).toBe(17 * 6 + 12 + 26);
    expect(widthOf('A long title here', ['x'.repeat(18)])).toBe(18 * 6.5 + 26);
  });

  it('is 56 pixels at least and 300 at most', () => {
    expect([widthOf('A', ['x']), widthOf('A', ['x'.repeat(500)])]).toEqual([56, 300]);
    expect([widthOf('', ['x'.repeat(4)]), widthOf('', ['x'.repeat(5)])]).toEqual([56, 59]);
    expect(widthOf('A', ['x'.repeat(42)])).toBe(299);
  });

  it('is told by the first two hundred rows', () => {
    const rows = (before: number) => [...Array.from({ length: before }, () => 'x'), 'x'.repeat(20)];
    expect([widthOf('A', rows(199)), widthOf('A', rows(200))]).toEqual([156, 56]);
  });

  it('has room for the box by which a row is selected, before its name', () => {
    const both = [column('A'), column('B')];
    const row = ['x'.repeat(20), 'x'.repeat(20)];
    expect(fittingWidths(both, [row], measure, 0, true)).toEqual([178, 156]);
  });

  it('of times has room for how long ago they are going to be', () => {
    const time = { ...column('A'), type: 'time' as const };
    const widths = (cell: number | null, now: number) => fittingWidths([time], [[cell]], measure, now);
    const agoOf = (letters: string) => [letters.length * 6.5 + 26];
    expect(widths(1_000, 1_000)).toEqual(agoOf('59 min ago'));
    expect(widths(1_000, 13_000)).toEqual(agoOf('59 min ago'));
    expect(widths(null, 13_000)).toEqual([56]);
    const longAgo = Date.UTC(2026, 0, 1);
    expect(widths(longAgo, longAgo + 90 * 86_400_000)).toEqual(agoOf('59 min ago'));
  });

  it('is each column’s own', () => {
    const both = [column('A'), { ...column('B'), type: 'bytes' as const }];
    expect(fittingWidths(both, [['x'.repeat(20), 1_048_576]], measure, 0)).toEqual([156, 59]);
  });
});
