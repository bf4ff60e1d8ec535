import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyCharacter } from '../../../contract/test-characters.ts';
import { HELLO, hex, recorder, requestV1, requestV2 } from './test-requests.ts';
import type { Dialect } from './wire.ts';

function parse(bytes: Buffer, dialect: Dialect = 'programs'): string[] {
  const { parser, found } = recorder(dialect);
  parser.push(bytes);
  return found;
}

describe('a first byte', () => {
  it('of a mode begins version 1, in both dialects', () => {
    for (const dialect of ['programs', 'document'] as const) {
      const { parser, found } = recorder(dialect);
      parser.push(requestV1('2', '/a.txt'));
      expect(found).toEqual(['request 0 ordered copy "/a.txt" 0']);
      expect(parser.version).toBe(1);
      expect(parser.dialect).toBe(dialect);
    }
  });

  it('of OBJM begins version 2, in the dialect that the capabilities show', () => {
    expect(parse(hex('4f 42 4a 4d 02 00 03 00 40'), 'document')).toEqual(['hello programs accepted 3 64']);
    expect(parse(hex('4f 42 4a 4d 02 03 00 64 00'))).toEqual(['hello document accepted 3 100']);
    expect(parse(hex('4f 42 4a 4d 02 00 13 00 04'))).toEqual(['hello programs accepted 19 4']);
  });

  it('leaves the dialect to the listener where the capabilities show none', () => {
    expect(parse(hex('4f 42 4a 4d 02 00 00 00 07'))).toEqual(['hello programs accepted 0 7']);
    expect(parse(hex('4f 42 4a 4d 02 00 00 07 00'), 'document')).toEqual(['hello document accepted 0 7']);
    expect(parse(hex('4f 42 4a 4d 02 03 03 07 00'), 'document')).toEqual(['hello document accepted 771 7']);
  });

  it('of another version of HELLO is told to the client, and nothing is parsed after it', () => {
    const bytes = Buffer.concat([hex('4f 42 4a 4d 09 00 03 00 04'), requestV2(1, 0, '2', '/a')]);
    expect(parse(bytes)).toEqual(['hello programs refused 3 4']);
  });

  it.each([
    ['an HTTP request', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['what begins like HELLO', 'OBJECTS!!!'],
    ['zeros', '\0\0\0\0'],
  ])('of %s closes the connection with a status', (_, text) => {
    for (const dialect of ['programs', 'document'] as const)
      expect(parse(Buffer.from(text), dialect)).toEqual(['fault 0 ordered protocol closes']);
  });

  it('that is a digit without a mode is refused by name for programs, and no request in the other dialect', () => {
    const bytes = Buffer.concat([requestV1('9', '/a.txt'), requestV1('2', '/a.txt')]);
    expect(parse(bytes)).toEqual(['fault 0 ordered invalid_mode', 'request 0 ordered copy "/a.txt" 0']);
    expect(parse(bytes, 'document')).toEqual(['fault 0 ordered protocol closes']);
  });
});

describe('a request', () => {
  it('of version 2 has an id, flags and any of the modes', () => {
    const bytes = [
      HELLO,
      requestV2(0xffff_ffff, 0, '1', '/a'),
      requestV2(2, 1, '2', 'b'),
      requestV2(3, 2, '3', ''),
      requestV2(4, 3, 's', 'é'),
      requestV2(5, 0xfc, 'l', 'pre\0last'),
      requestV2(6, 0, 'd', '/a'),
    ];
    expect(parse(Buffer.concat(bytes)).slice(1)).toEqual([
      'request 4294967295 fdpass "/a" 0',
      'request 2 ordered copy "b" 0',
      'request 3 priority splice "" 0',
      'request 4 ordered priority stat "é" 0',
      'request 5 list "pre\\u0000last" 0',
      'request 6 delete "/a" 0',
    ]);
  });

  it('with a body is followed by it, and then by the next request', () => {
    const bytes = [
      HELLO,
      requestV2(1, 0, 'p', '/a', Buffer.from('hello')),
      requestV2(2, 0, 'p', '/empty', Buffer.alloc(0)),
      requestV2(3, 0, 'a', '', Buffer.from('token')),
      requestV2(4, 0, '2', '/a'),
    ];
    expect(parse(Buffer.concat(bytes)).slice(1)).toEqual([
      ...['request 1 put "/a" 5', 'body hello', 'request 2 put "/empty" 0', 'body '],
      ...['request 3 authenticate "" 5', 'body token', 'request 4 copy "/a" 0'],
    ]);
  });

  it('of version 1 has no modes of ours', () => {
    for (const mode of ['p', 'd', 'l', 's', 'a'])
      expect(parse(Buffer.concat([requestV1('2', '/a'), requestV1(mode, '/b')]))[1]).toBe(
        'fault 0 ordered invalid_mode',
      );
  });

  it('for several segments is refused as not supported, in both versions', () => {
    expect(parse(requestV1('4', '/a'))).toEqual(['fault 0 ordered unsupported']);
    expect(parse(Buffer.concat([HELLO, requestV2(7, 0, '4', '/a')]))[1]).toBe('fault 7 unsupported');
  });

  it('with a URI of 4096 bytes is taken; a longer one is refused with its length passed over', () => {
    const longest = 'a'.repeat(4096);
    for (const bytes of [4097, 5000, 65_535]) {
      const first = Buffer.concat([
        requestV1('1', longest),
        requestV1('1', 'a'.repeat(bytes)),
        requestV1('2', '/b'),
      ]);
      expect(parse(first)).toEqual([
        `request 0 ordered fdpass "${longest}" 0`,
        'fault 0 ordered uri_too_long',
        'request 0 ordered copy "/b" 0',
      ]);
      const put = requestV2(1, 0, 'p', 'a'.repeat(bytes), Buffer.from('body'));
      expect(parse(Buffer.concat([HELLO, put, requestV2(2, 0, '2', '/b')])).slice(1)).toEqual([
        'fault 1 uri_too_long',
        'request 2 copy "/b" 0',
      ]);
    }
  });

  it('whose URI is not UTF-8 is refused, its body is passed over, and a replacement character is none of that', () => {
    const bytes = [
      HELLO,
      requestV2(1, 0, '2', hex('61 ff')),
      requestV2(2, 1, 'p', hex('ed a0 80'), Buffer.from('body')),
      requestV2(3, 0, '2', 'a\ufffd'),
    ];
    expect(parse(Buffer.concat(bytes)).slice(1)).toEqual([
      'fault 1 invalid_request',
      'fault 2 ordered invalid_request',
      'request 3 copy "a\ufffd" 0',
    ]);
  });

  it('that is refused with a body of more than is passed over closes the connection', () => {
    const long = Buffer.alloc(1_001);
    expect(parse(Buffer.concat([HELLO, requestV2(2, 0, 'p', hex('ff'), long)])).slice(1)).toEqual([
      'fault 2 invalid_request',
      'fault 0 ordered protocol closes',
    ]);
    expect(parse(Buffer.concat([HELLO, requestV2(2, 0, 'p', 'a'.repeat(5_000), long)])).slice(1)).toEqual([
      'fault 2 uri_too_long',
      'fault 0 ordered protocol closes',
    ]);
  });

  it('with a body of more than 2^53 - 1 bytes closes the connection', () => {
    const head = requestV2(9, 0, 'p', '/a');
    const bytes = Buffer.concat([HELLO, head, hex('00 20 00 00 00 00 00 00')]);
    expect(parse(bytes)[1]).toBe('fault 9 ordered protocol closes');
    const largest = Buffer.concat([HELLO, head, hex('00 1f ff ff ff ff ff ff')]);
    expect(parse(largest)[1]).toBe('request 9 put "/a" 9007199254740991');
  });

  it('of an unknown mode or message type has a status in version 2', () => {
    expect(
      parse(Buffer.concat([HELLO, requestV2(5, 0, '9', '/a'), requestV2(6, 0, '2', '/a')])).slice(1),
    ).toEqual(['fault 5 invalid_mode', 'request 6 copy "/a" 0']);
    expect(parse(Buffer.concat([HELLO, hex('07 00 00'), requestV2(6, 0, '2', '/a')])).slice(1)).toEqual([
      'fault 0 ordered protocol closes',
    ]);
  });
});

it('ends with CLOSE, whatever follows', () => {
  const bytes = Buffer.concat([HELLO, requestV2(1, 0, '2', '/a'), hex('03 05'), requestV2(2, 0, '2', '/a')]);
  expect(parse(bytes).slice(1)).toEqual(['request 1 copy "/a" 0', 'close 5']);
});

it('passes over the rest of a body that nobody wants', () => {
  const { parser, found } = recorder();
  const put = requestV2(1, 0, 'p', '/a', Buffer.from('0123456789'));
  parser.push(Buffer.concat([HELLO, put.subarray(0, put.length - 4)]));
  parser.skipBody();
  expect(parser.midRequest).toBe(true);
  parser.push(Buffer.concat([put.subarray(put.length - 4), requestV2(2, 0, 's', '/b')]));
  expect(found.slice(1)).toEqual(['request 1 put "/a" 10', 'request 2 stat "/b" 0']);
  expect(parser.midRequest).toBe(false);
});

it('says whether half a request is there, and holds no large memory after it', () => {
  const { parser } = recorder();
  const whole = requestV1('1', 'a'.repeat(4_000));
  expect(parser.midRequest).toBe(false);
  parser.push(whole.subarray(0, 3_000));
  expect(parser.midRequest).toBe(true);
  parser.push(whole.subarray(3_000));
  expect(parser.midRequest).toBe(false);
  expect(parser.heldBytes).toBeLessThanOrEqual(256);
});

it('parses nothing after it was stopped, and lets go of what it held', () => {
  const { parser, found } = recorder('programs', { pauseAfterEach: true });
  parser.push(Buffer.concat([requestV1('1', '/a'), requestV1('1', '/b')]));
  parser.stop();
  parser.resume();
  parser.push(requestV1('1', '/c'));
  expect(found).toEqual(['request 0 ordered fdpass "/a" 0']);
  expect(parser.heldBytes).toBe(0);
});

/** Streams of messages as clients may send them, good and bad. */
const uri = fc.oneof(
  fc.string({ unit: anyCharacter, maxLength: 20 }),
  fc.constantFrom('/a.txt', 'a'.repeat(300), 'b'.repeat(4_096), 'c'.repeat(4_097), 'd'.repeat(65_535)),
);
const message = fc.oneof(
  fc
    .tuple(fc.nat(9), fc.nat(3), fc.constantFrom('1', '2', '3', '4', 's', 'l', 'd', '?'), uri)
    .map(([id, flags, mode, text]) => requestV2(id, flags, mode, text)),
  fc
    .tuple(fc.nat(9), fc.constantFrom('p', 'a'), uri, fc.uint8Array({ maxLength: 50 }))
    .map(([id, mode, text, body]) => requestV2(id, 0, mode, text, Buffer.from(body))),
  fc.uint8Array({ maxLength: 3 }).map((bytes) => requestV2(1, 0, '2', Buffer.from(bytes))),
);
const second = fc.tuple(
  fc.constantFrom(HELLO, hex('4f 42 4a 4d 02 03 00 64 00')),
  fc.array(message, { maxLength: 6 }),
);
const first = fc.array(
  fc.tuple(fc.constantFrom('1', '2', '3', '4', '7'), uri).map(([mode, text]) => requestV1(mode, text)),
  { maxLength: 6 },
);
const end = fc.constantFrom(Buffer.alloc(0), hex('03 00'), hex('ff'), hex('01 00 00'));
const stream = fc.oneof(
  fc.tuple(second, end).map(([[hello, messages], last]) => Buffer.concat([hello, ...messages, last])),
  first.map((messages) => Buffer.concat(messages)),
);
const cuts = fc.array(fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 13, max: 9_000 })), {
  minLength: 1,
  maxLength: 30,
});

