import { expect, it } from 'vitest';
import { counted, disconnects, stopEffect } from './impact-text.ts';

it('says one and many, and nothing where nobody is concerned', () => {
  expect([counted(0, 'user'), counted(1, 'user'), counted(2, 'user')]).toEqual([
    '0 users',
    '1 user',
    '2 users',
  ]);
  expect([disconnects(0), disconnects(1), disconnects(42)]).toEqual([
    null,
    'disconnects 1 client',
    'disconnects 42 clients',
  ]);
});

it('says of a stop whom it disconnects, which bans it loses and which it brings back', () => {
  const effect = (clients: number, lost: number, returning: number) =>
    stopEffect(clients, { lost, returning });
  expect([effect(0, 0, 0), effect(2, 0, 0), effect(0, 1, 0), effect(2, 3, 0), effect(0, 0, 1)]).toEqual([
    null,
    'disconnects 2 clients',
    'loses 1 ban not saved to disk',
    'disconnects 2 clients and loses 3 bans not saved to disk',
    'brings back 1 removed ban still on disk',
  ]);
  expect(effect(2, 3, 4)).toBe(
    'disconnects 2 clients, loses 3 bans not saved to disk and brings back 4 removed bans still on disk',
  );
});
