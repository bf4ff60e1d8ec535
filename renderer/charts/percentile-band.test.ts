import type uPlot from 'uplot';
import { describe, expect, it } from 'vitest';
import { fillBetween, sharedRuns } from './percentile-band.ts';

describe('the range between two lines', () => {
  it('is there only where both have a value', () => {
    expect(sharedRuns([1, 1, null, 1, 1], [1, 1, 1, Number.NaN, 1], [0, 4])).toEqual([
      [0, 1],
      [4, 4],
    ]);
    expect(sharedRuns([1, 1, 1], [1, 1, 1], [1, 2])).toEqual([[1, 2]]);
    expect(sharedRuns([], [], [0, -1])).toEqual([]);
  });

  const filled = (show: boolean) => {
    const calls: string[] = [];
    const say =
      (name: string) =>
      (...at: number[]) =>
        void calls.push([name, ...at].join(' '));
    const ctx = Object.fromEntries(
      ['save', 'beginPath', 'rect', 'clip', 'lineTo', 'fill', 'restore'].map((name) => [name, say(name)]),
    );
    const plot = {
      ctx,
      bbox: { left: 0, top: 0, width: 9, height: 9 },
      data: [
        [1, 2, 3],
        [null, 20, 30],
        [1, 2, 3],
      ],
      series: [{ idxs: [0, 2] }, { scale: 'seconds', show }, { scale: 'seconds', show: true }],
      valToPos: (value: number) => value,
    } as unknown as uPlot;
    fillBetween(plot, [1, 2], 'blue');
    return calls.filter((call) => call.startsWith('lineTo') || call === 'fill');
  };

  it('goes along the upper and back along the lower, within the samples that there are', () => {
    expect(filled(true)).toEqual(['lineTo 2 20', 'lineTo 3 30', 'lineTo 3 3', 'lineTo 2 2', 'fill']);
  });

  it('is not there where one of them is switched off', () => {
    expect(filled(false)).toEqual([]);
  });
});
