/**
 * For tests: the admin commands of one daemon behind main's own handlers, all in this process: roles, confirmation and the
 * audit trail are main's, what a command does is the daemon's. Told in the words of README.md beside this file.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import type { z } from 'zod';
import type { Role } from '../../contract/access.ts';
import { type Outcome as Answer, toWireError } from '../../contract/errors.ts';
import type { CommandSpec } from '../../contract/manifest.ts';
import { startAccounts } from '../../daemons/accounts/daemon.ts';
import { manifest as accountsManifest } from '../../daemons/accounts/manifest.ts';
import { AccountStore } from '../../daemons/identity/store/account-store.ts';
import { ChannelStore } from '../../daemons/identity/store/channel-store.ts';
import { openAccounts } from '../../daemons/identity/store/database.ts';
import { createAdminHandlers } from '../../daemons/ircd/admin/handlers.ts';
import { manifest as ircdManifest } from '../../daemons/ircd/manifest.ts';
import { Lookup } from '../../daemons/ircd/net/lookup.ts';
import { changesBetween, type Outcome, Scene } from '../../daemons/ircd/permissions/scene.ts';
import { ADJUSTABLE_LIMITS, type AdjustableLimit } from '../../daemons/ircd/tuning.ts';
import { startRecorder } from '../../daemons/recorder/daemon.ts';
import { manifest as recorderManifest } from '../../daemons/recorder/manifest.ts';
import { registry } from '../../daemons/registry.ts';
import { manifest as relayManifest } from '../../daemons/relay/manifest.ts';
import { type TestClient, TestRelay } from '../../daemons/relay/test-relay.ts';
import { DaemonHost } from '../../daemons/runtime/host/daemon-host.ts';
import { ConnectThrottle } from '../../daemons/runtime/net/connect-throttle.ts';
import { startServices } from '../../daemons/services/daemon.ts';
import { manifest as servicesManifest } from '../../daemons/services/manifest.ts';
import { prepareServices } from '../../daemons/services/prepare.ts';
import { AccountRecords } from '../../daemons/services/store/account-record.ts';
import { DroppedAccounts } from '../../daemons/services/store/dropped-accounts.ts';
import { KeycloakLinks } from '../../daemons/services/store/keycloak-links.ts';
import { SERVICES_SCHEMA } from '../../daemons/services/store/services-schema.ts';
import { FakeClock } from '../../kit/fake-clock.ts';
import { AccessGate } from '../../main/core/access-gate.ts';
import { createCaller } from '../../main/core/caller.ts';
import { ControlService } from '../../main/core/control-service.ts';
import { commandHandlers } from '../../main/core/handlers/command-handlers.ts';
import type { HandlerTable } from '../../main/core/handlers/handler-table.ts';
import { CONTROL_LIMITS } from '../../main/core/limits.ts';
import { AuditTrail, type KeyedAuditEntry } from '../../main/core/records/audit-trail.ts';
import { MetricsStore } from '../../main/core/records/metrics-store.ts';
import type { ManagedDaemon } from '../../main/core/supervision/managed-daemon.ts';
import type { Supervisor } from '../../main/core/supervision/supervisor.ts';
import { objectsWorld } from './objects-world.ts';
import { linkToNetwork } from './services-network.ts';
import { OUTSIDE, type World } from './world.ts';

/** So slow that an address is remembered for as long as a row lasts. */
const SLOW = { connectBurst: 1, connectsPerSecond: 0.001 };

