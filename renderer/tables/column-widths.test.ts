import { describe, expect, it } from 'vitest';
import type { TableColumn } from '../../contract/manifest.ts';
import { fittingWidths } from './column-widths.ts';

const columns: readonly TableColumn[] = [
  { key: 'a', title: 'A', type: 'number' },
  { key: 'b', title: 'B', type: 'text' },
  { key: 'c', title: 'C', type: 'text' },
];

/** As of a font whose letters are all half as wide as they are high. */
const measure = (text: string, size: number) => (text.length * size) / 2;

describe('the widths of columns', () => {
  it('follow what the columns hold, within bounds', () => {
    const [narrow, middle, wide] = fittingWidths(
      columns,
      [[1, 'twenty characters ok', 'x'.repeat(500)]],
      measure,
    );
    expect(narrow).toBe(56);
    expect(middle).toBeGreaterThan(150);
    expect(wide).toBe(300);
  });

  it('fit the headers of an empty table', () => {
    expect(
      fittingWidths([{ key: 'a', title: 'A long title here', type: 'text' }], [], measure)[0],
    ).toBeGreaterThan(120);
  });
});
