import fc from 'fast-check';
import { expect, it } from 'vitest';
import { RemoteNumerics } from './remote-numerics.ts';
import { Server } from './server.ts';
import { User } from './user.ts';

const server = new Server('here.test', '');
const all = ['AAAAA', 'ABAAA', 'ABAAB', 'AB]]]', 'BBAAA', ']]]]]'].map((numeric) => {
  const user = new User(server, null, '');
  user.numeric = numeric;
  return user;
});

it('stand for whom they were given to, as long as they have them', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ at: fc.nat(5), comes: fc.boolean() })), (steps) => {
      const numerics = new RemoteNumerics();
      const model = new Set<User>();
      for (const { at, comes } of steps) {
        const user = all[at]!;
        if (!comes) numerics.remove(user);
        else if (model.has(user))
          expect(() => numerics.add(user)).toThrow(`the numeric ${user.numeric} is taken`);
        else numerics.add(user);
        if (comes) model.add(user);
        else model.delete(user);
        for (const one of all) expect(numerics.find(one.numeric)).toBe(model.has(one) ? one : undefined);
      }
    }),
  );
});

it('are five digits, and nobody else is taken out than who has them', () => {
  const numerics = new RemoteNumerics();
  numerics.add(all[0]!);
  for (const text of ['', 'AA', 'AAAA', 'AAAAAA', 'AA!AA']) expect(numerics.find(text)).toBeUndefined();
  const other = new User(server, null, '');
  other.numeric = 'AAAAA';
  numerics.remove(other);
  expect(numerics.find('AAAAA')).toBe(all[0]);
  expect(() => numerics.add(other)).toThrow('the numeric AAAAA is taken');
  other.numeric = 'AA';
  expect(() => numerics.add(other)).toThrow('AA is no numeric of a user');
});