/** The cast of the tables of IRC: `guest`, `bob` on `#b`, `op`, `voiced` and `member` on `#c`, two operators, and `new`. */
async function ircWorld(): Promise<World> {
  const scene = new Scene('auspex');
  const { server } = scene.irc;
  const throttle = new ConnectThrottle(() => 100);
  const nobody = { reverse: async () => [], resolve4: async () => [], resolve6: async () => [] };
  const lookup = new Lookup({ resolver: nobody, dns: true, ident: false });
  type Targets = Parameters<typeof createAdminHandlers>[0];
  const tls = { admission: { throttle }, credentials: null as { readonly cert: string } | null };
  const net = tls as unknown as Targets['net'];
  const host = new DaemonHost({
    manifest: ircdManifest,
    start: async () => ({
      listeners: () => [],
      commands: createAdminHandlers({ server, net, lookup }),
      drain: async () => {},
    }),
  });
  await host.start({ config: {}, dataDir: tmpdir(), instance: 1, outside: OUTSIDE });
  await scene.prepare('', 'bob');
  const names = Object.keys(ADJUSTABLE_LIMITS) as AdjustableLimit[];
  const limits = () => new Map(names.map((name) => [`limit ${name}`, String(server.tuning.get(name))]));
  return {
    commands: host,
    prepare: async (part) => {
      if (part === '192.0.2.9 was throttled') throttle.attempt(throttle.visitor('192.0.2.9'), SLOW);
      else if (part === 'there is a certificate')
        tls.credentials = { cert: readFileSync(CERTIFICATE, 'utf8') };
      else await scene.prepare(part, 'bob');
    },
    async during(work) {
      const before = limits();
      const outcome = await scene.during(async () => {
        const answer = await work();
        await new Promise((resolve) => setImmediate(resolve));
        return answer;
      });
      const changed = [outcome.changed, changesBetween(before, limits())].filter((part) => part !== '');
      return { ...outcome, changed: changed.join('; ') };
    },
    close: async () => {
      scene.close();
      await host.close();
    },
  };
}

/** One that somebody has made: what is told of it does not change with each run. */
const CERTIFICATE = join(import.meta.dirname, 'certificate.pem');

/** `ann` and `bob` in the room `den`, `cat` in mode direct, and one that has said nothing. */
async function relayWorld(): Promise<World> {
  const relay = await TestRelay.start();
  const clients: Record<string, TestClient> = {
    ann: await relay.greet('rooms', 'ann'),
    bob: await relay.greet('rooms', 'bob'),
    cat: await relay.greet('direct', 'cat'),
  };
  for (const who of ['ann', 'bob']) await clients[who]!.ask({ type: 'join', room: 'den' });
  const host = new DaemonHost({
    manifest: relayManifest,
    start: async () => ({ listeners: () => [], commands: relay.commands, drain: async () => {} }),
  });
  await host.start({ config: {}, dataDir: tmpdir(), instance: 1, outside: OUTSIDE });
  /** What a client has got; what it asks last is answered last. */
  const received = async (who: string): Promise<string> => {
    const client = clients[who]!;
    const told: string[] = [];
    const stays = relay.server.relay.peer(who) !== undefined;
    if (stays) client.control({ type: 'ping', id: 'last' });
    for (let payload = await client.next(); payload !== null; payload = await client.next()) {
      const message = JSON.parse(payload.toString('utf8', 1)) as Record<string, unknown>;
      if (message.type === 'pong' && message.id === 'last') break;
      const { type, ...rest } = message;
      told.push(`${type} ${JSON.stringify(rest)}`);
    }
    return told.join('; ');
  };
  const facts = () => {
    const found = new Map<string, string>();
    for (const who of Object.keys(clients)) {
      const peer = relay.server.relay.peer(who);
      if (peer === undefined) found.set(`${who} closed`, '');
      for (const room of peer?.rooms ?? []) found.set(`${who} in ${room.name}`, '');
    }
    for (const { kind, value, reason, by, expiresAt } of relay.bans.all(Date.now()))
      found.set(`${kind} ban on ${value}`, `${reason}, by ${by}${expiresAt === null ? '' : ', for a while'}`);
    for (const { peer, identity } of relay.known.all()) found.set(`known peer ${peer}`, identity);
    found.set('identity', relay.server.door.identity);
    for (const [name, value] of Object.entries(relay.server.limits))
      found.set(`limit ${name}`, String(value));
    return found;
  };
  for (const who of Object.keys(clients)) await received(who);
  relay.server.admission.throttle.reset();
  return {
    commands: host,
    prepare: async (part) => {
      const { throttle } = relay.server.admission;
      if (part === 'max_bans is 1') relay.server.setLimits({ max_bans: 1 });
      else if (part === '192.0.2.9 was throttled') throttle.attempt(throttle.visitor('192.0.2.9'), SLOW);
      else if (part === 'dora is known') relay.known.learn('dora', relay.server.door.identity, 1);
      else {
        const ban = {
          kind: 'peer',
          value: 'eve',
          reason: 'spam',
          by: 'ann',
          createdAt: 0,
          expiresAt: null,
        } as const;
        await relay.bans.add(ban);
      }
    },
    async during(work) {
      const before = facts();
      const answer = await work();
      const heard = new Map<string, string[]>();
      for (const who of Object.keys(clients)) {
        const lines = await received(who);
        if (lines !== '') heard.set(lines, [...(heard.get(lines) ?? []), who]);
      }
      return {
        answer,
        heard: [...heard].map(([lines, who]) => `${who.join(', ')}: ${lines}`).join(' / '),
        changed: changesBetween(before, facts()),
      };
    },
    close: async () => {
      await host.close();
      await relay.close();
    },
  };
}

