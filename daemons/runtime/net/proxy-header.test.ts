/** The header of a proxy, as HAProxy's specification has it. */
import { isIPv4 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limits } from '../limits.ts';
import { proxyHeaderV2 } from '../test-fixtures/proxy-header-v2.ts';
import { parseProxyHeader } from './proxy-header.ts';

const parse = (text: string) => parseProxyHeader(Buffer.from(text, 'latin1'));

describe('version 1', () => {
  test.each([
    ['PROXY TCP4 192.0.2.7 203.0.113.1 56324 6667\r\n', { address: '192.0.2.7', port: 56_324 }],
    ['PROXY TCP6 2001:DB8:0:0::7 2001:db8::1 0 65535\r\n', { address: '2001:db8::7', port: 0 }],
    ['PROXY TCP6 ::ffff:192.0.2.7 ::1 1 2\r\n', { address: '192.0.2.7', port: 1 }],
    ['PROXY UNKNOWN\r\n', null],
    ['PROXY UNKNOWN ffff::1 whatever it says\r\n', null],
  ])('%j names %j', (line, source) => {
    expect(parse(`${line}NICK ann\r\n`)).toEqual({ length: line.length, source });
  });

  test('the longest line is taken, a longer one is not', () => {
    const line = `PROXY UNKNOWN ${'f'.repeat(91)}\r\n`;
    expect(parse(line)).toEqual({ length: 107, source: null });
    expect(parse(line.slice(0, 106))).toBe('unfinished');
    expect(parse(`PROXY UNKNOWN ${'f'.repeat(92)}\r\n`)).toMatchObject({
      problem: expect.stringContaining('107 bytes'),
    });
  });

  test.each([
    'PROXY TCP4 192.0.2.7 203.0.113.1 56324\r\n',
    'PROXY TCP4 192.0.2.7 203.0.113.1 56324 6667 \r\n',
    'PROXY TCP4 192.0.2.7  203.0.113.1 56324 6667\r\n',
    'PROXY TCP4 192.0.2.7 203.0.113.1 056324 6667\r\n',
    'PROXY TCP4 192.0.2.7 203.0.113.1 65536 6667\r\n',
    'PROXY TCP4 192.0.2.7 203.0.113.1 -1 6667\r\n',
    'PROXY TCP4 192.0.2.07 203.0.113.1 1 6667\r\n',
    'PROXY TCP4 2001:db8::7 2001:db8::1 1 6667\r\n',
    'PROXY TCP6 192.0.2.7 203.0.113.1 1 6667\r\n',
    'PROXY TCP6 fe80::1%eth0 fe80::2 1 6667\r\n',
    'PROXY TCP4 192.0.2.7 there 1 6667\r\n',
    'PROXY UDP4 192.0.2.7 203.0.113.1 1 6667\r\n',
    'PROXY unknown\r\n',
    'PROXY \r\n',
  ])('%j is refused', (line) => {
    expect(parse(line)).toEqual({ problem: expect.stringContaining('version 1') });
  });
});

