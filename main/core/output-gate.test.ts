import { expect, test } from 'vitest';
import { FakeClock } from '../../kit/fake-clock.ts';
import { OutputGate } from './output-gate.ts';

test('a flood is cut to the limit each second, told about later, and costs no other daemon its lines', async () => {
  const clock = new FakeClock();
  const gate = new OutputGate(clock, 3);
  const burst = Array.from({ length: 10 }, () => gate.admit('loud').pass);
  expect(burst.filter(Boolean)).toHaveLength(3);
  expect(gate.admit('calm')).toEqual({ pass: true, heldBefore: 0 });
  await clock.advance(1_000);
  expect(gate.admit('loud')).toEqual({ pass: true, heldBefore: 7 });
  expect(gate.admit('loud')).toEqual({ pass: true, heldBefore: 0 });
});

test('lines that were held back are told of once a second at most, and all of them', async () => {
  const clock = new FakeClock();
  const gate = new OutputGate(clock, 2);
  const admit = () => gate.admit('loud');
  expect([admit(), admit(), admit()].map(({ pass }) => pass)).toEqual([true, true, false]);
  await clock.advance(500);
  expect(admit()).toEqual({ pass: true, heldBefore: 0 });
  expect(admit()).toEqual({ pass: false, heldBefore: 0 });
  await clock.advance(499);
  expect(admit()).toEqual({ pass: false, heldBefore: 0 });
  await clock.advance(1);
  expect(admit()).toEqual({ pass: true, heldBefore: 3 });
  await clock.advance(10_000);
  expect(admit()).toEqual({ pass: true, heldBefore: 0 });
});

test('lines that passed and were held back are counted, and who wrote them', () => {
  const gate = new OutputGate(new FakeClock(), 2);
  for (const id of ['loud', 'loud', 'loud', 'calm']) gate.admit(id);
  expect(gate.counts).toEqual({ depth: 2, completed: 3, rejected: 1 });
});