/** An empty database. */
const recorderWorld = () =>
  databaseWorld(new DaemonHost({ manifest: recorderManifest, start: startRecorder }));

const accountsWorld = () =>
  databaseWorld(new DaemonHost({ manifest: accountsManifest, start: startAccounts }));

const ANN_AND_BOB = {
  format: 'signalbox-services-accounts',
  version: SERVICES_SCHEMA.migrations.length,
  tables: {
    accounts: ['ann', 'bob'].map((name, index) => ({
      id: index + 7,
      key: name,
      name,
      created: 1,
      failed: 0,
    })),
  },
};

/** What is so before in services, and the command that makes it so. */
const SUSPENDED: Readonly<Record<string, readonly [string, object]>> = {
  'the account bob is suspended': ['suspend-account', { account: 'bob', reason: 'spam' }],
  '#room is suspended': ['suspend-channel', { channel: '#room', reason: 'spam', days: 0 }],
};

/** The help bot Aid, where bob is an owner and cat helps; ann waits for an answer. */
const HELP = `
  INSERT INTO help_bots (key, nick, channel_key, channel, registered, registered_by, used, next_number)
    VALUES ('aid', 'Aid', '#room', '#room', 1, 'bob', 1, 2);
  INSERT INTO help_staff (bot, account, role, added)
    SELECT 'aid', id, iif(key = 'bob', 'owner', 'helper'), 1 FROM accounts;
  INSERT INTO help_requests (bot, number, nick, host, opened, updated) VALUES ('aid', 1, 'ann', 'ann.test', 1, 1);
  INSERT INTO help_lines (bot, number, line, at, kind, said_by, text) VALUES ('aid', 1, 0, 1, 'asked', 'ann', 'Where is the tea?');
`;

/** What their database is before each row: made once. */
let servicesDatabase: Buffer | null = null;

function makeServicesDatabase(): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-admin-'));
  const file = join(folder, 'services.db');
  const database = openAccounts(SqliteDatabase, file, SERVICES_SCHEMA);
  const verifiers = { argon2id: '', scram: '' };
  const store = new AccountStore(database, Date.now);
  for (const name of ['gone', 'bob', 'cat']) store.create({ name, email: null, verifiers, network: null });
  const dropped = new DroppedAccounts(database, new AccountRecords(database), Date.now);
  dropped.keep(store.get('gone'), 'its owner');
  store.drop(store.get('gone'));
  database
    .prepare(
      "INSERT INTO flows (id, kind, subject, step, data, attempts, begun, due, problem) VALUES (7, 'email', 'account bob', 'user', '{}', 1, 1, ?, 'It is down.')",
    )
    .run(Date.now() + 3_600_000);
  new ChannelStore(database, store, Date.now).register('#room', 'bob', Date.now());
  database.exec(HELP);
  database
    .prepare(
      "INSERT INTO mail_queue (id, account, kind, recipient, asked_from, queued, due, tries, problem) SELECT 3, id, 'allowauth', 'bob@example.net', '192.0.2.1', ?, ?, 1, 'It is down.' FROM accounts WHERE key = 'bob'",
    )
    .run(Date.now(), Date.now() + 3_600_000);
  database.exec(
    "INSERT INTO push_devices (id, account, endpoint, p256dh, auth, topics, added) SELECT 5, id, 'https://push.example.net/5', '', '', 'help', 1 FROM accounts WHERE key = 'cat'",
  );
  database.close();
  const bytes = readFileSync(file);
  rmSync(folder, { recursive: true });
  return bytes;
}

