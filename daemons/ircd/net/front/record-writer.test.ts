/** Records between threads: none is split, lost or overtaken, however full the queue is. */
import { expect, test } from 'vitest';
import { AsyncQueue } from '../../../runtime/async/async-queue.ts';
import { until } from '../../../runtime/test-fixtures/until.ts';
import { RecordWriter } from './record-writer.ts';
import { MESSAGE_BYTES, MESSAGE_WORDS, wordsOf } from './records.ts';

function pair(capacity = 4) {
  const queue = AsyncQueue.create({ capacity, maxMessageBytes: MESSAGE_BYTES });
  let roomy = 0;
  const writer = new RecordWriter(queue, () => {
    roomy++;
  });
  const target = new Uint8Array(MESSAGE_BYTES + 8);
  const next = (): number[] | null => {
    const bytes = queue.dequeueInto(target);
    return bytes < 0 ? null : [...new Int32Array(target.buffer, 0, bytes >> 2)];
  };
  return { queue, writer, next, roomy: () => roomy };
}

test('words and records of a turn are one message', () => {
  const { writer, next } = pair();
  writer.word(7);
  writer.record(-5, 3);
  writer.record(2, 9, 11, 3);
  expect(next()).toBeNull();
  writer.send();
  writer.send();
  expect([next(), next()]).toEqual([[7, -5, 3, 2, 9, 11], null]);
});

test('bytes stand behind their number, up to a whole word', () => {
  const { writer, next } = pair();
  writer.recordWith(1, 4, Buffer.from('xabcdey'), 1, 6);
  writer.recordWith(1, 5, Buffer.from(''));
  writer.send();
  const words = next() ?? [];
  expect(words.slice(0, 3)).toEqual([1, 4, 5]);
  expect(Buffer.from(new Int32Array(words).buffer, 12, 5).toString()).toBe('abcde');
  expect(words.slice(5)).toEqual([1, 5, 0]);
});

test('what does not fit a message any more begins the next one', () => {
  const { writer, next } = pair();
  for (let i = 0; i < MESSAGE_WORDS - 1; i++) writer.word(i);
  writer.record(-5, 3);
  writer.word(1);
  writer.send();
  expect(next()).toHaveLength(MESSAGE_WORDS - 1);
  expect(next()).toEqual([-5, 3, 1]);
});

test('without room it waits, in order, and says when that is over', async () => {
  const { writer, next, roomy } = pair();
  for (let i = 0; i < 20; i++) {
    writer.word(i);
    writer.send();
  }
  expect([writer.stuck, roomy()]).toEqual([true, 0]);
  const seen: number[] = [];
  await until(() => {
    for (let words = next(); words !== null; words = next()) seen.push(...words);
    return seen.length === 20;
  });
  await until(() => roomy() === 1);
  expect([writer.stuck, seen]).toEqual([false, Array.from({ length: 20 }, (_, i) => i)]);
});

test('nobody who reads any more: what waits is forgotten', async () => {
  const { queue, writer, roomy } = pair();
  for (let i = 0; i < 9; i++) {
    writer.word(i);
    writer.send();
  }
  queue.close();
  await until(() => roomy() === 1);
  expect(writer.stuck).toBe(false);
  expect(wordsOf(5)).toBe(2);
});
