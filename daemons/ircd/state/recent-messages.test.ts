import fc from 'fast-check';
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

it('knows as many as it shall however many there were, also of those that came before there was room for all', () => {
  const deed = fc.constantFrom('begin', 'begin', 'unnoted', 'forget');
  // Many of one sort, so that there is to be made room several times.
  const many = fc.tuple(deed, fc.integer({ min: 1, max: 90 }));
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 200 }),
      fc.array(many, { minLength: 2, maxLength: 8 }),
      (most, sorts) => {
        const deeds = sorts.flatMap(([what, times]) => new Array<string>(times).fill(what));
        const recent = new RecentMessages('s-', most);
        /** What each place of so many has, as if there had been room for all from the start. */
        const places = new Map<number, { readonly id: string; readonly target: string }>();
        const ids: string[] = [];
        for (const [at, what] of deeds.entries()) {
          const number = ids.length + 1;
          if (what === 'forget') {
            const id = ids[at % Math.max(1, ids.length)] ?? 's-1';
            recent.forget(id);
            for (const [place, said] of places) if (said.id === id) places.delete(place);
            continue;
          }
          const target = `#${at}`;
          const id = what === 'begin' ? recent.begin(ann!, target) : recent.unnoted();
          expect(id).toBe(`s-${number.toString(36)}`);
          ids.push(id);
          if (what === 'begin') places.set(number % most, { id, target });
        }
        const known = new Map([...places.values()].map(({ id, target }) => [id, target]));
        for (const id of ids) expect(recent.find(id)?.target).toBe(known.get(id));
        recent.renamed('#7', '#seven');
        for (const [id, target] of known)
          expect(recent.find(id)?.target).toBe(target === '#7' ? '#seven' : target);
      },
    ),
  );
});
