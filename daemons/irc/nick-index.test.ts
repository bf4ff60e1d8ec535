import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fold } from './casemapping.ts';
import { NickIndex } from './nick-index.ts';

interface User {
  nick: string;
}
const called = (nick: string): User => ({ nick });

it('finds whoever has a nick, as a map of folded nicks would, whoever comes and goes in whichever order', () => {
  const nicks = [
    'a',
    'A',
    'b',
    '[x]',
    '{X}',
    '^',
    '~',
    'a\\',
    'a|',
    'xyzzy',
    'XYZZY',
    '',
    'a'.repeat(80),
    'a'.repeat(79),
  ];
  const all = [...nicks, ...nicks].map(called);
  fc.assert(
    fc.property(
      fc.array(fc.record({ at: fc.nat(all.length - 1), how: fc.constantFrom('add', 'set', 'delete') })),
      (steps) => {
        const index = new NickIndex<User>();
        const model = new Map<string, User>();
        for (const { at, how } of steps) {
          const user = all[at]!;
          const key = fold(user.nick);
          if (how === 'add') {
            expect(index.add(user)).toBe(!model.has(key));
            if (!model.has(key)) model.set(key, user);
          } else if (how === 'set') {
            index.set(user);
            model.set(key, user);
          } else {
            index.delete(user);
            if (model.get(key) === user) model.delete(key);
          }
          expect(index.size).toBe(model.size);
          for (const nick of nicks) expect(index.get(nick)).toBe(model.get(fold(nick)));
        }
      },
    ),
  );
});

it('goes on finding everybody while it grows and shrinks by thousands', () => {
  const index = new NickIndex<User>();
  const users = Array.from({ length: 5_000 }, (_, i) => called(`crowd${i}`));
  expect(users.every((user) => index.add(user))).toBe(true);
  expect(users.every((user) => index.get(user.nick.toUpperCase()) === user)).toBe(true);
  expect([index.get('crowd5000'), index.size]).toEqual([undefined, 5_000]);
  // Some of each neighbourhood.
  const gone = users.filter((_, i) => i % 3 !== 0);
  for (const user of gone) index.delete(user);
  expect(users.map(({ nick }) => index.get(nick) !== undefined)).toEqual(users.map((_, i) => i % 3 === 0));
  expect(gone.every((user) => index.add(user))).toBe(true);
  expect(users.every((user) => index.get(user.nick) === user)).toBe(true);
});

it('keeps who has changed the case of their nick alone', () => {
  const index = new NickIndex<User>();
  const ann = called('ann');
  index.add(ann);
  ann.nick = 'Ann';
  expect([index.get('ANN'), index.add(called('aNN'))]).toEqual([ann, false]);
  index.delete(ann);
  expect([index.get('ann'), index.size]).toEqual([undefined, 0]);
  for (let i = 0; i < 100; i++) index.add(called(`x${i}`));
  index.clear();
  expect([index.get('x7'), index.size, index.add(called('x7'))]).toEqual([undefined, 0, true]);
});
