import { expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { Manifest } from '../../../contract/manifest.ts';
import { auditHandlers } from './audit-handlers.ts';

it('has the recorder leave out what only reads where that is asked, by daemon and command', async () => {
  const query = vi.fn(async (_name: string, _args: unknown) => ({ entries: [], more: false }));
  const command = {
    summary: '',
    danger: 'safe',
    access: 'read',
    result: 'json',
    args: z.object({}),
  } as const;
  const manifest = (id: string) =>
    ({ id, commands: { list: { ...command, reads: true }, kill: command } }) as unknown as Manifest;
  const handlers = auditHandlers({ query }, [manifest('a'), manifest('b')]);
  type Asked = Parameters<(typeof handlers)['audit.query']>;
  const ask = (args: Asked[0]) => handlers['audit.query'](args, {} as Asked[1], {} as Asked[2]);
  await ask({ limit: 5 });
  await ask({ limit: 5, reads: true });
  await ask({ limit: 5, reads: false });
  expect(query.mock.calls.map(([, args]) => args)).toEqual([
    { limit: 5 },
    { limit: 5 },
    { limit: 5, without: ['a list', 'b list'] },
  ]);
});