/**
 * Services that nobody has found yet, with the accounts `bob`, who owns `#room`, and `cat`, and `gone`, which was deleted; flow 7 and mail 3
 * wait for their next try, `cat` is told by device 5, there is no server of mail, and request 1 of the help bot Aid waits for somebody.
 */
const servicesWorld = () =>
  databaseWorld(
    new DaemonHost({
      manifest: servicesManifest,
      prepare: prepareServices,
      // A thread that is started for a login which never comes costs more than the rest of this world.
      start: (context) => startServices(context, false),
    }),
    (dataDir) => {
      servicesDatabase ??= makeServicesDatabase();
      writeFileSync(join(dataDir, 'services.db'), servicesDatabase);
    },
    async (commands, part, dataDir, reload) => {
      if (part === 'accounts.json has ann and bob') {
        writeFileSync(join(dataDir, 'accounts.json'), JSON.stringify(ANN_AND_BOB));
        return;
      }
      if (part === '127.0.0.1 was scanned') {
        await reload({ sockcheck: SCANS });
        await commands.runCommand('scan', { address: '127.0.0.1' }, operatorCall());
        return;
      }
      if (part === KEPT) {
        for (const [name, args] of ONE_OF_EACH) await commands.runCommand(name, args, operatorCall());
        return;
      }
      if (part === 'the account bob is of a user of Keycloak') {
        const database = openAccounts(SqliteDatabase, join(dataDir, 'services.db'), SERVICES_SCHEMA);
        const links = new KeycloakLinks(database, Date.now);
        links.link(new AccountStore(database, Date.now).get('bob'), 'id-bob', 'robert');
        database.close();
        return;
      }
      const suspended = SUSPENDED[part];
      if (suspended === undefined) throw new Error(`services know nothing of: ${part}`);
      const [command, args] = suspended;
      await commands.runCommand(command, args, operatorCall());
    },
  );

/** Scans of this machine, at a port that nobody listens at, which ask for the same. */
const SCANS = {
  enabled: true,
  target: '127.0.0.1',
  target_port: 1,
  private: true,
  exempt: ['127.0.0.9'],
  probe: [{ name: 'anything', port: 1 }],
};
const NETWORK = 'ann is on #tea of a network';
const KEPT = 'one of each is kept';

/** What operators of services keep, one of each kind. */
const ONE_OF_EACH: readonly (readonly [command: string, args: object])[] = [
  ['set-gline', { mask: '*@bad.test' }],
  ['set-shun', { mask: '*@bad.test' }],
  ['set-jupe', { mask: 'bad.test' }],
  ['set-trust', { network: '10.0.0.1', clients: 9 }],
  ['set-alert', { name: 'robots', reaction: 'KILL', criteria: 'NICK bot*' }],
  ['set-gag', { mask: 'ann!*@*' }],
  ['reserve-nick', { nick: 'teapot' }],
  ['add-bad-word', { word: 'crumpet' }],
  ['exempt-channel', { channel: '#tea' }],
  ['set-message', { text: 'tea is ready' }],
  ['set-scan-exempt', { network: '10.0.0.1' }],
];

function operatorCall() {
  const actor = { name: 'root', from: 'cli', role: 'admin' } as const;
  return { signal: new AbortController().signal, actor };
}

/** A Keycloak at a port that nobody listens at. */
const UNREACHABLE = {
  url: 'http://127.0.0.1:1',
  realm: 'irc',
  client_id: 'signalbox',
  client_secret: 'hush',
};

/** A server of mail at a port that nobody listens at. */
const UNREACHABLE_MAIL = { host: '127.0.0.1', port: 1, from: 'services@example.net', tls: 'none' };

/** A daemon that does nothing but keep a database. */
async function databaseWorld<
  Config extends z.ZodType,
  Commands extends Record<string, CommandSpec>,
  Prepared,
