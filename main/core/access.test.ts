/**
 * Every request, every command of every daemon, every event and every table, asked as each role. What is expected follows
 * from the definitions by a rule of the test's own: the three accesses and the three roles are ranks.
 */
import { describe, expect, test, vi } from 'vitest';
import { ACCESS_LEVELS, type Access, ROLES, type Role } from '../../contract/access.ts';
import { type ControlEvent, EVENT_ACCESS } from '../../contract/control/messages.ts';
import { CONTROL_REQUESTS, type ControlRequestName } from '../../contract/control/requests.ts';
import type { ToWindow } from '../../contract/stream.ts';
import { registry } from '../../daemons/registry.ts';
import { Logger } from '../../daemons/runtime/telemetry/logger.ts';
import { MetricRegistry } from '../../daemons/runtime/telemetry/metric-registry.ts';
import { ProcessSampler } from '../../daemons/runtime/telemetry/process-sampler.ts';
import { StreamHub } from '../../daemons/runtime/telemetry/stream-hub.ts';
import { AccessGate } from './access-gate.ts';
import { createCaller } from './caller.ts';
import { ControlService } from './control-service.ts';
import type { HandlerTable } from './handlers/handler-table.ts';
import type { AuditedAction } from './records/audit-trail.ts';

const RANK: Readonly<Record<Role | Access, number>> = {
  viewer: 0,
  operator: 1,
  admin: 2,
  read: 0,
  operate: 1,
};
const expected = (role: Role, access: Access) => RANK[role] >= RANK[access];

/** What needs more than reading; another one belongs here only with a reason, also on the page of roles. */
const OPERATE = [
  ...['daemon.start', 'daemon.stop', 'daemon.restart', 'daemon.stopImpact', 'audit.query', 'config.get'],
  ...['ircd clients', 'ircd client', 'ircd kill', 'ircd channels', 'ircd channel', 'ircd clear-channel'],
  ...['ircd message', 'ircd set-topic', 'ircd set-modes', 'ircd kick', 'ircd read-history'],
  ...[
    'ircd bans',
    'ircd add-ban',
    'ircd remove-ban',
    'ircd export-bans',
    'ircd import-bans',
    'ircd filters',
    'ircd add-filter',
    'ircd remove-filter',
    'ircd test-filter',
    'ircd broadcast',
    'ircd clear-caches',
  ],
  ...['ircd connect', 'ircd squit'],
  ...[
    'ircd accounts',
    'ircd account',
    'ircd log-out-account',
    'ircd suspend-account',
    'ircd unsuspend-account',
  ],
  ...['ircd login-failures', 'ircd reset-login-failures', 'ircd registered-channels'],
  ...['ircd throttle', 'ircd reset-throttle', 'relay clients', 'relay client', 'relay kill', 'relay room'],
  ...['relay close-room', 'relay broadcast', 'relay add-ban', 'relay remove-ban', 'relay bans'],
  ...['relay export-bans', 'relay import-bans', 'objects export-bans', 'objects import-bans'],
  ...['relay throttle', 'relay reset-throttle', 'relay peers'],
  ...[
    'objects list',
    'objects stat',
    'objects cache',
    'objects cache-clear',
    'objects cache-pin',
    'objects cache-unpin',
  ],
  ...['objects clients', 'objects client', 'objects kill', 'objects drain', 'objects resume'],
  ...['objects bans', 'objects add-ban', 'objects remove-ban', 'objects throttle', 'objects reset-throttle'],
  ...['objects connections table', 'objects bans table', 'relay bans table'],
  ...['services operators', 'services dropped-accounts', 'services mail-queue', 'services retry-mail'],
  ...['services reset-breaker', 'services push-devices'],
  ...['ircd logins', 'ircd login', 'services logins', 'services login'],
  ...['services accounts', 'services account', 'services log-out-account', 'services suspend-account'],
  ...['services unsuspend-account', 'services login-failures', 'services reset-login-failures'],
  ...['services webhook', 'services flows', 'services retry-flow'],
  ...['services requests', 'services request', 'services assign-request', 'services answer-request'],
  'services close-request',
  ...['services channels', 'services channel', 'services channel-access', 'services channel-events'],
  ...['services set-channel-access', 'services set-channel', 'services suspend-channel'],
  ...['services unsuspend-channel'],
  ...[
    'services glines',
    'services set-gline',
    'services lift-gline',
    'services shuns',
    'services set-shun',
    'services lift-shun',
    'services jupes',
    'services set-jupe',
    'services lift-jupe',
    'services refresh-glines',
    'services block',
    'services trusts',
    'services set-trust',
    'services drop-trust',
    'services clones',
    'services trace',
    'services trace-act',
    'services alerts',
    'services set-alert',
    'services drop-alert',
    'services gags',
    'services set-gag',
    'services drop-gag',
    'services reserves',
    'services reserve-nick',
    'services release-nick',
    'services bad-words',
    'services add-bad-word',
    'services drop-bad-word',
    'services exempt-channel',
    'services drop-exempt-channel',
    'services channel-modes',
    'services clear-modes',
    'services kick-user',
    'services deop-all',
    'services kick-all',
    'services join-channel',
    'services part-channel',
    'services defcon',
    'services set-defcon',
    'services reconnect',
    'services announce',
    'services messages',
    'services set-message',
    'services drop-message',
    'services scans',
    'services scan',
    'services forget-scan',
    'services scan-exempts',
    'services set-scan-exempt',
    'services drop-scan-exempt',
  ],
  ...[
    'ircd connections table',
    'ircd channels table',
    'ircd accounts table',
    'ircd filters table',
    'ircd bans table',
    'ircd members table',
    'ircd lists table',
    'ircd history table',
    'ircd memberships table',
    'relay connections table',
    'relay members table',
    'audit event',
  ],
];
const ADMIN = [
  ...['config.check', 'config.reload', 'ircd rehash', 'ircd set-limits', 'relay set-limits'],
  ...['relay rotate-identity', 'relay forget-peer'],
  ...['ircd create-account', 'ircd reset-password', 'ircd drop-account', 'accounts backup'],
  ...['services backup', 'services set-level', 'services export-account', 'services set-password-hash'],
  ...['services restore-account', 'services forget-account'],
  ...['services link-account', 'services unlink-account'],
  ...[
    'services create-account',
    'services take-over',
    'services export',
    'services import',
    'services reset-password',
    'services drop-account',
  ],
  ...['services drop-flow', 'services raw-line', 'services discard-mail', 'services drop-push-device'],
  ...['ircd transfer-channel', 'ircd drop-channel'],
  ...['services transfer-channel', 'services drop-channel'],
  ...['objects delete', 'objects set-limits', 'objects set-threads'],
  ...['recorder vacuum', 'recorder backup', 'sessions.list', 'session.end', 'sessions event', 'task.cancel'],
];
const pinned = (name: string): Access => {
  if (ADMIN.includes(name)) return 'admin';
  return OPERATE.includes(name) ? 'operate' : 'read';
};

