import { expect, it, vi } from 'vitest';
import type { ControlOutcome } from '../../contract/control/messages.ts';
import type { ControlClient } from './control-client.ts';
import { noticing } from './noticing-client.ts';

function ask(outcome: ControlOutcome<unknown>) {
  const notices = { onNotAudited: vi.fn(), onWarning: vi.fn() };
  const client = noticing({ request: async () => outcome } as unknown as ControlClient, notices);
  return { notices, answer: client.request('status', {}) };
}

it('tells of an answer that is not in the audit trail, whether it went well or not', async () => {
  const done = ask({ ok: true, result: {}, audited: false });
  expect(await done.answer).toEqual({ ok: true, result: {}, audited: false });
  expect(done.notices.onNotAudited).toHaveBeenCalledOnce();
  const failed = ask({ ok: false, error: { code: 'not_found', message: '' }, audited: false });
  await failed.answer;
  expect(failed.notices.onNotAudited).toHaveBeenCalledOnce();
  const recorded = ask({ ok: true, result: {} });
  await recorded.answer;
  expect(recorded.notices.onNotAudited).not.toHaveBeenCalled();
});

it('tells of a ban that holds only until the restart', async () => {
  const warning = { code: 'not_saved', message: 'it holds only until the restart' };
  const { notices, answer } = ask({ ok: true, result: { result: { saved: false, warning }, durationMs: 1 } });
  await answer;
  expect(notices.onWarning).toHaveBeenCalledWith('it holds only until the restart');
  for (const result of [null, { rows: [] }, { warning: 'no' }, { warning: null }]) {
    const other = ask({ ok: true, result: { result, durationMs: 1 } });
    await other.answer;
    expect(other.notices.onWarning).not.toHaveBeenCalled();
  }
});

it('passes everything else on as it is', () => {
  const inner = {
    request: vi.fn(),
    onEvent: vi.fn(() => 'event end'),
    onConnection: vi.fn(() => 'connection end'),
    openStream: vi.fn(() => 'pipe'),
    openBytes: vi.fn(() => 'bytes'),
    retryNow: vi.fn(),
    close: vi.fn(),
  };
  const client = noticing(inner as unknown as ControlClient, { onNotAudited: () => {}, onWarning: () => {} });
  const listener = () => {};
  const handlers = { onMessage: () => {}, onClose: () => {} };
  expect([client.onEvent(listener), client.onConnection(listener), client.openStream('d', handlers)]).toEqual(
    ['event end', 'connection end', 'pipe'],
  );
  expect(inner.onEvent).toHaveBeenCalledWith(listener);
  expect(inner.onConnection).toHaveBeenCalledWith(listener);
  expect(inner.openStream).toHaveBeenCalledWith('d', handlers);
  expect([client.openBytes('d'), inner.openBytes.mock.calls]).toEqual(['bytes', [['d']]]);
  client.retryNow();
  expect([inner.retryNow.mock.calls.length, inner.close.mock.calls.length]).toEqual([1, 0]);
  client.close();
  expect([inner.retryNow.mock.calls.length, inner.close.mock.calls.length]).toEqual([1, 1]);
});

it.each([
  { ok: false, error: { code: 'not_found', message: '' } },
  { ok: true, result: null },
  { ok: true, result: 'result' },
  { ok: true, result: {} },
] satisfies ControlOutcome<unknown>[])('tells nothing of %j', async (outcome) => {
  const { notices, answer } = ask(outcome);
  expect(await answer).toEqual(outcome);
  expect(notices.onWarning).not.toHaveBeenCalled();
  expect(notices.onNotAudited).not.toHaveBeenCalled();
});
