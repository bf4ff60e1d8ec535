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

it('says of a stop whom it disconnects and which bans it loses', () => {
  expect([stopEffect(0, 0), stopEffect(2, 0), stopEffect(0, 1), stopEffect(2, 3)]).toEqual([
    null,
    'disconnects 2 clients',
    'loses 1 ban not saved to disk',
    'disconnects 2 clients and loses 3 bans not saved to disk',
  ]);
});
