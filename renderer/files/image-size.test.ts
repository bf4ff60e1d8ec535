import fc from 'fast-check';
import { expect, it } from 'vitest';
import { imageSizeOf } from './image-size.ts';

const hex = (text: string) =>
  Uint8Array.from(text.replaceAll(/\s/g, '').match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
/** The head of a picture of each kind, 258 wide and 3 high. */
const HEADS = {
  png: hex('89504e470d0a1a0a 0000000d 49484452 00000102 00000003'),
  gif: hex('474946383961 0201 0300'),
  // An APP0 segment, a fill byte and a Huffman table stand before the frame.
  jpeg: hex('ffd8 ffe0 0004 0000 ff ffc4 0003 00 ffc2 000b 08 0003 0102'),
  'webp, lossy': hex('52494646 00000000 57454250 56503820 00000000 000000 9d012a 0201 0300'),
  'webp, lossless': hex('52494646 00000000 57454250 5650384c 00000000 2f 01810000'),
  'webp, extended': hex('52494646 00000000 57454250 56503858 00000000 00000000 010100 020000'),
};

it.each(Object.entries(HEADS))(
  'reads the pixels of a %s from its head, and nothing from a part of that',
  (_, head) => {
    expect(imageSizeOf(head)).toEqual({ width: 258, height: 3 });
    for (let length = 0; length < head.length; length++)
      expect(imageSizeOf(head.subarray(0, length))).toBeNull();
  },
);

it('takes no document for a picture, and ends with whatever bytes it is given', () => {
  expect(
    imageSizeOf(new TextEncoder().encode('<svg width="9" height="9" xmlns="http://www.w3.org/2000/svg"/>')),
  ).toBeNull();
  expect(imageSizeOf(hex('ffd8 ffe0 0002 00'))).toBeNull();
  const begun = fc.tuple(
    fc.constantFrom(...Object.values(HEADS)),
    fc.uint8Array({ maxLength: 64 }),
    fc.nat(30),
  );
  fc.assert(
    fc.property(begun, ([head, rest, cut]) => {
      const size = imageSizeOf(Uint8Array.from([...head.subarray(0, cut), ...rest]));
      if (size !== null) expect(size.width * size.height).toBeGreaterThanOrEqual(0);
    }),
  );
});
