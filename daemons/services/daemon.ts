/** Connects services to the process around them: the file, sockets, peers, metrics, log. Called by main.ts. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { systemClock } from '../../kit/clock.ts';
import { Credentials, PASSWORD_TASKS, passwordPool, warmPasswords } from '../identity/credentials.ts';
import { ChannelStore } from '../identity/store/channel-store.ts';
import { openAccounts } from '../identity/store/database.ts';
import { WriteTurn, warmCheckpoints } from '../identity/store/write-turn.ts';
import { serverNumeric } from '../irc/p10/numeric.ts';
import { OWN_LINK_PROOF_CHARS, OWN_LINK_PROTOCOL, ownLinkPassword } from '../irc/p10/own-link.ts';
import { instrumentPool } from '../runtime/async/pool-instrument.ts';
import { logLost } from '../runtime/async/pool-log.ts';
import { poolTask } from '../runtime/async/pool-task.ts';
import { ThreadPool } from '../runtime/async/thread-pool.ts';
import { loadSqlite } from '../runtime/files/sqlite.ts';
import type { DaemonContext, RunningDaemon } from '../runtime/host/daemon-definition.ts';
import { dialSocket } from '../runtime/net/dial.ts';
import { PeerDoor } from '../runtime/net/peer-door.ts';
import { instrumentCounts } from '../runtime/telemetry/counted-instrument.ts';
import { instrumentQueue } from '../runtime/telemetry/queue-instrument.ts';
import { standardInstrument } from '../runtime/telemetry/standard-instrument.ts';
import { BOT_SPECS, ON_DEMAND_SPECS } from './bots/service-bots.ts';
import { linksToOwn, type ServicesConfig } from './config.ts';
import { FlowDesk } from './flows/flow-desk.ts';
import type * as hashTasks from './flows/hash-tasks.ts';
import { servicesHandlers } from './handlers.ts';
import { KeycloakDesk } from './keycloak/keycloak-desk.ts';
import { limits } from './limits.ts';
import { type MailSettings, smtpTransport } from './mail/mail-transport.ts';
import type { ServicesCommands } from './manifest.ts';
import { publishMetrics } from './metrics.ts';
import { opservRules } from './opserv/opserv-config.ts';
import type { ServicesPrepared } from './prepare.ts';
import type { PushSettings } from './push/push-transport.ts';
import { type AccountRules, Services } from './services.ts';
import { sockCheckRules } from './sockcheck/sock-config.ts';
import { AccountFiles } from './store/account-files.ts';
import { KeycloakLinks } from './store/keycloak-links.ts';
import { NightlyBackup } from './store/nightly-backup.ts';
import { SERVICES_SCHEMA } from './store/services-schema.ts';
import { takeOverAccounts } from './store/take-over.ts';
import { bootOfMachine, MachineStops } from './sync/machine-stops.ts';
import { type UplinkBlock, UplinkDesk } from './uplink/uplink-desk.ts';
import { UplinkSocket } from './uplink/uplink-socket.ts';
import { WebhookDesk } from './webhook/webhook-desk.ts';

const hashForKeycloak = poolTask<typeof hashTasks.hashForKeycloak>(
  new URL('flows/hash-tasks.ts', import.meta.url),
  'hashForKeycloak',
);
const NS_PER_MS = 1e6;
const DATABASE_FILE = 'services.db';
/** One that exports or imports for minutes, and one for the log of the database meanwhile. */
const FILE_THREADS = 2;
/** Of the nightly copies. */
const BACKUP_FOLDER = 'backups';
/** Of the IRC server's own keeper, in the data directory of the instance. */
const EMBEDDED_FILE = ['..', 'accounts', 'accounts.db'] as const;

type ServicesDaemon = RunningDaemon<ServicesConfig, ServicesCommands, ServicesPrepared>;

/**
 * Opens the database, takes accounts over and looks for a network. Throws `unavailable` or `init_failed`.
 * @param warm whether threads are started for the first logins, before anybody asks for one
 */
