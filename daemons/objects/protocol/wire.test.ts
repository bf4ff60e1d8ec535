import { expect, it } from 'vitest';
import { hasBody, MODES, type ModeName, modeOf } from './wire.ts';

it('knows the modes by the letters that stand on the wire, and no other', () => {
  const letters = Array.from({ length: 256 }, (_, byte) => byte)
    .filter((byte) => modeOf(byte) !== null)
    .map((byte) => `${String.fromCharCode(byte)} ${modeOf(byte)}`);
  expect(letters).toEqual([
    ...['1 fdpass', '2 copy', '3 splice', '4 segmented'],
    ...['a authenticate', 'd delete', 'l list', 'p put', 's stat'],
  ]);
});

it('expects a body after put and authenticate alone', () => {
  expect((Object.keys(MODES) as ModeName[]).filter(hasBody)).toEqual(['authenticate', 'put']);
});
