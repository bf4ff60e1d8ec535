/**
 * Any character, for property tests of texts: `fc.string({ unit: anyCharacter })`. The unit of fast-check that is called `binary` is
 * the same, but to make it takes a second of processor time in every worker.
 */
import fc from 'fast-check';

const HALVES_FROM = 0xd800;
const HALVES = 0x800;
const LAST = 0x10ffff;

/** Every code point but halves of pairs; half of them are ASCII, which most rules are about. */
export const anyCharacter: fc.Arbitrary<string> = fc
  .oneof(fc.nat(0x7f), fc.nat(LAST - HALVES))
  .map((at) => String.fromCodePoint(at < HALVES_FROM ? at : at + HALVES));
