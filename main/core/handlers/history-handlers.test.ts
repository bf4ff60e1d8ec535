import { expect, it, vi } from 'vitest';
import type { HistoryClient } from '../records/history-client.ts';
import { historyHandlers } from './history-handlers.ts';

it('has the recorder join what a daemon measured under old names, of that daemon alone', async () => {
  const query = vi.fn(async (_name: string, _args: unknown) => ({ stepSeconds: 1, times: [], series: [] }));
  const metrics = { signalbox_a_old_total: 'signalbox_a_new_total' };
  const handlers = historyHandlers({ query } as unknown as HistoryClient, [
    { id: 'a', renamed: { metrics } },
    { id: 'b' },
  ]);
  type Asked = Parameters<(typeof handlers)['history.query']>;
  const ask = (args: Asked[0]) => handlers['history.query'](args, {} as Asked[1], {} as Asked[2]);
  const range = { metrics: ['signalbox_a_new_total'], from: 1, to: 2 };
  await ask({ source: 'a', ...range });
  await ask({ source: 'b', ...range });
  expect(query.mock.calls.map(([, args]) => (args as { renamed?: unknown }).renamed)).toEqual([
    metrics,
    undefined,
  ]);
  await expect(ask({ source: 'a', ...range, to: 0 })).rejects.toMatchObject({
    code: 'bad_request',
  });
});
