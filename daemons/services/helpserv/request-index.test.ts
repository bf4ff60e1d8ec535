/** Open requests are found by whatever somebody knows of them, and wait in the order in which they came. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fold } from '../../irc/casemapping.ts';
import { OpenRequest, RequestIndex } from './request-index.ts';

interface User {
  readonly name: string;
}

function request(number: number, nick: string, account: string | null, helper: string | null) {
  const at = number * 1_000;
  return new OpenRequest<User>({
    ...{ number, nick, account, helper, host: 'a@b', opened: at, updated: at, lines: 1 },
  });
}

const name = fc.constantFrom('ann', 'Ann', 'bob', 'c[d', 'c{d');
const users: readonly User[] = ['one', 'two', 'three'].map((text) => ({ name: text }));
const step = fc.oneof(
  fc.record({ what: fc.constant('add' as const), nick: name, account: fc.option(name) }),
  fc.record({ what: fc.constant('remove' as const), at: fc.nat() }),
  fc.record({ what: fc.constant('assign' as const), at: fc.nat(), helper: fc.option(name) }),
  fc.record({ what: fc.constant('rename' as const), at: fc.nat(), nick: name }),
  fc.record({ what: fc.constant('account' as const), at: fc.nat(), account: fc.option(name) }),
  fc.record({ what: fc.constant('user' as const), at: fc.nat(), user: fc.option(fc.constantFrom(...users)) }),
);

it('finds just what looking through all of them would find, whatever becomes of them', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const index = new RequestIndex<User>();
      const model: OpenRequest<User>[] = [];
      let number = 1;
      for (const one of steps) {
        if (one.what === 'add') {
          const added = request(number++, one.nick, one.account, null);
          index.add(added);
          model.push(added);
          continue;
        }
        const found = model[one.at % Math.max(1, model.length)];
        if (found === undefined) continue;
        if (one.what === 'remove') {
          index.remove(found);
          index.remove(found);
          model.splice(model.indexOf(found), 1);
        } else if (one.what === 'assign') index.assign(found, one.helper);
        else if (one.what === 'rename') index.rename(found, one.nick);
        else if (one.what === 'account') index.setAccount(found, one.account);
        else index.setUser(found, one.user);
      }
      const same = (a: string | null, b: string) => a !== null && fold(a) === fold(b);
      const sorted = (found: Iterable<OpenRequest<User>>) => [...found].sort((a, b) => a.number - b.number);
      expect(index.size).toBe(model.length);
      expect([...index.all()]).toEqual(model);
      for (const one of model) expect(index.byNumber(one.number)).toBe(one);
      for (const nick of ['ann', 'bob', 'C[D']) {
        expect(sorted(index.ofNick(nick))).toEqual(model.filter((one) => same(one.nick, nick)));
        expect(sorted(index.ofAccount(nick))).toEqual(model.filter((one) => same(one.account, nick)));
        expect(sorted(index.ofHelper(nick))).toEqual(model.filter((one) => same(one.helper, nick)));
      }
      for (const user of users) expect(index.ofUser(user)).toBe(model.find((one) => one.user === user));
      const waiting = model.filter((one) => one.helper === null);
      expect([...index.unassigned()]).toEqual(waiting);
      expect(index.next).toBe(waiting[0] ?? null);
      expect(index.waiting).toBe(waiting.length);
      for (const [at, one] of waiting.entries()) expect(index.placeOf(one)).toBe(at + 1);
    }),
  );
});

it('keeps nothing of a name under which nothing is found any more', () => {
  const index = new RequestIndex<User>();
  const none = [index.ofNick('x'), index.ofAccount('x'), index.ofHelper('x')];
  const one = request(1, 'ann', 'bob', 'cat');
  index.add(one);
  index.remove(one);
  expect(
    [index.ofNick('ann'), index.ofAccount('bob'), index.ofHelper('cat')].every((set, at) => set === none[at]),
  ).toBe(true);
});

it('looks at one request and no other to find one of 10,000', () => {
  const index = new RequestIndex<User>();
  const all = Array.from({ length: 10_000 }, (_, at) => {
    const one = request(at + 1, `nick${at}`, `account${at}`, at % 2 === 0 ? null : `helper${at % 50}`);
    // Whoever walked along them would have to read this.
    let read = 0;
    const links = { before: one.before, after: one.after };
    for (const link of ['before', 'after'] as const)
      Object.defineProperty(one, link, {
        get: () => {
          read++;
          return links[link];
        },
        set: (value: OpenRequest<User> | null) => {
          links[link] = value;
        },
      });
    return { one, reads: () => read };
  });
  for (const { one } of all) index.add(one);
  const before = all.reduce((sum, { reads }) => sum + reads(), 0);
  // Each is put behind the last one.
  expect(before).toBeLessThanOrEqual(10_000);
  expect(index.byNumber(7_001)).toBe(all[7_000]!.one);
  expect([...index.ofNick('NICK6000')]).toEqual([all[6_000]!.one]);
  expect([...index.ofAccount('account4999')]).toEqual([all[4_999]!.one]);
  expect(index.ofHelper('helper7').size).toBe(200);
  for (let at = 0; at < 10_000; at += 2) index.assign(index.next!, 'helper1');
  expect(index.next).toBeNull();
  const reads = all.reduce((sum, { reads: of }) => sum + of(), 0) - before;
  expect(reads).toBeLessThanOrEqual(10_000);
});