describe('version 2', () => {
  test('names an address of IPv4 or IPv6, and skips what else it brings', () => {
    const four = proxyHeaderV2({ source: '192.0.2.7', port: 56_324 });
    expect(parseProxyHeader(Buffer.concat([four, Buffer.from('NICK')]))).toEqual({
      length: 28,
      source: { address: '192.0.2.7', port: 56_324 },
    });
    const more = Buffer.from([0x04, 0, 2, 0, 0]);
    expect(parseProxyHeader(proxyHeaderV2({ source: '2001:db8::7', port: 1, more }))).toEqual({
      length: 57,
      source: { address: '2001:db8::7', port: 1 },
    });
    expect(
      parseProxyHeader(proxyHeaderV2({ source: '::ffff:192.0.2.7', port: 1, family: 0x21 })),
    ).toMatchObject({
      source: { address: '192.0.2.7' },
    });
  });

  test.each([
    ['LOCAL, whatever addresses it has', proxyHeaderV2({ command: 0x20, source: '192.0.2.7', port: 9 }), 28],
    ['LOCAL without any', proxyHeaderV2({ command: 0x20, family: 0 }), 16],
    ['no family', proxyHeaderV2({ family: 0 }), 16],
    ['a Unix socket', proxyHeaderV2({ family: 0x31, more: Buffer.alloc(216) }), 232],
  ])('of %s it names nobody', (_what, bytes, length) => {
    expect(parseProxyHeader(bytes)).toEqual({ length, source: null });
  });

  test.each([
    ['another version', proxyHeaderV2({ command: 0x11, source: '192.0.2.7', port: 1 })],
    ['another command', proxyHeaderV2({ command: 0x22, source: '192.0.2.7', port: 1 })],
    ['UDP', proxyHeaderV2({ family: 0x12, source: '192.0.2.7', port: 1 })],
    ['an unknown family', proxyHeaderV2({ family: 0x41, more: Buffer.alloc(40) })],
    ['too little room for its addresses', proxyHeaderV2({ family: 0x11, more: Buffer.alloc(11) })],
    ['too little room for addresses of IPv6', proxyHeaderV2({ family: 0x21, more: Buffer.alloc(35) })],
    [
      'more than is read',
      proxyHeaderV2({ family: 0, more: Buffer.alloc(limits.proxyHeaderBytes.default - 15) }).subarray(0, 16),
    ],
  ])('with %s it is refused', (_what, bytes) => {
    expect(parseProxyHeader(bytes)).toEqual({ problem: expect.any(String) });
  });
});

test('what begins otherwise is no header, and nothing yet is a beginning', () => {
  for (const text of [
    'NICK ann\r\n',
    'PROXYX',
    'PRO\r\n',
    'proxy TCP4 ',
    '\r\n\r\nNICK',
    '\x16\x03\x01',
    'GET / HTTP/1.1',
  ])
    expect(parse(text)).toBe('none');
  for (const text of [
    '',
    'P',
    'PROXY',
    'PROXY ',
    'PROXY TCP4 1',
    '\r',
    '\r\n\r\n\0\r\nQUIT',
    '\r\n\r\n\0\r\nQUIT\n\x21\x11',
  ])
    expect(parse(text)).toBe('unfinished');
});

test('each beginning of a header is unfinished, and what follows changes nothing', () => {
  const address = fc.oneof(fc.ipV4(), fc.ipV6());
  fc.assert(
    fc.property(
      address,
      fc.nat(65_535),
      fc.boolean(),
      fc.uint8Array({ maxLength: 40 }),
      (source, port, one, behind) => {
        const version1 = `PROXY ${isIPv4(source) ? 'TCP4' : 'TCP6'} ${source} ${source} ${port} 6667\r\n`;
        const header = one
          ? Buffer.from(version1)
          : proxyHeaderV2({ source, port, more: Buffer.from(behind) });
        const whole = parseProxyHeader(Buffer.concat([header, behind]));
        expect(whole).toMatchObject({ length: header.length, source: { port } });
        expect(parseProxyHeader(header)).toEqual(whole);
        for (let end = 0; end < header.length; end++)
          expect(parseProxyHeader(header.subarray(0, end))).toBe('unfinished');
      },
    ),
    { numRuns: 60 },
  );
});

test('garbage of any sort is judged and never thrown at', () => {
  const beginning = fc.constantFrom(
    'PROXY ',
    'PROXY TCP4 ',
    '\r\n\r\n\0\r\nQUIT\n',
    '\r\n\r\n\0\r\nQUIT\n\x21\x11',
    '',
  );
  fc.assert(
    fc.property(beginning, fc.uint8Array({ maxLength: 120 }), (start, bytes) => {
      parseProxyHeader(Buffer.concat([Buffer.from(start, 'latin1'), bytes]));
    }),
    { numRuns: 500 },
  );
});
