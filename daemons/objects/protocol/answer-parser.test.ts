import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyCharacter } from '../../../contract/test-characters.ts';
import type { Expected } from './answer.ts';
import { AnswerParser } from './answer-parser.ts';
import {
  MAX_ANSWER_HEAD_BYTES,
  writeClose,
  writeCloseAck,
  writeContentHead,
  writeDescriptorAnswer,
  writeError,
  writeHelloAck,
} from './answer-writer.ts';
import type { Metadata } from './metadata.ts';
import { STATUS_NAMES } from './status.ts';
import { hex } from './test-requests.ts';
import { DESCRIPTOR_BYTE, type Dialect, type Framing } from './wire.ts';

const P1: Framing = { version: 1, dialect: 'programs' };
const P2: Framing = { version: 2, dialect: 'programs' };
const D1: Framing = { version: 1, dialect: 'document' };
const D2: Framing = { version: 2, dialect: 'document' };

/** A parser whose finds are written down, one a line. In version 1 `waiting` is by order, in version 2 by id. */
function recorder(framing: Framing, waiting: Expected[] | Map<number, Expected>) {
  const found: string[] = [];
  let content = '';
  const parser = new AnswerParser(
    {
      expects: (id) => (Array.isArray(waiting) ? waiting[0] : waiting.get(id)) ?? null,
      onHelloAck: ({ accepted, capabilities, depth, paths }) => {
        found.push(`hello ${accepted} ${capabilities} ${depth} ${paths}`);
      },
      onAnswer: ({ id, status, contentBytes, metadata, descriptor }) => {
        content = '';
        found.push(`answer ${id} ${status} ${contentBytes} ${JSON.stringify(metadata)} ${descriptor}`);
      },
      onContent: (source, start, end) => {
        expect(end).toBeGreaterThan(start);
        content += source.toString('latin1', start, end);
      },
      onEnd: () => {
        if (Array.isArray(waiting)) waiting.shift();
        found.push(`end ${content}`);
      },
      onClose: (reason) => {
        found.push(`close ${reason}`);
      },
      onCloseAck: (outstanding) => {
        found.push(`close-ack ${outstanding}`);
      },
      onBroken: (why) => {
        expect(why).toMatch(/\.$/);
        found.push('broken');
      },
    },
    framing,
  );
  return { parser, found };
}

const METADATA = '{"sizeBytes":13,"modifiedSeconds":1795860330,"backendPath":1}';
const OBJECT = '01 00 08 00 00 00 00 00 00 00 0d 02 00 08 00 00 00 00 6b 0a a7 6a 05 00 01 01';
const ERROR = 'ff 00 19 4e 6f 20 73 75 63 68 20 66 69 6c 65 20 6f 72 20 64 69 72 65 63 74 6f 72 79';

describe('answers of the original, as captured', () => {
  it('of version 1: descriptors, a refusal, content', () => {
    const { parser, found } = recorder(P1, ['descriptor', 'descriptor', 'descriptor', 'content']);
    parser.push(hex('00 00 00 00 00 00 00 00 00 00 1a'));
    parser.push(hex(`${OBJECT} 58`), [40]);
    parser.push(hex(`00 00 00 00 00 00 00 00 00 00 1a ${OBJECT} 58`), [41]);
    parser.push(hex(`01 00 00 00 00 00 00 00 00 00 1c ${ERROR}`));
    parser.push(
      Buffer.concat([hex(`00 00 00 00 00 00 00 00 0d 00 1a ${OBJECT}`), Buffer.from('hello objects')]),
    );
    expect(found).toEqual([
      ...[`answer 0 ok 0 ${METADATA} 40`, 'end ', `answer 0 ok 0 ${METADATA} 41`, 'end '],
      ...['answer 0 not_found 0 {"errorText":"No such file or directory"} -1', 'end '],
      ...[`answer 0 ok 13 ${METADATA} -1`, 'end hello objects'],
    ]);
  });

  it('of version 2: HELLO_ACK, descriptors, a refusal, CLOSE_ACK', () => {
    const { parser, found } = recorder(P2, new Map([1, 2, 3].map((id) => [id, 'descriptor'])));
    parser.push(hex('4f 42 4a 4d 02 00 03 00 40 03'));
    for (const id of ['01', '02'])
      parser.push(hex(`02 00 00 00 ${id} 00 00 00 00 00 00 00 00 00 00 1a ${OBJECT} 58`), [50]);
    parser.push(hex(`02 00 00 00 03 01 00 00 00 00 00 00 00 00 00 1c ${ERROR}`));
    parser.push(hex('04 00 00 00 00 00'));
    expect(found).toEqual([
      'hello true 3 64 3',
      ...[`answer 1 ok 0 ${METADATA} 50`, 'end ', `answer 2 ok 0 ${METADATA} 50`, 'end '],
      ...['answer 3 not_found 0 {"errorText":"No such file or directory"} -1', 'end ', 'close-ack 0'],
    ]);
  });
});

