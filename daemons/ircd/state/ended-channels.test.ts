/** Which channels that ended are remembered, for how long, and when a new one of their name is made. */
import { describe, expect, it } from 'vitest';
import { limits } from '../limits.ts';
import { Channel } from './channel.ts';
import { EndedChannels } from './ended-channels.ts';

const NOW = Date.UTC(2026, 0, 1);
const S = NOW / 1000;
const made = (seconds: number, name = '#c') => new Channel(name, name, (S + seconds) * 1000);

describe('channels that have ended', () => {
  it('are found by their age for a while, counted from when they were heard of last', () => {
    const ended = new EndedChannels();
    const [first, second] = [made(-9), made(-5)];
    ended.keep(first, NOW);
    ended.keep(second, NOW + 1_000);
    ended.note(first, NOW + 2_000);
    expect(ended.find('#c', S - 9, NOW + 2_000)).toEqual({ channel: first, atMs: NOW + 2_000, sinceMs: NOW });
    expect(ended.find('#c', S - 8, NOW)).toBeUndefined();
    const laterMs = NOW + limits.endedChannelMs.default + 1_500;
    expect(ended.find('#c', S - 5, laterMs)).toBeUndefined();
    expect(ended.find('#c', S - 9, laterMs)?.channel).toBe(first);
    // It ends once more: who was linked before that was told of it.
    ended.keep(first, laterMs);
    expect(ended.find('#c', S - 9, laterMs)?.sinceMs).toBe(laterMs);
  });

  it('of one name are sixteen, and of all names as many as the limit says', () => {
    const ended = new EndedChannels();
    for (let i = 0; i < 16; i++) ended.keep(made(i), NOW + i);
    ended.note(made(0), NOW + 20);
    ended.keep(made(99), NOW + 21);
    expect([0, 1, 2, 99].map((seconds) => ended.find('#c', S + seconds, NOW + 21) !== undefined)).toEqual([
      true,
      false,
      true,
      true,
    ]);
    for (let i = 0; i < limits.endedChannels.default; i++) ended.keep(made(0, `#${i}`), NOW + 30);
    expect(ended.find('#c', S, NOW + 30)).toBeUndefined();
    expect(ended.find('#0', S, NOW + 30)).toBeDefined();
  });

  it('make a new one a second younger, unless they say that they are of a time that is far away', () => {
    const ended = new EndedChannels();
    expect(ended.birthOf('#c', NOW)).toBe(NOW);
    ended.keep(made(7), NOW);
    ended.keep(made(3), NOW);
    expect(ended.birthOf('#c', NOW + 500)).toBe(NOW + 8_000);
    ended.note(made(86_400), NOW);
    expect(ended.birthOf('#c', NOW + 500)).toBe(NOW + 8_000);
    expect(ended.birthOf('#c', NOW + 20_000)).toBe(NOW + 20_000);
    // Once nothing of them is known any more, nothing comes of them.
    const laterMs = NOW + limits.endedChannelMs.default;
    ended.keep(made(70), NOW + 15_000);
    expect([laterMs, laterMs + 15_000].map((nowMs) => ended.birthOf('#c', nowMs))).toEqual([
      NOW + 71_000,
      laterMs + 15_000,
    ]);
  });
});
