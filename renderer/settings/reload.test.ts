import { expect, test, vi } from 'vitest';
import type { HostModel } from '../model/host-model.ts';
import { reloadConfig } from './reload.ts';

const told = async (outcome: unknown) => {
  const [request, notify] = [vi.fn(async () => outcome), vi.fn()];
  await reloadConfig({ client: { request }, notify } as unknown as HostModel);
  expect(request).toHaveBeenCalledExactlyOnceWith('config.reload', {});
  return notify.mock.calls;
};

test('what came of reading the file again is said in one notice, with every warning', async () => {
  const daemons = [
    { id: 'd', applied: ['motd'], restartRequired: [], warnings: ['it is long', 'it is odd'] },
    { id: 'e', applied: [], restartRequired: [], warnings: [] },
  ];
  expect(await told({ ok: true, result: { daemons } })).toEqual([
    ['good', 'The file was read again. d: motd in force at once. it is long. it is odd. e: nothing changed'],
  ]);
});

test('a file that was not taken over is said to be so', async () => {
  expect(await told({ ok: false, error: { code: 'config_invalid', message: 'line 3' } })).toEqual([
    ['bad', 'line 3'],
  ]);
});
