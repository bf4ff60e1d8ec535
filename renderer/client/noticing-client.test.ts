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
