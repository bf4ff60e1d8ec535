import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineManifest } from '../../contract/manifest.ts';
import { AccessGate } from './access-gate.ts';
import { refusedAttempt } from './refused-attempt.ts';

const manifest = defineManifest({
  id: 'ircd',
  title: 'IRC',
  summary: 'Serves IRC',
  config: z.object({}),
  metrics: [],
  commands: {
    kill: {
      summary: 'Disconnects',
      danger: 'safe',
      access: 'operate',
      result: 'json',
      args: z.object({
        nick: z.string(),
        reason: z.string().optional(),
        ids: z.array(z.number()).optional(),
      }),
    },
  },
});
const gate = new AccessGate([manifest]);
const viewer = { name: 'Eve', from: 'browser', role: 'viewer' } as const;
const argsOf = (args: Record<string, unknown>) =>
  refusedAttempt(gate, 'command.run', { daemon: 'ircd', command: 'kill', args }, viewer)?.args;

test('an attempt is in the trail with the arguments that the command knows', () => {
  expect(argsOf({ nick: 'bob', ids: [1, 2], token: 'of something else' })).toEqual({
    nick: 'bob',
    ids: [1, 2],
  });
});

test('arguments of a form that the command does not take are not looked into, however deep and wide they are', () => {
  const deep: unknown = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
  expect(argsOf({ nick: deep, reason: 'spam', ids: Array(100_000).fill('x') })).toEqual({
    nick: 'no plain value',
    reason: 'spam',
    ids: 'no plain value',
  });
  expect(argsOf(JSON.parse('{"nick":"bob","__proto__":{"nick":"eve"},"constructor":1}'))).toEqual({
    nick: 'bob',
  });
});
