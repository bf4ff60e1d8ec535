import fc from 'fast-check';
import { expect, it } from 'vitest';
import { anyCharacter } from '../../../contract/test-characters.ts';
import { decodeJournalLine, encodeJournalLine, parseSegmentName, segmentName } from './journal-format.ts';

const entry = (text: string) => ({
  time: 1,
  actor: text,
  from: 'cli',
  action: 'command',
  target: 'ircd',
  command: 'kill',
  args: { text },
  ok: true,
  outcome: text,
  durationMs: 1,
  effects: [],
});

it('is one line of JSON, whatever the texts hold, and reads back as it was written', () => {
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter }), (text) => {
      const record = { kind: 'entry', key: 'a-1', entry: entry(text) } as const;
      const line = encodeJournalLine(record);
      expect(line.indexOf('\n')).toBe(line.length - 1);
      expect(JSON.parse(line)).toMatchObject({ kind: 'entry', key: 'a-1' });
      // As the recorder does it: through the bytes of the file.
      const bytes = Buffer.from(line.slice(0, -1));
      expect(decodeJournalLine(bytes.toString('utf8'))).toEqual(JSON.parse(JSON.stringify(record)));
    }),
  );
});

it('tells a line that was cut off or changed anywhere from a good one', () => {
  const bytes = Buffer.from(
    encodeJournalLine({ kind: 'entry', key: 'a-1', entry: entry('häßlich') }).slice(0, -1),
  );
  for (let length = 0; length < bytes.length; length++) {
    expect(decodeJournalLine(bytes.toString('utf8', 0, length))).toBeNull();
  }
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const damaged = Buffer.from(bytes);
      damaged[at] = (damaged[at] ?? 0) ^ flip;
      expect(decodeJournalLine(damaged.toString('utf8'))).toBeNull();
    }),
  );
});

it('names segments so that they sort as they were written, and knows no other file', () => {
  expect(segmentName(7, '0123456789ab')).toBe('00000007-0123456789ab.jsonl');
  expect(parseSegmentName('00000007-0123456789ab.jsonl')).toEqual({ number: 7, run: '0123456789ab' });
  for (const name of ['7.jsonl', '00000007-0123456789ab.jsonl.old', 'x00000007-0123456789ab.jsonl']) {
    expect(parseSegmentName(name)).toBeNull();
  }
});

it('has a checksum of eight digits, that of the record without it', () => {
  const line = encodeJournalLine({ kind: 'effects', key: 'k', effects: [] });
  // CRC-32 of {"kind":"effects","key":"k","effects":[]}, as zlib and cksum -a crc32b have it.
  const body = '{"kind":"effects","key":"k","effects":[]}';
  expect(line).toBe(`{"sum":"dcf0f019",${body.slice(1)}\n`);
  const sums = new Set<number>();
  for (let n = 0; n < 300; n++) {
    const sum = /^\{"sum":"([^"]*)"/.exec(
      encodeJournalLine({ kind: 'effects', key: `${n}`, effects: [] }),
    )?.[1];
    sums.add(sum?.length ?? 0);
  }
  expect([...sums]).toEqual([8]);
});

it('takes no line that only looks right, however it is quoted', () => {
  // The checksum is right, the JSON is not.
  expect(decodeJournalLine('{"sum":"898a2d9e","kind":"x"')).toBeNull();
  const line = '{"sum":"eb88d662","kind":"x"}';
  expect(decodeJournalLine(line)).toEqual({ kind: 'x' });
  expect(decodeJournalLine(` ${line}`)).toBeNull();
  expect(decodeJournalLine(line.toUpperCase())).toBeNull();
});
