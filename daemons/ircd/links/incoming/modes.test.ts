import { expect, it } from 'vitest';
import { limits } from '../../limits.ts';
import { isSound } from './modes.ts';

const key = limits.keyLength.default;
const mask = limits.maskBytes.default;

it.each<[string, string[], string[]]>([
  ['+l', ['1', '9', '10', '999999999'], ['0', '01', '', '12x', 'x12', '-1', '1 2', '1000000000']],
  ['-l', ['', '5', 'x'], [':5']],
  ['+k', ['k', 'x'.repeat(key), 'é'], ['', ':k', 'a b', 'x'.repeat(key + 1)]],
  ['-k', ['', '*', 'x'.repeat(key)], ['a b', 'x'.repeat(key + 1)]],
  ['+b', ['*!*@*', 'x'.repeat(mask)], ['', ':x', 'a b', 'x'.repeat(mask + 1)]],
  ['-e', ['*!*@*'], ['', 'a b']],
  ['+I', ['*!*@*'], ['']],
  ['+o', ['', 'ACAAA'], ['a b']],
  ['+m', [''], ['a b']],
])('%s can be what a server means with %j, and not with %j', (change, good, bad) => {
  const takes = (argument: string) => isSound({ on: change[0] === '+', letter: change[1]!, argument });
  expect([good.filter((one) => !takes(one)), bad.filter(takes)]).toEqual([[], []]);
});
