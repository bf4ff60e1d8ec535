import { expect, it } from 'vitest';
import {
  CAP,
  CAPABILITY_NAMES,
  capabilityNames,
  FRAMING_BITS,
  FRAMING_SHIFT,
  VARIANT_BITS,
  VARIANTS,
} from './capabilities.ts';

it('gives each a bit of its own, without a gap', () => {
  const bits = Object.values(CAP);
  expect([...bits].sort((a, b) => a - b)).toEqual(bits.map((_, i) => 2 ** i));
});

it('has a place for each way in which a message is written, and for no other', () => {
  const { messageTags, serverTime, accountTag, textFrames, binaryFrames } = CAP;
  expect(FRAMING_BITS).toBe(textFrames | binaryFrames);
  expect(VARIANT_BITS).toBe(messageTags | serverTime | accountTag | FRAMING_BITS);
  expect((messageTags | serverTime | accountTag) >> FRAMING_SHIFT).toBe(0);
  // Nobody gets frames of both sorts: the last has all tags in binary frames.
  expect(VARIANTS).toBe((messageTags | serverTime | accountTag | binaryFrames) + 1);
});

it('lists names in order, one for each bit that is a capability', () => {
  const names = [...CAPABILITY_NAMES.keys()];
  expect(names).toEqual([...names].sort());
  expect(new Set(CAPABILITY_NAMES.values()).size).toBe(names.length);
  expect([...CAPABILITY_NAMES.values()].reduce((all, bit) => all | bit)).toBe(
    Object.values(CAP).reduce((all, bit) => all | bit) & ~FRAMING_BITS,
  );
  expect(capabilityNames(CAP.setname | CAP.batch | CAP.textFrames)).toEqual(['batch', 'setname']);
  expect(capabilityNames(0)).toEqual([]);
});
