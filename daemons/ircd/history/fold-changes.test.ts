/** What is left out of the changes that wait changes nothing, and of who comes and goes all day almost all is left out. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { StoreChange } from '../../../contract/messages.ts';
import { MessageModel } from '../../runtime/test-fixtures/message-model.ts';
import { foldChanges } from './fold-changes.ts';

const channel = fc.constantFrom('c#a', 'c#b', 'c#c');
const person = fc.constantFrom('aann', 'abob');
const scope = fc.oneof(channel, person);
const account = fc.constantFrom('ann', 'bob');
const change: fc.Arbitrary<StoreChange> = fc.oneof(
  fc.record({
    do: fc.constant('keep' as const),
    scope,
    message: fc.record({
      order: fc.integer({ min: 1, max: 30 }),
      at: fc.constant(1),
      kept: fc.constant(1),
      event: fc.constant(false),
      id: fc.constantFrom('i1', 'i2'),
      bytes: fc.constant(1),
      data: fc.constant('x'),
    }),
    peer: fc.constant(null),
  }),
  fc.record({ do: fc.constant('forget' as const), scope, id: fc.constantFrom('i1', 'i2') }),
  fc.record({ do: fc.constant('drop' as const), scope }),
  ...[channel, person].map((one) => fc.record({ do: fc.constant('rename' as const), scope: one, to: one })),
  fc.record({ do: fc.constant('reader' as const), scope, account, since: fc.nat(9) }),
  fc.record({ do: fc.constant('reader' as const), scope, account, since: fc.nat(9) }),
  fc.record({ do: fc.constant('no reader' as const), scope, account }),
  fc.record({
    do: fc.constant('amount' as const),
    scope,
    messages: fc.option(fc.integer({ min: 1, max: 3 })),
    keepMs: fc.option(fc.constant(60_000)),
  }),
  fc.record({ do: fc.constant('end account' as const), account }),
  fc.record({
    do: fc.constant('clear' as const),
    kind: fc.constantFrom('channels' as const, 'accounts' as const),
  }),
);

/** What is there in the end; an empty scope is as good as none. */
function outcome(changes: readonly (StoreChange | null)[]) {
  const model = new MessageModel();
  for (const one of changes) if (one !== null) model.change(one);
  return [...model.scopes]
    .filter(
      ([, { messages, readers, amount }]) =>
        messages.length > 0 || readers.size > 0 || amount.messages !== null || amount.keepMs !== null,
    )
    .map(([name, { messages, readers, amount }]) => [
      name,
      messages.map(({ order }) => order),
      [...readers].sort(),
      amount,
    ])
    .sort();
}

it('leaves everything as it would be', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 40 }), (drawn) => {
      // No two messages have the same order, wherever they are.
      const changes = drawn.map((one, at) =>
        one.do === 'keep' ? { ...one, message: { ...one.message, order: at + 1 } } : one,
      );
      const folded: (StoreChange | null)[] = [...changes];
      foldChanges(folded);
      expect(outcome(folded)).toEqual(outcome(changes));
    }),
    { numRuns: 2_000 },
  );
});

it('leaves two changes of an account that comes and goes, one that comes again, and one of a channel that begins and ends', () => {
  const reader = (since: number): StoreChange => ({ do: 'reader', scope: 'c#a', account: 'ann', since });
  const gone: StoreChange = { do: 'no reader', scope: 'c#a', account: 'ann' };
  const folded = (...changes: StoreChange[]) => {
    foldChanges(changes);
    return changes.filter((one) => one !== null);
  };
  expect(folded(reader(1), gone, reader(2), gone, reader(4), reader(3))).toEqual([gone, reader(3)]);
  expect(folded(reader(1), gone, reader(2), gone)).toEqual([gone]);
  const drop: StoreChange = { do: 'drop', scope: 'c#a' };
  expect(folded(drop, reader(1), { do: 'forget', scope: 'c#a', id: 'x' }, drop)).toEqual([drop]);
  const end: StoreChange = { do: 'end account', account: 'ann' };
  expect(folded(reader(1), end, gone, end)).toEqual([end]);
  const clear: StoreChange = { do: 'clear', kind: 'channels' };
  expect(folded(drop, clear, { do: 'rename', scope: 'c#a', to: 'c#b' }, clear)).toEqual([clear]);
});
