import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hasColour, stripFormatting } from './formatting.ts';

it.each([
  ['plain', 'plain', false],
  ['\x0304red\x03 and \x0304,12both', 'red and both', true],
  ['\x033,x', ',x', true],
  ['\x03123', '3', true],
  ['\x03,4', ',4', true],
  ['\x04ff0000red\x04 \x04FF0000,00ff00x', 'red x', true],
  ['\x02b\x0f \x11m\x16r\x1di\x1es\x1fu', 'b mrisu', false],
  ['\x1b[31mred', '[31mred', true],
  ['\x01ACTION waves\x01', '\x01ACTION waves\x01', false],
  ['\x02\x03\x0f', '', true],
  ['', '', false],
])('%j is %j without formatting', (text, plain, coloured) => {
  expect(stripFormatting(text)).toBe(plain);
  expect(hasColour(text)).toBe(coloured);
});

it('leaves no code, adds nothing, and changes nothing the second time', () => {
  const text = fc.string({
    unit: fc.constantFrom('\x02', '\x03', '\x04', '\x0f', '\x1b', '1', '9', 'f', ',', 'ü', ' '),
  });
  fc.assert(
    fc.property(text, (given) => {
      const plain = stripFormatting(given);
      for (const code of '\x02\x03\x04\x0f\x1b') expect(plain).not.toContain(code);
      expect(hasColour(plain)).toBe(false);
      expect(stripFormatting(plain)).toBe(plain);
      let at = -1;
      for (const sign of plain) {
        at = given.indexOf(sign, at + 1);
        expect(at).toBeGreaterThan(-1);
      }
    }),
  );
});