const entries: AuditedAction[] = [];
const done = vi.fn(() => 'done');
const names = Object.keys(CONTROL_REQUESTS) as ControlRequestName[];
const add = () => {};
const service = new ControlService({
  handlers: Object.fromEntries(names.map((name) => [name, done])) as unknown as HandlerTable,
  gate: new AccessGate(registry),
  audit: {
    run: (action, _answer, work) => {
      entries.push(action);
      return work();
    },
  },
  telemetry: {
    requests: { add },
    requestErrors: { add },
    requestSeconds: { recordSince: add },
    logger: new Logger('error'),
  } as unknown as ConstructorParameters<typeof ControlService>[0]['telemetry'],
});

async function ask(role: Role, name: ControlRequestName, args: unknown) {
  done.mockClear();
  entries.length = 0;
  return await service.handle(
    name,
    args,
    createCaller({ name: 'ann', from: 'api', role }, () => {}),
  );
}

async function expectAnswer(role: Role, access: Access, name: ControlRequestName, args: unknown) {
  const outcome = await ask(role, name, args);
  const may = expected(role, access);
  expect(outcome).toMatchObject(
    may ? { ok: true } : { ok: false, error: { code: 'access_denied', detail: { access, role } } },
  );
  expect(done).toHaveBeenCalledTimes(may ? 1 : 0);
  return may;
}

const requests = names.flatMap((name) => {
  const { access } = CONTROL_REQUESTS[name];
  return access === 'command' ? [] : ROLES.map((role) => ({ role, name, access }));
});

test.each(requests)('$role asks $name', async ({ role, name, access }) => {
  expect(access).toBe(pinned(name));
  const { example, audited } = CONTROL_REQUESTS[name];
  const may = await expectAnswer(role, access, name, example);
  // The handler writes down what is done; what was refused is written down before it.
  const entry = { actor: { role }, action: name, unrecorded: 'run' };
  expect(entries).toMatchObject(may || !audited ? [] : [entry]);
});

