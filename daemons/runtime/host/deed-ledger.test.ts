import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { DeedReport, DeedRequest } from '../../../contract/link/deeds.ts';
import { limits } from '../limits.ts';
import { type DeedAnswer, DeedLedger } from './deed-ledger.ts';

const deed = { actor: 'boss!o@h', command: 'KILL', args: { nick: 'bob' } };
const written = { ok: true, result: null } as const;
const full = {
  ok: false,
  error: { code: 'audit_unavailable', message: 'The audit trail cannot be written (ENOSPC).' },
} as const;

let sent: (DeedRequest | DeedReport)[];
let ledger: DeedLedger;
beforeEach(() => {
  vi.useFakeTimers();
  sent = [];
  ledger = new DeedLedger((message) => sent.push(message));
});
afterEach(() => {
  vi.useRealTimers();
});

const reports = () => sent.filter((message) => message.type === 'deed-done');

/** The answer once it is there. */
function watch(promise: Promise<DeedAnswer>): { answer: DeedAnswer | null } {
  const seen: { answer: DeedAnswer | null } = { answer: null };
  void promise.then((answer) => {
    seen.answer = answer;
  });
  return seen;
}

function end(answer: DeedAnswer | null, outcome: string): void {
  if (answer?.mayRun !== true) throw new Error('it may not be done');
  answer.deed.end(true, outcome);
}

test('a deed may be done when main has written it, not before, and what came of it follows', async () => {
  const asked = watch(ledger.begin(deed, 'refuse'));
  await vi.advanceTimersByTimeAsync(limits.deedAnswerMs.default - 1);
  expect(asked.answer).toBeNull();
  expect(sent).toEqual([{ type: 'deed', requestId: 1, ...deed }]);
  ledger.answered(1, written);
  await vi.advanceTimersByTimeAsync(0);
  expect(asked.answer).toMatchObject({ mayRun: true, deed: { unwritten: null } });
  end(asked.answer, 'disconnected bob');
  expect(reports()).toEqual([
    { type: 'deed-done', requestId: 1, ...deed, ok: true, outcome: 'disconnected bob' },
  ]);
  expect(vi.getTimerCount()).toBe(0);
});

test('when main cannot write it, what may run does so and knows; everything else is refused and leaves no entry', async () => {
  const kill = watch(ledger.begin(deed, 'run'));
  const rehash = watch(ledger.begin({ ...deed, command: 'REHASH' }, 'refuse'));
  ledger.answered(1, full);
  ledger.answered(2, full);
  await vi.advanceTimersByTimeAsync(0);
  expect(kill.answer).toMatchObject({ mayRun: true, deed: { unwritten: full.error } });
  expect(rehash.answer).toEqual({ mayRun: false, refusal: full.error });
  expect(reports()).toEqual([]);
  end(kill.answer, 'disconnected bob');
  expect(reports()).toMatchObject([{ command: 'KILL', ok: true }]);
});

test('a main that does not answer in time is one that cannot write; its later answer changes nothing', async () => {
  const kill = watch(ledger.begin(deed, 'run'));
  const rehash = watch(ledger.begin({ ...deed, command: 'REHASH' }, 'refuse'));
  await vi.advanceTimersByTimeAsync(limits.deedAnswerMs.default);
  const late = { code: 'audit_unavailable', message: expect.stringContaining('within 2 s') };
  expect(kill.answer).toMatchObject({ mayRun: true, deed: { unwritten: late } });
  expect(rehash.answer).toMatchObject({ mayRun: false, refusal: late });
  // Main may yet write that it begins: so it is told that it did not.
  expect(reports()).toMatchObject([
    { requestId: 2, command: 'REHASH', ok: false, outcome: expect.stringContaining('not done') },
  ]);
  ledger.answered(1, written);
  ledger.answered(2, written);
  await vi.advanceTimersByTimeAsync(0);
  expect(sent).toHaveLength(3);
});

