import { expect, it } from 'vitest';
import { UnreadableSegments } from './unreadable-segments.ts';

it('tells of a segment that cannot be read once, and when it can be again', () => {
  const said: string[] = [];
  const segments = new UnreadableSegments({
    info: (event) => void said.push(event),
    error: (event, message) => void said.push(`${event}: ${message.split(':')[0]}`),
  });
  const one = { segment: '1.jsonl', why: 'EACCES' };
  const two = { segment: '2.jsonl', why: 'EACCES' };
  for (const found of [[], [one], [one], [one, two], [two], []]) segments.tell('/data/journal', found);
  expect(said).toEqual([
    'journal_segment_unreadable: 1.jsonl in /data/journal cannot be read (EACCES)',
    'journal_segment_unreadable: 2.jsonl in /data/journal cannot be read (EACCES)',
    'journal_segment_readable',
    'journal_segment_readable',
  ]);
});