it('takes an empty object that was asked for by COPY, without waiting for a descriptor', () => {
  const { parser, found } = recorder(P2, new Map([[7, 'content']]));
  parser.push(hex('4f 42 4a 4d 02 00 03 00 40 03'));
  parser.push(hex('02 00 00 00 07 00 00 00 00 00 00 00 00 00 00 0b 01 00 08 00 00 00 00 00 00 00 00'));
  expect(found.slice(1)).toEqual(['answer 7 ok 0 {"sizeBytes":0} -1', 'end ']);
  expect(parser.midAnswer).toBe(false);
});

it('says that a server of the document does not speak the version', () => {
  const { parser, found } = recorder(D2, new Map());
  parser.push(hex('01 00 00 00 00 01'));
  expect(found).toEqual(['hello false 0 0 1']);
});

describe('a stream that is broken', () => {
  it.each([
    ['an id that nobody waits for', P2, '02 00 00 00 09 00 00 00 00 00 00 00 00 00 00 00'],
    ['a message that is none', P2, '09'],
    ['a status that no table has', P2, '02 00 00 00 01 99 00 00 00 00 00 00 00 00 00 00'],
    ['metadata that reaches too far', P2, '02 00 00 00 01 00 00 00 00 00 00 00 00 00 00 03 01 00 08'],
    ['a length above 2^53', P2, '02 00 00 00 01 00 ff 00 00 00 00 00 00 00 00 00'],
    ['a descriptor byte that is none', P2, '02 00 00 00 02 00 00 00 00 00 00 00 00 00 00 00 59'],
    ['no descriptor', P2, '02 00 00 00 02 00 00 00 00 00 00 00 00 00 00 00 58'],
    ['no descriptor', D2, '02 00 00 00 02 00 00 00'],
  ])('by %s is said once, and nothing is parsed after it', (_, framing, bytes) => {
    const waiting = new Map<number, Expected>([
      [1, 'content'],
      [2, 'descriptor'],
    ]);
    const { parser, found } = recorder(framing, waiting);
    parser.push(hex(framing === P2 ? '4f 42 4a 4d 02 00 03 00 40 03' : '00 03 00 40 00 03'));
    parser.push(hex(bytes));
    parser.push(hex('02 00 00 00 01 00 00 00 00 00 00 00 00 00 00 00'));
    expect(found.slice(1)).toEqual(['broken']);
  });

  it('by a first answer without the magic is said', () => {
    const { parser, found } = recorder(P2, new Map());
    parser.push(Buffer.from('HTTP/1.1 400'));
    expect(found).toEqual(['broken']);
  });
});

it('keeps descriptors that no answer asked for, so that they can be closed', () => {
  const { parser } = recorder(P1, ['content']);
  parser.push(hex('00'), [60, 61]);
  expect(parser.takeDescriptors()).toEqual([60, 61]);
  expect(parser.takeDescriptors()).toEqual([]);
});

/** What a server may say in one answer. */
const metadata: fc.Arbitrary<Metadata> = fc.record(
  {
    sizeBytes: fc.maxSafeNat(),
    modifiedSeconds: fc.nat(),
    etag: fc.string({ maxLength: 40 }),
    mimeType: fc.constantFrom('text/plain', 'image/png'),
    backendPath: fc.nat(255),
    latencyUs: fc.nat(),
  },
  { requiredKeys: [] },
);
const answer = fc.record({
  refused: fc.option(fc.constantFrom(...STATUS_NAMES.filter((name) => name !== 'ok')), { freq: 3 }),
  expected: fc.constantFrom<Expected>('descriptor', 'content'),
  content: fc.string({ unit: 'binary-ascii', maxLength: 60 }),
  metadata,
  text: fc.string({ unit: anyCharacter, maxLength: 60 }),
});

