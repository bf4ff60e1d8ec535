/**
 * Answers of `programs`, byte for byte as the C library of the original sends them: captured from a Unix socket, the object
 * being 13 bytes of `/a.txt`.
 */
import { describe, expect, it } from 'vitest';
import {
  agree,
  MAX_ANSWER_HEAD_BYTES,
  MAX_DESCRIPTOR_ANSWER_BYTES,
  writeClose,
  writeCloseAck,
  writeContentHead,
  writeDescriptorAnswer,
  writeError,
  writeHelloAck,
} from './answer-writer.ts';
import { writeMetadata } from './metadata.ts';
import type { Hello } from './request.ts';
import { RequestParser } from './request-parser.ts';
import { STATUS_NAMES, statusCode } from './status.ts';
import { hex, toHex } from './test-requests.ts';
import type { Framing } from './wire.ts';

const into = Buffer.alloc(MAX_ANSWER_HEAD_BYTES + 10);
const OFFER = { depth: 100, paths: 3 };
const OBJECT = { sizeBytes: 13, modifiedSeconds: 0x6b0a_a76a, backendPath: 1 };
const OBJECT_METADATA = '01 00 08 00 00 00 00 00 00 00 0d 02 00 08 00 00 00 00 6b 0a a7 6a 05 00 01 01';
const NO_SUCH_FILE = 'No such file or directory';
const NO_SUCH_FILE_ENTRY =
  'ff 00 19 4e 6f 20 73 75 63 68 20 66 69 6c 65 20 6f 72 20 64 69 72 65 63 74 6f 72 79';

const P1: Framing = { version: 1, dialect: 'programs' };
const P2: Framing = { version: 2, dialect: 'programs' };
const D1: Framing = { version: 1, dialect: 'document' };
const D2: Framing = { version: 2, dialect: 'document' };

/** What a function writes, begun somewhere inside the buffer. */
function written(write: (at: number) => number): string {
  into.fill(0xee);
  const end = write(3);
  expect(into.subarray(0, 3)).toEqual(Buffer.alloc(3, 0xee));
  expect(into[end]).toBe(0xee);
  return toHex(into.subarray(3, end));
}

function helloOf(bytes: string): Hello {
  let said: Hello | undefined;
  const parser = new RequestParser(
    {
      onHello: (hello) => {
        said = hello;
      },
      onRequest: () => true,
      onBody: () => true,
      onBodyEnd: () => true,
      onFault: () => true,
      onClose: () => undefined,
    },
    { dialect: 'programs', maxSkippedBytes: 0 },
  );
  parser.push(hex(bytes));
  expect(said).toBeDefined();
  return said!;
}

describe('answers of programs, as captured', () => {
  it('version 1, FDPASS: the head before the X that carries the descriptor', () => {
    expect(written((at) => writeDescriptorAnswer(into, at, P1, 0, OBJECT))).toBe(
      `00 00 00 00 00 00 00 00 00 00 1a ${OBJECT_METADATA}`,
    );
  });

  it('version 1, a URI that does not exist', () => {
    expect(written((at) => writeError(into, at, P1, 0, 'not_found', NO_SUCH_FILE))).toBe(
      `01 00 00 00 00 00 00 00 00 00 1c ${NO_SUCH_FILE_ENTRY}`,
    );
  });

  it('version 1, COPY and SPLICE: the head before the content', () => {
    expect(written((at) => writeContentHead(into, at, P1, 0, 13, OBJECT))).toBe(
      `00 00 00 00 00 00 00 00 0d 00 1a ${OBJECT_METADATA}`,
    );
  });

  it.each([
    ['both capabilities, depth 64', '4f 42 4a 4d 02 00 03 00 40', '4f 42 4a 4d 02 00 03 00 40 03'],
    ['depth 0', '4f 42 4a 4d 02 00 03 00 00', '4f 42 4a 4d 02 00 03 00 00 03'],
    ['depth 4', '4f 42 4a 4d 02 00 03 00 04', '4f 42 4a 4d 02 00 03 00 04 03'],
    ['a larger depth than that of the server', '4f 42 4a 4d 02 00 01 ff ff', '4f 42 4a 4d 02 00 01 00 64 03'],
  ])('version 2, HELLO with %s', (_, hello, ack) => {
    expect(written((at) => writeHelloAck(into, at, helloOf(hello), OFFER))).toBe(ack);
  });

  it('version 2, HELLO of version 9: not a byte', () => {
    expect(written((at) => writeHelloAck(into, at, helloOf('4f 42 4a 4d 09 00 03 00 04'), OFFER))).toBe('');
  });

  it('version 2, FDPASS, one of them of a URI that does not exist', () => {
    expect(written((at) => writeDescriptorAnswer(into, at, P2, 1, OBJECT))).toBe(
      `02 00 00 00 01 00 00 00 00 00 00 00 00 00 00 1a ${OBJECT_METADATA}`,
    );
    expect(written((at) => writeError(into, at, P2, 3, 'not_found', NO_SUCH_FILE))).toBe(
      `02 00 00 00 03 01 00 00 00 00 00 00 00 00 00 1c ${NO_SUCH_FILE_ENTRY}`,
    );
  });

  it('version 2, COPY', () => {
    expect(written((at) => writeContentHead(into, at, P2, 7, 13, OBJECT))).toBe(
      `02 00 00 00 07 00 00 00 00 00 00 00 00 0d 00 1a ${OBJECT_METADATA}`,
    );
  });

  it('version 2, CLOSE and its answer', () => {
    expect(written((at) => writeClose(into, at, 0))).toBe('03 00');
    expect(written((at) => writeCloseAck(into, at, 'programs', 0))).toBe('04 00 00 00 00 00');
  });
});