test('beyond the limit of deeds that wait, a further one is not asked for', async () => {
  const asked = Array.from({ length: limits.deedsWaiting.default }, () => watch(ledger.begin(deed, 'run')));
  const more = watch(ledger.begin({ ...deed, command: 'REHASH' }, 'refuse'));
  await vi.advanceTimersByTimeAsync(0);
  const message = expect.stringContaining(`${asked.length} deeds of operators wait`);
  expect(more.answer).toMatchObject({ mayRun: false, refusal: { code: 'audit_unavailable', message } });
  expect(sent).toHaveLength(asked.length);
  ledger.answered(1, written);
  expect(ledger.waiting).toBe(asked.length - 1);
  const next = watch(ledger.begin(deed, 'run'));
  expect(sent).toHaveLength(asked.length + 1);
  expect(next.answer).toBeNull();
});

test('when main is gone, nobody waits, and nothing is sent any more', async () => {
  const before = watch(ledger.begin(deed, 'refuse'));
  ledger.close();
  const after = watch(ledger.begin(deed, 'run'));
  await vi.advanceTimersByTimeAsync(0);
  expect(before.answer).toMatchObject({ mayRun: false, refusal: { code: 'audit_unavailable' } });
  end(after.answer, 'disconnected bob');
  expect(sent).toHaveLength(1);
  expect(vi.getTimerCount()).toBe(0);
});

test('an outcome is never too long for the link', async () => {
  const asked = watch(ledger.begin(deed, 'run'));
  ledger.answered(1, written);
  await vi.advanceTimersByTimeAsync(0);
  end(asked.answer, 'x'.repeat(5_000));
  expect(reports()[0]?.outcome).toHaveLength(1_024);
});

test('whatever main answers and when, each deed is decided once, and none that needs its entry is done without', async () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('begin' as const), run: fc.boolean() }),
    fc.record({
      kind: fc.constant('answer' as const),
      id: fc.integer({ min: 1, max: 20 }),
      ok: fc.boolean(),
    }),
    fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 2_500 }) }),
    fc.record({ kind: fc.constant('close' as const) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const out: (DeedRequest | DeedReport)[] = [];
      const one = new DeedLedger((message) => out.push(message));
      const said = new Map<number, boolean>();
      const decided: { id: number; run: boolean; answer: DeedAnswer }[] = [];
      let begun = 0;
      for (const at of steps) {
        if (at.kind === 'begin') {
          const id = ++begun;
          const { run } = at;
          void one.begin(deed, run ? 'run' : 'refuse').then((answer) => decided.push({ id, run, answer }));
        } else if (at.kind === 'answer') {
          const waits = !decided.some(({ id }) => id === at.id) && at.id <= begun;
          if (waits && !said.has(at.id)) said.set(at.id, at.ok);
          one.answered(at.id, at.ok ? written : full);
        } else if (at.kind === 'close') one.close();
        await vi.advanceTimersByTimeAsync(at.kind === 'wait' ? at.ms : 0);
      }
      await vi.advanceTimersByTimeAsync(limits.deedAnswerMs.default);
      expect(decided.map(({ id }) => id).sort((a, b) => a - b)).toEqual(
        Array.from({ length: begun }, (_, i) => i + 1),
      );
      for (const { id, run, answer } of decided) {
        const isWritten = answer.mayRun && answer.deed.unwritten === null;
        if (isWritten) expect(said.get(id)).toBe(true);
        expect(answer.mayRun).toBe(run || isWritten);
      }
      const ends = out.filter(({ type }) => type === 'deed-done').map(({ requestId }) => requestId);
      expect(new Set(ends).size).toBe(ends.length);
      expect(one.waiting).toBe(0);
    }),
  );
});

test('main that ends with an error is taken as gone only where it is, and what cannot run says why', async () => {
  const asked = watch(ledger.begin(deed, 'refuse'));
  ledger.close();
  await vi.advanceTimersByTimeAsync(0);
  expect(asked.answer).toEqual({
    mayRun: false,
    refusal: {
      code: 'audit_unavailable',
      message: 'The process of Signalbox that writes it down has ended.',
    },
  });
});

test('an answer that comes a moment before its time counts', async () => {
  const asked = watch(ledger.begin(deed, 'refuse'));
  await vi.advanceTimersByTimeAsync(1_999);
  expect(ledger.waiting).toBe(1);
  ledger.answered(1, written);
  await vi.advanceTimersByTimeAsync(1);
  expect(asked.answer).toMatchObject({ mayRun: true });
});