export async function startServices(
  context: DaemonContext<ServicesConfig, ServicesPrepared>,
  warm = true,
): Promise<ServicesDaemon> {
  const { dataDir, metrics, peers, tasks } = context;
  const log = context.log('services');
  const say = (level: 'info' | 'warn' | 'error', event: string, message: string) =>
    log[level](event, message);
  let { config } = context;
  let { catalogues } = context.prepared;
  let scanRules = sockCheckRules(config.sockcheck);
  const file = join(dataDir, DATABASE_FILE);
  const database = openAccounts(await loadSqlite('services'), file, SERVICES_SCHEMA);
  const embedded = join(dataDir, ...EMBEDDED_FILE);
  const taken = takeOverAccounts(database, embedded, Date.now());
  if (taken.accounts > 0 || taken.channels.length > 0)
    log.info(
      'accounts_taken_over',
      `Took over ${taken.accounts} accounts and ${taken.channels.length} channels of the IRC server's own store; the command take-over has the IRC server ask here`,
    );
  const pool = passwordPool(logLost(log));
  instrumentPool(metrics, pool, PASSWORD_TASKS);
  const credentials = new Credentials(pool);
  const fileThreads = new ThreadPool({
    ...{ name: 'account files', min: 1, max: FILE_THREADS },
    onLost: logLost(log),
  });
  instrumentPool(metrics, fileThreads);
  const writes = new WriteTurn(database, {
    checkpoints: { pool: fileThreads, daemon: 'services' },
    onUnkept: ({ message }) => log.error('not_on_disk', message),
  });
  const identity = {
    name: config.server_name,
    numeric: serverNumeric(config.numeric),
    description: config.description,
    bootSeconds: Math.floor(Date.now() / 1_000),
  };
  const keycloak = new KeycloakDesk({
    clock: systemClock,
    random: Math.random,
    count: (kind) => services.operations.count(kind),
    turn: () => services.turns.begin(),
    metrics,
    log(level, event, message) {
      context.log('keycloak')[level](event, message);
    },
    onUp: () => flows?.engine.retry(null),
  });
  const commandTimes = metrics.histogram('signalbox_services_command_seconds');
  const queueTimes = metrics.histogram('signalbox_services_login_queue_seconds');
  const kindTimes = new Map<string, (ns: number) => void>();
  let flows: FlowDesk | null = null;
  const services = await Services.open({
    database,
    writes,
    credentials,
    identity,
    clock: systemClock,
    leastPassword: () => config.password_characters,
    rules: () => rulesOf(config),
    channelRules: () => ({
      trigger: config.channels.trigger,
      unvisitedDays: config.channels.unvisited_days,
    }),
    loginTimelines: () => config.login_timelines,
    catalogues: () => catalogues,
    operatorRules: () => opservRules(config.opserv),
    sockCheckRules: () => scanRules,
    lifecycle: (action, actor, reason) =>
      context.requestLifecycle({ action, actor, reason: reason.slice(0, 512) }),
    beginDeed: (deed, unrecorded) => context.beginDeed(deed, unrecorded),
    keycloak: () => keycloak.current,
    elsewhere: () => flows?.accounts ?? null,
    seen: (user) => flows?.seen(user),
    isOwn: () => door !== null,
    onOperation: (kind, ns) => kindTimes.get(kind)?.(ns),
    onCommand: (ns) => commandTimes.record(ns),
    onQueued: (ms) => queueTimes.record(ms * NS_PER_MS),
    onKind: (kind, counts) => {
      const { handles } = standardInstrument(metrics, 'operation', kind, (figures) => {
        figures.depth.set(counts.inFlight);
        figures.submitted.setTotal(counts.started);
        figures.completed.setTotal(counts.started - counts.inFlight - counts.failed);
        figures.failed.setTotal(counts.failed);
      });
      kindTimes.set(kind, (ns) => handles.run.record(ns));
    },
    log: say,
  });
  const { keeper } = services;
  const links = new KeycloakLinks(database, () => systemClock.now());
  const keepOut = (account: string, by: string, reason: string) =>
    keeper.changes.keepOut(account, by, reason);
  const logOut = (account: string) => services.logOut(account);
  const made = new FlowDesk({
    database,
    writes,
    clock: systemClock,
    random: Math.random,
    count: services.operations.count,
    keycloak,
    store: keeper.store,
    channels: new ChannelStore(database, keeper.store, () => systemClock.now()),
    links,
    hash: (password, network) =>
      pool.run(hashForKeycloak, { password, iterations: limits.keycloakRounds.default }, { group: network }),
    mark: randomUUID,
    keeper: {
      drop: (account, by) => keeper.changes.dropWithin(account, by),
      registered: (account) => keeper.hasRegistered(account),
      renamed: (before, next) => keeper.changes.renamed(before, next),
      keepOut,
      channelChanged: (channel) => keeper.channels.hasChanged(channel),
    },
    logOut,
    mayRename: (account) => services.mayRename(account),
    log: say,
  });
  flows = made;
  keeper.onNews((news) => {
    if (news.kind === 'channel') made.compare(news.registration.channel);
    if (news.kind === 'channelGone') made.channelGone(news.channel);
  });
  const answerTimes = metrics.histogram('signalbox_services_webhook_answer_seconds');
  const webhook = new WebhookDesk({
    database,
    writes,
    clock: systemClock,
    store: keeper.store,
    links,
    forget: ({ userId, username }) => keycloak.forget(userId, username),
    keepOut,
    logOut,
    look: (at) => made.look(at),
    onAnswer: (ns) => answerTimes.record(ns),
    log: say,
  });
  const machineStops = new MachineStops({
    database,
    writes,
    clock: systemClock,
    boot: await bootOfMachine(),
    look: (userId) => made.lookAtUser(userId),
    log: say,
  });
  const uplinks = new UplinkDesk({
    identity,
    clock: systemClock,
    random: Math.random,
    dial,
    events: services,
    log: say,
  });
  let door: PeerDoor | null = null;
  const openDoor = async () => {
    const { secret } = peers;
    if (secret === null) return;
    door = new PeerDoor({
      protocol: OWN_LINK_PROTOCOL,
      secret,
      lineChars: OWN_LINK_PROOF_CHARS,
      onRefused: (why) => log.warn('peer_refused', `A connection was ended: ${why}`),
      async onPeer(channel) {
        const socket = channel.release() as Socket;
        uplinks.accept(
          new UplinkSocket(socket, 'the IRC server of this instance', systemClock),
          ownLinkPassword(secret),
        );
        await once(socket, 'close');
      },
    });
    await door.open();
  };
  if (linksToOwn(config)) await openDoor();
  await webhook.open(context.prepared.webhook);
  uplinks.configure(context.prepared.uplinks);
  keycloak.configure(context.prepared.keycloak);
  const sendBy = (mail: MailSettings | null) =>
    services.accounts.mail.configure(mail === null ? null : smtpTransport(mail));
  sendBy(context.prepared.mail);
  const pushBy = (push: PushSettings | null) =>
    services.accounts.push
      .configure(push)
      .catch((error: unknown) => log.warn('push_unavailable', `Nothing is pushed: ${String(error)}`));
  await pushBy(context.prepared.push);
  made.start();
  await machineStops.start();
  const { operations } = services;
  instrumentCounts(metrics, 'queue', 'mail', () => ({
    depth: services.accounts.mail.depth,
    capacity: limits.mailsWaiting.default,
  }));
  instrumentCounts(metrics, 'queue', 'pushes', () => ({
    depth: services.accounts.push.waiting,
    capacity: limits.pushesWaiting.default,
  }));
  instrumentCounts(metrics, 'limiter', 'commands of users', () => ({
    depth: operations.inUse,
    capacity: limits.contexts.default,
    rejected: operations.refused,
  }));
  instrumentQueue(metrics, 'commands to begin', () => services.turns.stats());
  instrumentCounts(metrics, 'queue', 'logins to keep', () => ({
    depth: services.accounts.verifiers.waiting,
    capacity: limits.keycloakVerifiersWaiting.default,
    dropped: services.accounts.verifiers.dropped,
  }));
  const { checker } = services.sockCheck;
  instrumentCounts(metrics, 'queue', 'addresses to scan', () => ({
    depth: checker.waiting,
    capacity: limits.sockcheckWaiting.default,
    dropped: checker.counts.dropped,
  }));
  instrumentCounts(metrics, 'cache', 'scanned addresses', () => ({
    depth: checker.remembered,
    capacity: limits.sockcheckKnown.default,
    hits: checker.counts.hits,
    misses: checker.counts.misses,
  }));
  const files = new AccountFiles({
    database,
    file,
    dataDir,
    pool: fileThreads,
    writes,
    now: () => systemClock.now(),
    bots: [...BOT_SPECS, ...ON_DEMAND_SPECS].map(({ nick }) => nick),
    onMerged: ({ channels }) => services.takeUp(channels),
  });
  const nightly = new NightlyBackup({
    clock: systemClock,
    folder: join(dataDir, BACKUP_FOLDER),
    settings: () => config.backup,
    bornMs: statSync(file).birthtimeMs,
    copy: (to) => files.backup(to, {}),
    log: say,
  });
  publishMetrics(metrics, { services, uplinks, writes, keycloak });
  webhook.publish(metrics);
  made.publish(metrics);
  // Where there are none, nobody can log in.
  if (warm && services.keeper.store.count > 0) {
    warmPasswords(pool);
    warmCheckpoints(fileThreads);
  }
  log.info('database_open', `Keeping ${services.keeper.store.count} accounts in ${file}`);
  return {
    listeners: () => [...(door?.infos ?? []), ...webhook.door.infos],
    commands: servicesHandlers({
      services,
      uplinks,
      keycloak,
      webhook,
      flows: made,
      files,
      writes,
      dataDir,
      graceDays: () => config.unregister_grace_days,
      tasks,
      takeOver: () => files.takeOver(embedded),
      adopt: (actor) => context.requestLifecycle({ action: 'adopt', actor, reason: 'take-over' }),
    }),
    reload: async (next, prepared) => {
      const { listeners, commit } = await webhook.change(prepared.webhook);
      return {
        listeners,
        commit() {
          const sameText = JSON.stringify(config.keycloak) === JSON.stringify(next.keycloak);
          config = next;
          uplinks.configure(prepared.uplinks);
          const isNew = keycloak.configure(prepared.keycloak);
          if (isNew) {
            services.keeper.mechanismsChanged();
            made.engine.retry(null);
          }
          catalogues = prepared.catalogues;
          sendBy(prepared.mail);
          void pushBy(prepared.push);
          scanRules = sockCheckRules(config.sockcheck);
          services.sockCheck.configure();
          return {
            renewed: [...(isNew && sameText ? ['keycloak'] : []), ...commit()],
            needRestart: ['server_name', 'numeric', 'description', 'autolink'],
          };
        },
      };
    },
    stopImpact: () => {
      const users = services.view?.users.size ?? 0;
      return users === 0 ? null : 'lets nobody log in until they are back';
    },
    async drain() {
      uplinks.close('Services are shutting down');
      door?.close();
      webhook.close();
      made.close();
      services.close();
      keycloak.close();
      await nightly.close();
      await fileThreads.close(0);
      await credentials.close();
      await machineStops.close().catch(() => {});
      await writes.close();
      database.close();
    },
  };
}

function rulesOf({
  verify,
  unregister_grace_days: graceDays,
  unused_days: unusedDays,
}: ServicesConfig): AccountRules {
  return { confirmByMail: verify === 'email', graceDays, unusedDays };
}

/** Connects to an uplink. */
async function dial(
  { host, port, tls, fingerprint }: UplinkBlock,
  signal: AbortSignal,
): Promise<UplinkSocket> {
  const asked = { name: host, ...(fingerprint === null ? {} : { fingerprint }) };
  const { socket } = await dialSocket(
    { host, port, tls: tls ? asked : null },
    { handshakeMs: () => limits.connectMs.default, sockets: {} },
    undefined,
    signal,
  );
  return new UplinkSocket(socket, `${host}:${port}`, systemClock);
}