describe('answers of the document', () => {
  it('of version 1 are a status that carries the descriptor, a length before content, a length before a message', () => {
    expect(written((at) => writeDescriptorAnswer(into, at, D1, 0, OBJECT))).toBe('00');
    expect(written((at) => writeContentHead(into, at, D1, 0, 13, OBJECT))).toBe('00 00 00 00 00 00 00 00 0d');
    expect(written((at) => writeError(into, at, D1, 0, 'not_found', 'gone'))).toBe('01 00 04 67 6f 6e 65');
  });

  it('of version 2 have an id, and a content length only before content', () => {
    expect(written((at) => writeDescriptorAnswer(into, at, D2, 1, OBJECT))).toBe(
      `02 00 00 00 01 00 00 1a ${OBJECT_METADATA}`,
    );
    expect(written((at) => writeContentHead(into, at, D2, 0xffff_ffff, 13, OBJECT))).toBe(
      `02 ff ff ff ff 00 00 00 00 00 00 00 00 0d 00 1a ${OBJECT_METADATA}`,
    );
    expect(written((at) => writeContentHead(into, at, D2, 2, 0))).toBe(
      '02 00 00 00 02 00 00 00 00 00 00 00 00 00 00 00',
    );
    expect(written((at) => writeError(into, at, D2, 3, 'not_found', 'gone'))).toBe(
      '02 00 00 00 03 01 00 04 67 6f 6e 65',
    );
    expect(written((at) => writeCloseAck(into, at, 'document', 7))).toBe('04 00 00 00 07');
  });

  it('answer HELLO little-endian, with a status, and no depth as the depth of the server', () => {
    const ack = (hello: string) => written((at) => writeHelloAck(into, at, helloOf(hello), OFFER));
    expect(ack('4f 42 4a 4d 02 03 00 10 00')).toBe('00 03 00 10 00 03');
    expect(ack('4f 42 4a 4d 02 03 00 00 00')).toBe('00 03 00 64 00 03');
    expect(ack('4f 42 4a 4d 09 03 00 10 00')).toBe('01 03 00 10 00 03');
  });
});

it('agrees on what both sides have, and on nothing that was never built', () => {
  const hello: Hello = { accepted: true, dialect: 'programs', capabilities: 0x0011, depth: 500 };
  expect(agree(hello, OFFER)).toEqual({ capabilities: 1, depth: 100 });
  expect(agree({ ...hello, capabilities: 0xffff, depth: 5 }, OFFER)).toEqual({ capabilities: 3, depth: 5 });
});

it('writes a size that takes more than four bytes, and a time before 1970 as 1970', () => {
  const entries = written((at) => writeMetadata(into, at, { sizeBytes: 2 ** 40 + 5, modifiedSeconds: -1 }));
  expect(entries).toBe('01 00 08 00 00 01 00 00 00 00 05 02 00 08 00 00 00 00 00 00 00 00');
});

it('has room for the longest answer, and cuts a message between characters', () => {
  const texts = { etag: 'e'.repeat(255), mimeType: 'm'.repeat(255) };
  const object = { ...OBJECT, latencyUs: 1, ...texts };
  expect(writeDescriptorAnswer(into, 0, P2, 1, object)).toBeLessThanOrEqual(MAX_DESCRIPTOR_ANSWER_BYTES);
  const all = { ...object, next: 'n'.repeat(4096), errorText: 'x'.repeat(999) };
  expect(writeContentHead(into, 0, P2, 1, 13, all)).toBe(MAX_ANSWER_HEAD_BYTES);
  const message = `${'é'.repeat(256)}€`;
  expect(writeError(into, 0, D1, 0, 'storage', message)).toBe(3 + 512);
  expect(into.toString('utf8', 3, 515)).toBe('é'.repeat(256));
});

it('leaves out texts that have no room rather than half of them', () => {
  expect(written((at) => writeMetadata(into, at, { etag: 'e'.repeat(256), mimeType: 'a/b' }))).toBe(
    '04 00 03 61 2f 62',
  );
});

it('writes every refusal of the table in every framing', () => {
  for (const status of STATUS_NAMES) {
    if (status === 'ok') continue;
    for (const framing of [P1, P2, D1, D2]) {
      const bytes = hex(written((at) => writeError(into, at, framing, 1, status, 'No.')));
      expect(bytes[framing.version === 2 ? 5 : 0]).toBe(statusCode(status));
      expect(bytes.toString('latin1', bytes.length - 3)).toBe('No.');
    }
  }
});