>(
  host: DaemonHost<Config, Commands, Prepared>,
  fill: (dataDir: string) => void = () => {},
  prepare: (
    commands: World['commands'],
    part: string,
    dataDir: string,
    reload: (settings: object) => Promise<unknown>,
  ) => Promise<void> = async () => {},
): Promise<World> {
  const dataDir = mkdtempSync(join(tmpdir(), 'signalbox-admin-'));
  fill(dataDir);
  await host.start({ config: {}, dataDir, instance: 1, outside: OUTSIDE });
  return {
    commands: host,
    prepare: async (part) => {
      if (part === 'copy.db is there') writeFileSync(join(dataDir, 'copy.db'), 'mine');
      else if (part === 'a Keycloak is configured') await host.reload({ keycloak: UNREACHABLE });
      else if (part === NETWORK) await linkToNetwork(host, (settings) => host.reload(settings));
      else if (part === 'a server of mail is configured') await host.reload({ mail: UNREACHABLE_MAIL });
      else if (part === 'scans are on, with nobody on the network') await host.reload({ sockcheck: SCANS });
      else await prepare(host, part, dataDir, (settings) => host.reload(settings));
    },
    async during(work) {
      const there = () => new Map(existsSync(join(dataDir, 'copy.db')) ? [['file copy.db', '']] : []);
      const before = there();
      const answer = (await work()).replaceAll(dataDir, '…');
      return { answer, heard: '', changed: changesBetween(before, there()) };
    },
    close: async () => {
      await host.running?.drain(AbortSignal.timeout(2_000));
      await host.close();
      rmSync(dataDir, { recursive: true });
    },
  };
}

const WORLDS: Readonly<Record<string, () => Promise<World>>> = {
  ircd: ircWorld,
  relay: relayWorld,
  objects: objectsWorld,
  accounts: accountsWorld,
  services: servicesWorld,
  recorder: recorderWorld,
};

/** One command of somebody with a role, as a row of the table says it. */
export interface Call {
  readonly daemon: string;
  readonly command: string;
  readonly role: Role;
  readonly before: string;
  /** JSON; `, confirmed` may follow. */
  readonly args: string;
  /** Whether it shall change nothing: it may be asked in a world in which others did not. */
  readonly changesNothing?: boolean;
}

/** A world in which nothing was changed so far, and so is as it was. */
interface Untouched {
  readonly key: string;
  readonly world: World;
}
/** One for which nothing was prepared, and one for which something was: the rows of a command go to and fro between those. */
const untouched: Record<'plain' | 'prepared', Untouched | null> = { plain: null, prepared: null };

/** Ends the worlds that wait for what shall change nothing there either. */
export async function closeUntouched(): Promise<void> {
  for (const sort of ['plain', 'prepared'] as const) await closeOne(sort);
}

async function closeOne(sort: keyof typeof untouched): Promise<void> {
  const { world } = untouched[sort] ?? {};
  untouched[sort] = null;
  await world?.close();
}

/** The untouched world with `parts`, made where another one is waiting. */
async function untouchedWorld(daemon: string, parts: readonly string[]): Promise<World> {
  const sort = parts.length === 0 ? 'plain' : 'prepared';
  const key = `${daemon}: ${parts.join('; ')}`;
  const there = untouched[sort];
  if (there?.key === key) return there.world;
  await closeOne(sort);
  const world = await worldOf(daemon, parts);
  untouched[sort] = { key, world };
  return world;
}

async function worldOf(daemon: string, parts: readonly string[]): Promise<World> {
  const world = await WORLDS[daemon]!();
  for (const part of parts) await world.prepare(part);
  return world;
}

