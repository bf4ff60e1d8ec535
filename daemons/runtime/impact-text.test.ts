import { expect, it } from 'vitest';
import { counted, disconnects } from './impact-text.ts';

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
