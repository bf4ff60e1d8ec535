import { expect, it } from 'vitest';
import { RecentMessages } from './recent-messages.ts';
import type { User } from './user.ts';

const [ann, bob] = [{ nick: 'ann' }, { nick: 'bob' }] as User[];

it('knows the latest messages of this server and of others, and forgets the oldest and those that were redacted', () => {
  const recent = new RecentMessages('1-x-', 3);
  const ids = ['#a', '#b', '#c', '#d'].map((target) => recent.begin(ann!, target));
  expect(ids).toEqual(['1-x-1', '1-x-2', '1-x-3', '1-x-4']);
  expect(ids.map((id) => recent.find(id)?.target)).toEqual([undefined, '#b', '#c', '#d']);
  for (const id of ['w', 'x', 'y', 'z']) recent.note(id, bob!, id);
  expect(['w', 'x', 'y', 'z'].map((id) => recent.find(id)?.target)).toEqual([undefined, 'x', 'y', 'z']);
  expect(recent.find('z')?.source).toBe(bob);
  for (const id of ['z', ids[3]!]) recent.forget(id);
  for (const id of ['z', ids[3]!, ids[0]!, '1-x-', '1-x-0', '1-x-04', '1-x-5', '1-x-4!', '2-x-4', ''])
    expect(recent.find(id), id).toBe(null);
  expect(recent.find(ids[2]!)).toEqual({ source: ann, target: '#c' });
});
