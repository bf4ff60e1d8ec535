import { describe, expect, it } from 'vitest';
import { timeLabels } from './time-labels.ts';

const DAY = 86_400;
const NOW = new Date('2026-11-20T14:03:22').getTime();
const at = (text: string) => new Date(text).getTime() / 1000;
const days = (...texts: string[]) => texts.map((text) => at(`${text}T00:00:00`));

describe('the labels of a time axis', () => {
  it('tell the years of a range apart', () => {
    expect(timeLabels(days('2023-01-01', '2024-01-01', '2025-01-01', '2026-01-01'), 365 * DAY, NOW)).toEqual([
      '2023-01-01',
      '2024-01-01',
      '2025-01-01',
      '2026-01-01',
    ]);
  });

  it('say the year again where the next begins', () => {
    expect(timeLabels(days('2025-11-01', '2025-12-01', '2026-01-01', '2026-02-01'), 30 * DAY, NOW)).toEqual([
      '2025-11-01',
      '12-01',
      '2026-01-01',
      '02-01',
    ]);
    const hours = [at('2025-12-31T12:00:00'), at('2026-01-01T00:00:00'), at('2026-01-01T12:00:00')];
    expect(timeLabels(hours, DAY / 2, NOW)).toEqual(['12:00', '2026-01-01', '12:00']);
  });

  it('leave this year out, and no other', () => {
    expect(timeLabels(days('2026-11-18', '2026-11-19'), DAY, NOW)).toEqual(['11-18', '11-19']);
    expect(timeLabels(days('2024-11-18', '2024-11-19'), DAY, NOW)).toEqual(['2024-11-18', '11-19']);
  });

  it('are the clock within a day, with seconds where they differ, and the day where it begins', () => {
    const splits = [at('2026-11-19T23:00:00'), at('2026-11-20T00:00:00'), at('2026-11-20T01:00:00')];
    expect(timeLabels(splits, 3600, NOW)).toEqual(['23:00', '11-20', '01:00']);
    const past = splits.map((seconds) => seconds - 731 * DAY);
    expect(timeLabels(past, 3600, NOW)).toEqual(['23:00', '2024-11-19', '01:00']);
    expect(timeLabels([at('2026-11-20T14:03:05')], 5, NOW)).toEqual(['14:03:05']);
    expect(timeLabels([], 5, NOW)).toEqual([]);
  });

  it('have no seconds from a step of a minute on, and the day where every label is one', () => {
    const splits = [at('2026-11-20T14:03:00'), at('2026-11-20T14:04:00')];
    expect(timeLabels(splits, 60, NOW)).toEqual(['14:03', '14:04']);
    expect(timeLabels(splits, 59, NOW)).toEqual(['14:03:00', '14:04:00']);
    expect(timeLabels(days('2026-11-19', '2026-11-20'), DAY - 1, NOW)).toEqual(['00:00', '11-20']);
    expect(timeLabels(days('2026-11-19'), DAY, NOW)).toEqual(['11-19']);
  });
});
