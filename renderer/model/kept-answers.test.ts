import { expect, it } from 'vitest';
import { createStore } from 'zustand/vanilla';
import type { HostModel } from './host-model.ts';
import { KeptAnswers } from './kept-answers.ts';

/** A host that has said hello, or not. */
function hostOf(host: object | null) {
  const store = createStore<{ host: object | null }>(() => ({ host }));
  return {
    model: { store } as unknown as HostModel,
    signIn: (next: object | null) => store.setState({ host: next }),
  };
}

it('has the last answer to each question of each host', () => {
  const kept = new KeptAnswers<number>();
  const [one, other] = [hostOf({}).model, hostOf({}).model];
  expect(kept.get(one, 'a')).toBeUndefined();
  kept.keep(one, 'a', 1);
  kept.keep(one, 'a', 2);
  kept.keep(other, 'a', 3);
  expect([kept.get(one, 'a'), kept.get(one, 'b'), kept.get(other, 'a')]).toEqual([2, undefined, 3]);
});

it('has nothing of who was signed in before, and nothing before anybody is', () => {
  const kept = new KeptAnswers<number>();
  const { model, signIn } = hostOf(null);
  kept.keep(model, 'a', 1);
  expect(kept.get(model, 'a')).toBeUndefined();
  signIn({});
  kept.keep(model, 'a', 2);
  expect(kept.get(model, 'a')).toBe(2);
  signIn({});
  expect(kept.get(model, 'a')).toBeUndefined();
});

it('forgets the answer that was given longest ago where there are many', () => {
  const kept = new KeptAnswers<number>();
  const { model } = hostOf({});
  for (let i = 0; i < 20; i++) kept.keep(model, String(i), i);
  kept.keep(model, '0', 0);
  kept.keep(model, 'one more', 20);
  expect([kept.get(model, '0'), kept.get(model, '1'), kept.get(model, '2')]).toEqual([0, undefined, 2]);
});
