import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Server } from './server.ts';
import { User } from './user.ts';
import { UserRoll } from './user-roll.ts';

const ME = new Server('irc.test', 'x', 'AB');
const users = Array.from({ length: 300 }, () => new User(ME, null, ''));

/** Some are added, or some taken away, or one walk goes on by some steps. */
const deed = fc.record({
  kind: fc.constantFrom('add', 'delete', 'walk'),
  from: fc.nat(users.length - 1),
  count: fc.nat(150),
});

it('is walked as a set is, whoever comes and goes meanwhile', () => {
  fc.assert(
    fc.property(fc.array(deed, { maxLength: 30 }), (deeds) => {
      const roll = new UserRoll();
      const twin = new Set<User>();
      let walks = [roll[Symbol.iterator](), twin[Symbol.iterator]()] as const;
      for (const { kind, from, count } of deeds) {
        for (let i = 0; i < count; i++) {
          const user = users[(from + i) % users.length]!;
          if (kind === 'add') {
            roll.add(user);
            twin.add(user);
          } else if (kind === 'delete') {
            const wasThere = twin.delete(user);
            expect(roll.delete(user)).toBe(wasThere);
            // Who is gone comes no more: it is somebody else who comes then.
            if (wasThere) users[(from + i) % users.length] = new User(ME, null, '');
          } else {
            const [mine, theirs] = walks.map((walk) => walk.next()) as [
              { value: unknown },
              { value: unknown },
            ];
            expect(mine.value).toBe(theirs.value);
            if (theirs.value === undefined) walks = [roll[Symbol.iterator](), twin[Symbol.iterator]()];
          }
        }
        expect(roll.size).toBe(twin.size);
        expect(users.filter((user) => roll.has(user))).toEqual(users.filter((user) => twin.has(user)));
      }
      expect([...roll]).toEqual([...twin]);
      for (const user of twin) roll.delete(user);
    }),
  );
});

it('does not keep the places of those who are gone', () => {
  const roll = new UserRoll();
  for (const user of users) roll.add(user);
  for (const user of users.slice(0, -10)) roll.delete(user);
  expect(roll.size).toBe(10);
  expect(users.at(-10)!.place).toBeLessThan(64);
  for (const user of users) roll.delete(user);
});
