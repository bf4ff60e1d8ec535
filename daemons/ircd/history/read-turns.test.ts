/** Who asks for what is on disk, in which order, and how much may wait. */
import { expect, it } from 'vitest';
import { limits } from '../../runtime/limits.ts';
import { ReadTurns } from './read-turns.ts';

it('asks one question at a time, and of everybody who waits one before the next of anybody', async () => {
  const turns = new ReadTurns();
  const asked: string[] = [];
  let open = 0;
  const ask = (by: string, name: string) =>
    turns.ask(by, async () => {
      asked.push(name);
      expect(++open).toBe(1);
      await null;
      open--;
      if (name === 'a2') throw new Error('no answer');
      return name;
    });
  const answers = await Promise.allSettled([
    ask('a', 'a1'),
    ask('a', 'a2'),
    ask('a', 'a3'),
    ask('b', 'b1'),
    ask('c', 'c1'),
    ask('b', 'b2'),
  ]);
  expect(asked).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2']);
  expect(answers.map(({ status }) => status).indexOf('rejected')).toBe(1);
  expect(await ask('a', 'again')).toBe('again');
});

it('takes no more than may wait', async () => {
  const turns = new ReadTurns();
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const waiting = Array.from({ length: limits.peerQuestions.default }, () => turns.ask('a', () => held));
  await expect(turns.ask('b', () => held)).rejects.toThrow('wait already');
  release();
  await Promise.all(waiting);
  await turns.ask('b', () => held);
});
