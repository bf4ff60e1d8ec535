import { expect, it } from 'vitest';
import { WorkGroup } from '../runtime/work-account.ts';
import { ReadRounds, type RoundReader } from './read-rounds.ts';
import { TestRelay } from './test-relay.ts';

class Reader implements RoundReader {
  reading = true;

  rest(): void {
    this.reading = false;
  }

  readOn(): void {
    this.reading = true;
  }
}

const readingOf = (readers: readonly Reader[]) => readers.filter(({ reading }) => reading).length;

it('stops all of a network at once, lets a few of each go on in a turn, and nobody else wait', () => {
  const due: (() => void)[] = [];
  const rounds = new ReadRounds(4, (callback) => due.push(callback));
  const turn = () => {
    for (const callback of due.splice(0)) callback();
  };
  const crowd = (size: number) => {
    const group = new WorkGroup();
    const readers = Array.from({ length: size }, () => new Reader());
    for (const reader of readers) rounds.enter(group, reader);
    return { group, readers };
  };
  const [many, some, few, calm] = [crowd(20), crowd(12), crowd(8), crowd(12)];
  for (const { group } of [many, some, few]) rounds.rest(group);
  expect([many, some, few, calm].map(({ readers }) => readingOf(readers))).toEqual([0, 0, 8, 12]);
  turn();
  expect([many, some].map(({ readers }) => readingOf(readers))).toEqual([2, 2]);
  // A crowd of which few are read at the moment is a crowd.
  rounds.rest(some.group);
  expect(readingOf(some.readers)).toBe(0);
  turn();
  expect([many, some].map(({ readers }) => readingOf(readers))).toEqual([4, 2]);
  for (let turns = 2; turns < 5; turns++) turn();
  expect([many, some].map(({ readers }) => readingOf(readers))).toEqual([10, 8]);
  // Who goes on may have to rest again, behind those that have not been read yet.
  rounds.rest(many.group);
  turn();
  expect(many.readers.map(({ reading }) => reading).indexOf(true)).toBe(10);
  // Who is gone is not asked to read.
  const gone = many.readers[19]!;
  rounds.leave(many.group, gone);
  while (due.length > 0) turn();
  expect(gone.reading).toBe(false);
  expect([many, some].map(({ readers }) => readingOf(readers))).toEqual([19, 12]);
});

it('reads everything that a crowd of one address sends at once, over as many turns as that takes', async () => {
  const relay = await TestRelay.start({}, { turnMs: 0.2, sliceMs: 0.1 });
  try {
    const clients = await Promise.all(Array.from({ length: 150 }, () => relay.greet('echo')));
    const frames = 20;
    const payload = `\x01${'x'.repeat(2_000)}`;
    for (const client of clients) for (let i = 0; i < frames; i++) client.send(`${payload}${i}`);
    for (const client of clients)
      for (let i = 0; i < frames; i++) expect(await client.text()).toBe(`${payload}${i}`);
  } finally {
    await relay.close();
  }
});
