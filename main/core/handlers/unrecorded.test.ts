/** What still works while the audit trail cannot be written, command by command and request by request. */
import { expect, test, vi } from 'vitest';
import { z } from 'zod';
import { CONTROL_REQUESTS } from '../../../contract/control/requests.ts';
import { describeManifest, unrecordedOf } from '../../../contract/manifest.ts';
import { registry } from '../../../daemons/registry.ts';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { createCaller } from '../caller.ts';
import { CONTROL_LIMITS } from '../limits.ts';
import { AuditTrail } from '../records/audit-trail.ts';
import { MetricsStore } from '../records/metrics-store.ts';
import type { ManagedDaemon } from '../supervision/managed-daemon.ts';
import type { Supervisor } from '../supervision/supervisor.ts';
import { commandHandlers } from './command-handlers.ts';

/** What reads, and what ends or shuts out who does harm; a new command belongs here only with a reason of that kind. */
const RUNS: Readonly<Record<string, readonly string[]>> = {
  ircd: [
    ...['clients', 'client', 'channels', 'channel', 'bans', 'export-bans', 'caches', 'throttle', 'limits'],
    ...['accounts', 'account', 'login-failures', 'registered-channels', 'links', 'servers'],
    ...['logins', 'login'],
    ...['kill', 'kick', 'add-ban', 'suspend-account', 'log-out-account', 'squit'],
    ...['filters', 'add-filter', 'certificate'],
  ],
  relay: [
    ...['clients', 'client', 'rooms', 'room', 'bans', 'export-bans', 'throttle', 'limits'],
    ...['kill', 'add-ban', 'identity', 'peers'],
  ],
  objects: [
    ...['list', 'stat', 'cache', 'clients', 'client', 'bans', 'export-bans', 'throttle', 'limits', 'threads'],
    ...['kill', 'add-ban', 'drain'],
  ],
  services: [
    'glines',
    'set-gline',
    'shuns',
    'set-shun',
    'jupes',
    'set-jupe',
    'block',
    'trusts',
    'clones',
    'sockcheck',
    'scans',
    'scan-exempts',
    'trace',
    'trace-act',
    'alerts',
    'gags',
    'reserves',
    'bad-words',
    'defcon',
    'set-defcon',
    'messages',
    ...['operators', 'dropped-accounts', 'mail-queue', 'push-devices', 'flows', 'webhook'],
    ...['help-bots', 'requests', 'request'],
    ...[
      'accounts',
      'account',
      'logins',
      'login',
      'login-failures',
      'operations',
      'uplink',
      'keycloak',
      'sync',
    ],
    ...['suspend-account', 'log-out-account'],
    ...['channels', 'channel', 'channel-access', 'channel-events'],
  ],
  recorder: ['stats'],
};

const clock = new FakeClock();
const limits = CONTROL_LIMITS;
const journal = { folder: '/data/journal', problem: 'ENOSPC', write: () => false, writeOrHold: () => false };
const audit = new AuditTrail({
  metrics: new MetricsStore(clock, []),
  clock,
  limits,
  journal,
  run: 'run',
  publish: () => {},
});
const request = vi.fn(() => ({ requestId: 1, outcome: Promise.resolve({ ok: true, result: 'done' }) }));
const supervisor = {
  find: (id: string) => ({ id, session: null, request }) as unknown as ManagedDaemon,
} as unknown as Supervisor;
const handlers = commandHandlers({ registry, supervisor, audit, clock, limits });
const caller = createCaller({ name: 'ann', from: 'cli', role: 'admin' }, () => {});

const commands = registry.map(describeManifest).flatMap(({ id, commands: all }) => {
  return all.map((command) => ({ daemon: id, name: command.name, command }));
});

test.each(commands)('$daemon $name', async ({ daemon, name, command }) => {
  const runs = RUNS[daemon]?.includes(name) === true;
  expect(command.unrecorded).toBe(runs ? 'run' : 'refuse');
  const args: Record<string, unknown> = {};
  for (const field of command.args.required ?? []) {
    const { type, minimum, enum: choices } = command.args.properties[field] ?? {};
    if (type === 'string') args[field] = choices?.[0] ?? (field === 'channel' ? '#some' : 'some');
    else args[field] = type === 'boolean' ? true : (minimum ?? 1);
  }
  request.mockClear();
  const notAudited = vi.fn();
  const running = handlers['command.run']({ daemon, command: name, args, confirmed: true }, caller, {
    notAudited,
  });
  if (runs) {
    expect(await running).toMatchObject({ result: 'done' });
    expect(notAudited).toHaveBeenCalledOnce();
  } else {
    await expect(running).rejects.toMatchObject({ code: 'audit_unavailable' });
    expect(request).not.toHaveBeenCalled();
    expect(notAudited).not.toHaveBeenCalled();
  }
});

test('every request has an answer to what it does then', () => {
  const refused = Object.entries(CONTROL_REQUESTS).flatMap(([name, { unrecorded }]) =>
    unrecorded === 'refuse' ? [name] : [],
  );
  expect(refused).toEqual(['daemon.restart', 'config.reload']);
  expect(CONTROL_REQUESTS['command.run'].unrecorded).toBe('command');
});

test('a command that says nothing about it is refused', () => {
  expect(
    unrecordedOf({ summary: '', danger: 'safe', access: 'read', args: z.object({}), result: 'json' }),
  ).toBe('refuse');
});
