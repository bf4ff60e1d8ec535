import { expect, it } from 'vitest';
import { LinkFacts } from './link-facts.ts';

it('is nothing to be kept until one of them is said', () => {
  expect(new LinkFacts().isEmpty).toBe(true);
  const say: readonly ((facts: LinkFacts) => unknown)[] = [
    (facts) => Object.assign(facts, { realname: 'x' }),
    (facts) => Object.assign(facts, { away: 'x' }),
    (facts) => Object.assign(facts, { accountSeconds: 1 }),
    (facts) => facts.keepMode('k', true),
    (facts) => facts.hosts.set('h', 'x.test'),
    (facts) => facts.marks.set('SW', ['x']),
  ];
  for (const one of say) {
    const facts = new LinkFacts();
    one(facts);
    expect(facts.isEmpty).toBe(false);
  }
});

it('keeps letters that nobody here knows, each once, and says whether that is news', () => {
  const facts = new LinkFacts();
  const keep = (letter: string, on: boolean) => [facts.keepMode(letter, on), facts.modes];
  expect([keep('k', true), keep('k', true), keep('g', true)]).toEqual([
    [true, 'k'],
    [false, 'k'],
    [true, 'kg'],
  ]);
  expect([keep('x', false), keep('k', false), keep('k', false)]).toEqual([
    [false, 'kg'],
    [true, 'g'],
    [false, 'g'],
  ]);
  // That of an account is said by the account, and what is no letter is no mode.
  for (const other of ['r', '1', '', 'ab', '-']) expect(keep(other, true)).toEqual([false, 'g']);
});