it('reads what the server writes, in each version and dialect, whatever the split', () => {
  fc.assert(
    fc.property(
      fc.array(answer, { maxLength: 8 }),
      fc.constantFrom<1 | 2>(1, 2),
      fc.constantFrom<Dialect>('programs', 'document'),
      fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 1, maxLength: 20 }),
      (answers, version, dialect, sizes) => {
        const framing: Framing = { version, dialect };
        const head = Buffer.alloc(MAX_ANSWER_HEAD_BYTES);
        const parts: Buffer[] = [];
        const expected: string[] = [];
        const put = (end: number) => parts.push(Buffer.from(head.subarray(0, end)));
        if (version === 2) {
          const hello = { accepted: true, dialect, capabilities: 3, depth: 9 };
          put(writeHelloAck(head, 0, hello, { depth: 5, paths: 1 }));
          expected.push('hello true 3 5 1');
        }
        const bare = version === 1 && dialect === 'document';
        answers.forEach((one, index) => {
          const id = version === 2 ? index + 1 : 0;
          const content = one.expected === 'content' ? one.content : '';
          if (one.refused !== null) {
            put(writeError(head, 0, framing, id, one.refused, one.text));
            expected.push(
              `answer ${id} ${one.refused} 0 ${JSON.stringify({ errorText: one.text })} -1`,
              'end ',
            );
            return;
          }
          if (one.expected === 'descriptor') {
            put(writeDescriptorAnswer(head, 0, framing, id, one.metadata));
            if (dialect === 'programs') parts.push(Buffer.from([DESCRIPTOR_BYTE]));
          } else {
            put(writeContentHead(head, 0, framing, id, content.length, one.metadata));
            parts.push(Buffer.from(content, 'latin1'));
          }
          const shown = JSON.parse(JSON.stringify(bare ? {} : one.metadata)) as Metadata;
          const descriptor = one.expected === 'descriptor' ? index : -1;
          expected.push(`answer ${id} ok ${content.length} ${sorted(shown)} ${descriptor}`, `end ${content}`);
        });
        if (version === 2) {
          put(writeClose(head, 0, 4));
          put(writeCloseAck(head, 0, dialect, 2));
          expected.push('close 4', 'close-ack 2');
        }
        const waiting =
          version === 1
            ? answers.map((one) => one.expected)
            : new Map(answers.map((one, index) => [index + 1, one.expected]));
        const { parser, found } = recorder(framing, waiting);
        const descriptors = answers.flatMap((one, index) =>
          one.refused === null && one.expected === 'descriptor' ? [index] : [],
        );
        const bytes = Buffer.concat(parts);
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const size = sizes[i % sizes.length]!;
          parser.push(Buffer.from(bytes.subarray(at, at + size)), i === 0 ? descriptors : []);
          at += size;
        }
        expect(found).toEqual(expected);
        expect(parser.midAnswer).toBe(false);
      },
    ),
    { numRuns: 200 },
  );
});

/** As the parser writes metadata down: in the order of the types. */
function sorted(found: Metadata): string {
  const { sizeBytes, modifiedSeconds, etag, mimeType, backendPath, latencyUs } = found;
  return JSON.stringify({ sizeBytes, modifiedSeconds, etag, mimeType, backendPath, latencyUs });
}

it('meets any bytes with answers or a break, and never throws', () => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.constantFrom(hex('02 00 00 00 01 00'), hex('00 00 00')),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 10 }), fc.constantFrom(P1, P2, D1, D2), (pieces, framing) => {
      const waiting =
        framing.version === 1
          ? ['content' as const, 'descriptor' as const]
          : new Map([[1, 'content' as const]]);
      const { parser, found } = recorder(framing, waiting);
      for (const bytes of pieces) parser.push(Buffer.from(bytes), [9]);
      const broken = found.indexOf('broken');
      if (broken >= 0) expect(broken).toBe(found.length - 1);
    }),
    { numRuns: 300 },
  );
});
