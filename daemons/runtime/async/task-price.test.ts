import { expect, it } from 'vitest';
import { PricedTask } from './task-price.ts';

it('expects of a function what it took: the first time in full, later half of what is new', () => {
  const price = new PricedTask(3, 'file:///m.ts', 'hash');
  expect(price).toMatchObject({ index: 3, module: 'file:///m.ts', name: 'hash', ms: null });
  price.settle();
  expect(price.ms).toBe(null);
  price.ran(8);
  price.ran(4);
  expect(price.ms).toBe(null);
  price.settle();
  expect(price.ms).toBe(6);
  price.settle();
  expect(price.ms).toBe(6);
  price.ran(2);
  price.settle();
  expect(price.ms).toBe(4);
});
