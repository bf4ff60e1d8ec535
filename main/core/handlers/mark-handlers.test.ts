import { expect, it, vi } from 'vitest';
import { z } from 'zod';
import { ROLES } from '../../../contract/access.ts';
import { createCaller } from '../caller.ts';
import { markHandlers } from './mark-handlers.ts';

const command = (does: { readonly reads?: true }) => {
  return {
    ...does,
    summary: '',
    danger: 'safe',
    access: 'operate',
    result: 'json',
    args: z.object({}),
  } as const;
};
const query = vi.fn(async (_name: string, _args: unknown) => ({ marks: [], actions: false }));
const handlers = markHandlers({ query }, [
  { id: 'a', commands: { list: command({ reads: true }), kill: command({}) } },
]);
const ask = (role: (typeof ROLES)[number], args: { from: number; to: number }) => {
  const caller = createCaller({ name: 'ann', from: 'api', role }, () => {});
  return handlers['marks.query'](args, caller, { notAudited() {} });
};

it.each(ROLES.map((role) => [role, role !== 'viewer'] as const))(
  'the marks of a %s have what the audit trail says: %s',
  async (role, actions) => {
    await ask(role, { from: 1, to: 2 });
    expect(query).toHaveBeenLastCalledWith('marks', { from: 1, to: 2, actions, reads: ['a list'] });
  },
);

it('a time may not end before it begins', async () => {
  await expect(ask('admin', { from: 2, to: 1 })).rejects.toMatchObject({ code: 'bad_request' });
});