/** Runs a command as main does, and tells what came of it. */
export async function outcomeOf({
  daemon,
  command,
  role,
  before,
  args,
  changesNothing = false,
}: Call): Promise<Outcome> {
  if (WORLDS[daemon] === undefined) throw new Error(`no world of ${daemon} to run ${command} in`);
  const given = before.split('; ').filter((part) => part !== '');
  const full = given.includes(FULL);
  const parts = given.filter((part) => part !== FULL);
  const world = await (changesNothing ? untouchedWorld(daemon, parts) : worldOf(daemon, parts));
  const entries: KeyedAuditEntry[] = [];
  const { service, close } = mainBefore(world, daemon, full, (entry) => entries.push(entry));
  try {
    const confirmed = args.endsWith(CONFIRMED);
    const said = JSON.parse(confirmed ? args.slice(0, -CONFIRMED.length) : args) as Record<string, unknown>;
    const caller = createCaller({ name: 'eve', from: 'cli', role }, () => {});
    const outcome = await world.during(async () => {
      const answer = await service.handle('command.run', { daemon, command, args: said, confirmed }, caller);
      return inWords(answer);
    });
    const written = entries.map(({ actor, target, ok, outcome: came, args: said, command: of }) => {
      const how = ok ? 'done' : `not done: ${came.split(':', 1)}`;
      return `audit = ${target} ${of} by ${actor}: ${JSON.stringify(said)} ${how}`;
    });
    return { ...outcome, changed: [outcome.changed, ...written].filter((part) => part !== '').join('; ') };
  } finally {
    await close();
    if (!changesNothing) await world.close();
  }
}

const FULL = 'nothing can be written down';
const CONFIRMED = ', confirmed';

function mainBefore(world: World, id: string, full: boolean, publish: (entry: KeyedAuditEntry) => void) {
  const clock = new FakeClock();
  const limits = CONTROL_LIMITS;
  const written = () => !full;
  const journal = { folder: '/journal', problem: 'ENOSPC', write: written, writeOrHold: written };
  const metrics = new MetricsStore(clock, []);
  const audit = new AuditTrail({ metrics, clock, limits, journal, run: 'run', publish });
  const request = (message: { type: string; name: string; args: unknown; actor?: unknown }) => ({
    requestId: 1,
    outcome: answered(async () =>
      message.type === 'impact'
        ? world.commands.impactOf(message.name, message.args)
        : await world.commands.runCommand(message.name, message.args, {
            signal: new AbortController().signal,
            actor: message.actor as never,
          }),
    ),
  });
  const daemon = { id, session: null, request } as unknown as ManagedDaemon;
  const supervisor = { find: (name: string) => (name === id ? daemon : null) } as unknown as Supervisor;
  const add = () => {};
  const service = new ControlService({
    handlers: commandHandlers({ registry, supervisor, audit, clock, limits }) as unknown as HandlerTable,
    gate: new AccessGate(registry),
    audit,
    telemetry: {
      requests: { add },
      requestErrors: { add },
      requestSeconds: { recordSince: add },
      logger: { log: add },
    } as unknown as ConstructorParameters<typeof ControlService>[0]['telemetry'],
  });
  return { service, close: () => audit.close() };
}

async function answered(work: () => Promise<unknown>): Promise<Answer<unknown>> {
  try {
    return { ok: true, result: await work() };
  } catch (error) {
    return { ok: false, error: toWireError(error) };
  }
}

/** One that was made at random. */
const MADE_PASSWORD = /"password":"[A-Za-z0-9]{16}"/g;

/** An answer of main: `ok` alone where the command returns nothing, of a table how many rows and what they begin with. */
export function inWords(answer: Awaited<ReturnType<ControlService['handle']>>): string {
  const unwritten = answer.audited === false ? ' (not audited)' : '';
  if (!answer.ok) {
    const { code, message } = answer.error;
    // Which role and what it needs, and where the trail is, say other tests.
    return code === 'access_denied' || code === 'audit_unavailable' ? code : `${code}: ${message}`;
  }
  const { result } = answer.result as { result?: Record<string, unknown> | null };
  if (result === undefined || result === null) return `ok${unwritten}`;
  if (!Array.isArray(result.rows))
    return `ok ${JSON.stringify(result)
      .replaceAll(/:\d{3,}/g, ':N')
      .replaceAll(MADE_PASSWORD, '"password":"…"')}${unwritten}`;
  const first = result.rows.map((row: Record<string, unknown>) => Object.values(row)[0]);
  const rows = `${first.length} row${first.length === 1 ? '' : 's'}`;
  return `ok, ${rows}${first.length === 0 ? '' : `: ${first.join(', ')}`}${unwritten}`;
}
