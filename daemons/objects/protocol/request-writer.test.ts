import fc from 'fast-check';
import { expect, it } from 'vitest';
import { helloBytes, requestBytes } from './request-writer.ts';
import { HELLO, recorder, toHex } from './test-requests.ts';
import { hasBody, MODES, type ModeName } from './wire.ts';

it('writes the bytes that the original was sent', () => {
  const get = { id: 0, mode: 'fdpass', uri: '/a.txt' } as const;
  expect(toHex(requestBytes(1, get))).toBe('31 00 06 2f 61 2e 74 78 74');
  expect(toHex(requestBytes(2, { ...get, id: 2, ordered: true }))).toBe(
    '01 00 00 00 02 01 31 00 06 2f 61 2e 74 78 74',
  );
  expect(helloBytes('programs', 3, 64)).toEqual(HELLO);
  expect(toHex(helloBytes('document', 3, 100))).toBe('4f 42 4a 4d 02 03 00 64 00');
});

it('writes what the server reads', () => {
  const modes = (Object.keys(MODES) as ModeName[]).filter((mode) => mode !== 'segmented');
  const request = fc.record({
    id: fc.integer({ min: 0, max: 0xffff_ffff }),
    ordered: fc.boolean(),
    priority: fc.boolean(),
    mode: fc.constantFrom(...modes),
    uri: fc.string({ unit: 'grapheme', maxLength: 50 }),
  });
  fc.assert(
    fc.property(request, (one) => {
      const { parser, found } = recorder();
      parser.push(HELLO);
      parser.push(requestBytes(2, { ...one, bodyBytes: 0 }));
      const flags = `${one.ordered ? ' ordered' : ''}${one.priority ? ' priority' : ''}`;
      const line = `request ${one.id}${flags} ${one.mode} ${JSON.stringify(one.uri)} 0`;
      expect(found.slice(1)).toEqual(hasBody(one.mode) ? [line, 'body '] : [line]);
    }),
    { numRuns: 100 },
  );
});

it('refuses what the protocol cannot say', () => {
  expect(() => requestBytes(2, { id: 1, mode: 'copy', uri: 'a'.repeat(4_097) })).toThrow(/4097 bytes/);
  expect(() => requestBytes(1, { id: 1, mode: 'put', uri: 'a' })).toThrow(/no mode "put"/);
});