it('finds the same whatever the split, and whenever it is told to wait', () => {
  fc.assert(
    fc.property(stream, cuts, fc.boolean(), (bytes, sizes, pauseAfterEach) => {
      const whole = parse(bytes);
      const { parser, found } = recorder('programs', { pauseAfterEach });
      for (let at = 0, i = 0; at < bytes.length; i++) {
        const size = sizes[i % sizes.length]!;
        parser.push(Buffer.from(bytes.subarray(at, at + size)));
        at += size;
        if (i % 3 > 0) while (parser.paused) parser.resume();
      }
      while (parser.paused) parser.resume();
      expect(found).toEqual(whole);
    }),
    { numRuns: 150 },
  );
});

it('meets any bytes with requests, statuses or a close, and never throws', () => {
  const start = fc.constantFrom(
    Buffer.alloc(0),
    HELLO,
    hex('4f 42 4a 4d 02 03 00 64 00'),
    hex('31 00 01 61'),
  );
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.constantFrom(
      hex('01 00 00 00 01 00 70 00 01 61'),
      hex('01 00 00 00 01 00 32 ff ff'),
      hex('03'),
      hex('31'),
    ),
  );
  fc.assert(
    fc.property(start, fc.array(piece, { maxLength: 12 }), fc.boolean(), (head, pieces, document) => {
      const { parser, found } = recorder(document ? 'document' : 'programs');
      parser.push(head);
      for (const bytes of pieces) parser.push(Buffer.from(bytes));
      for (const [index, line] of found.entries()) {
        expect(line).toMatch(/^(hello|request|body|fault|close)/);
        if (line.endsWith('closes') || line.startsWith('close')) expect(index).toBe(found.length - 1);
      }
    }),
    { numRuns: 400 },
  );
});
