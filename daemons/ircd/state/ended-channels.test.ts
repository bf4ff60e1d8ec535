/** How long a channel that has ended is known, and which of a name. */
import { beforeEach, expect, it } from 'vitest';
import { limits } from '../limits.ts';
import { Channel } from './channel.ts';
import { EndedChannels } from './ended-channels.ts';

const NOW = Date.UTC(2026, 0, 1);
const KEPT = limits.endedChannelMs.default;
let ended: EndedChannels;
beforeEach(() => {
  ended = new EndedChannels();
});

const channel = (createdMs: number, name = '#c') => new Channel(name, name, createdMs);
const found = (createdMs: number, atMs: number, name = '#c') =>
  ended.find(name, Math.floor(createdMs / 1000), atMs) !== undefined;

it('is known until the time is over, and is no older than it was then', () => {
  ended.keep(channel(NOW), NOW);
  expect([found(NOW, NOW + KEPT - 1), found(NOW, NOW + KEPT)]).toEqual([true, false]);
  expect(found(NOW + 1_000, NOW)).toBe(false);
  expect(ended.birthOf('#c', NOW)).toBe(NOW + 1_000);
  expect(ended.birthOf('#c', NOW + 5_000)).toBe(NOW + 5_000);
  expect(ended.birthOf('#c', NOW + KEPT)).toBe(NOW + KEPT);
  // Later than it ended, whatever a clock says.
  ended.keep(channel(NOW + 2 * KEPT), NOW);
  expect([ended.birthOf('#c', NOW + KEPT - 1), ended.birthOf('#c', NOW + KEPT)]).toEqual([
    NOW + 2 * KEPT + 1_000,
    NOW + KEPT,
  ]);
});

it('is known beside the last few of its name, of which one that ended again is one', () => {
  for (let second = 0; second < 5; second++) ended.keep(channel(NOW + second * 1_000), NOW);
  expect([0, 1, 2, 3, 4].map((second) => found(NOW + second * 1_000, NOW))).toEqual([
    false,
    true,
    true,
    true,
    true,
  ]);
  ended.keep(channel(NOW + 1_000), NOW + KEPT / 2);
  expect([1, 2].map((second) => found(NOW + second * 1_000, NOW + KEPT))).toEqual([true, false]);
});

it('gives way, the oldest first, where too many names ended', () => {
  const most = limits.endedChannels.default;
  for (let i = 0; i <= most; i++) ended.keep(channel(NOW, `#c${i}`), NOW);
  expect([found(NOW, NOW, '#c0'), found(NOW, NOW, '#c1'), found(NOW, NOW, `#c${most}`)]).toEqual([
    false,
    true,
    true,
  ]);
});