const commands = registry.flatMap(({ id, commands: all }) =>
  Object.entries(all).flatMap(([command, { access, internal }]) =>
    internal === true ? [] : ROLES.map((role) => ({ role, id, command, access })),
  ),
);

test.each(commands)('$role runs $id $command', async ({ role, id, command, access }) => {
  expect(access).toBe(pinned(`${id} ${command}`));
  const call = { daemon: id, command, args: { reason: 'spam', password: 'hunter2' } };
  await expectAnswer(role, access, 'command.impact', call);
  expect(entries).toEqual([]);
  const may = await expectAnswer(role, access, 'command.run', { ...call, confirmed: true });
  expect(entries).toHaveLength(may ? 0 : 1);
  if (!may) expect(entries[0]).toMatchObject({ action: 'command', target: id, command });
  // It was not looked at, so that nobody knows what it is.
  expect(JSON.stringify(entries)).not.toContain('hunter2');
});

test('a command that does not exist, or is internal, is said to be unknown by its handler', async () => {
  for (const [daemon, command] of [
    ['ircd', 'nope'],
    ['nope', 'kill'],
    ['recorder', 'append'],
    ['ircd', 'constructor'],
  ]) {
    expect(await ask('viewer', 'command.run', { daemon, command, args: {} })).toMatchObject({ ok: true });
  }
});

const gate = new AccessGate(registry);
const events = Object.entries(EVENT_ACCESS).flatMap(([type, access]) =>
  ROLES.map((role) => ({ role, type: type as ControlEvent['type'], access })),
);

test.each(events)('$role hears of $type', ({ role, type, access }) => {
  expect(access).toBe(pinned(`${type} event`));
  const event = { type } as ControlEvent;
  expect(gate.hears(event, { name: 'ann', from: 'browser', role })).toBe(expected(role, access));
});

test.each(ROLES)('%s opens the stream of every process, and files as an operator may', (role) => {
  const actor = { name: 'ann', from: 'browser', role } as const;
  for (const { id } of registry) {
    expect(gate.stream(id, 'watch', actor)).toBeNull();
    expect(gate.stream(id, 'bytes', actor) === null).toBe(expected(role, 'operate'));
  }
});

describe('tables', () => {
  const tables = registry.flatMap(({ id, tables = {} }) =>
    Object.entries(tables).flatMap(([table, { access }]) =>
      ROLES.map((role) => ({ role, id, table, access })),
    ),
  );

  /** What a window of `role` is sent when it watches `table`. */
  function watch(id: string, role: Role, table: string): ToWindow[] {
    const manifest = registry.find((one) => one.id === id);
    if (manifest === undefined) throw new Error(id);
    const metrics = new MetricRegistry(id, manifest.metrics);
    const sampler = new ProcessSampler(id, metrics);
    const logger = new Logger('error');
    const { tables = {} } = manifest;
    const hub = new StreamHub({ source: id, instance: 1, registry: metrics, sampler, logger, tables });
    hub.provideTable(table, { rows: () => [['alice', '192.0.2.7']], total: () => 1 });
    const sent: ToWindow[] = [];
    let say: (data: unknown) => void = () => {};
    const channel = {
      send: (message: ToWindow) => sent.push(message),
      onMessage: (listener: (data: unknown) => void) => {
        say = listener;
      },
      onClose() {},
      close() {},
    };
    hub.attach(channel, role);
    say({ type: 'watch', table, on: true });
    hub.close();
    sampler.close();
    return sent.filter(({ type }) => type === 'rows' || type === 'denied');
  }

  test.each(tables)('$role watches $table of $id', ({ role, id, table, access }) => {
    expect(access).toBe(pinned(`${id} ${table} table`));
    const denied = { type: 'denied', table, error: { code: 'access_denied', detail: { access, role } } };
    expect(watch(id, role, table)).toMatchObject([expected(role, access) ? { type: 'rows', table } : denied]);
  });

  test('one that no manifest declares is for admins alone', () => {
    expect(watch('ircd', 'operator', 'secret')).toMatchObject([{ type: 'denied' }]);
    expect(watch('ircd', 'admin', 'secret')).toMatchObject([{ type: 'rows' }]);
  });
});

test('every access is asked for by something, so that each is tested', () => {
  const asked = new Set([...requests, ...commands].map(({ access }) => access));
  expect([...asked].sort()).toEqual([...ACCESS_LEVELS].sort());
});
