import { expect, test } from 'vitest';
import { BlockList } from './block-list.ts';

const block = (time: number) => ({
  time,
  durationMs: 60,
  work: 'LIST',
  connection: '12',
  frames: ['list (daemons/ircd/commands/list.ts:1:1)'],
  ranShare: 1,
  untold: 0,
});

test('the newest blocks of each process are kept, in the order in which they happened', () => {
  const list = new BlockList(2);
  for (const time of [1, 2, 5]) list.add('ircd', block(time));
  list.add('main', block(3));
  expect(list.of(undefined).map(({ source, time }) => `${source} ${time}`)).toEqual([
    'ircd 2',
    'main 3',
    'ircd 5',
  ]);
  expect(list.of('main')).toEqual([{ source: 'main', ...block(3) }]);
  expect(list.of('relay')).toEqual([]);
});
