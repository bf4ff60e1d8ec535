/**
 * Puts the IRC server together inside its process: protocol, network path, lookups, bans on disk, metrics, admin
 * commands, reload and drain. Called by main.ts through runDaemon.
 */
import { promises as dns, getServers as systemNameServers } from 'node:dns';
import { resolve } from 'node:path';
import type { Outcome } from '../../contract/errors.ts';
import { systemClock } from '../../kit/clock.ts';
import { RequestFigures } from '../../kit/request-figures.ts';
import { ratePerSecond, TokenBucket } from '../../kit/token-bucket.ts';
import { instrumentCorrelation } from '../runtime/async/correlation.ts';
import { instrumentPool } from '../runtime/async/pool-instrument.ts';
import { logLost } from '../runtime/async/pool-log.ts';
import { ThreadPool } from '../runtime/async/thread-pool.ts';
import type {
  DaemonContext,
  PendingReload,
  ReloadFacts,
  RunningDaemon,
} from '../runtime/host/daemon-definition.ts';
import { stopEffect } from '../runtime/host/impact-text.ts';
import type { AskedPeerOptions } from '../runtime/net/asked-peer.ts';
import { BanFile } from '../runtime/net/ban-file.ts';
import { type BanSaved, BanSaver } from '../runtime/net/ban-saver.ts';
import { liveBanTable } from '../runtime/net/ban-table.ts';
import type { PeerLink } from '../runtime/net/peer-link.ts';
import { instrumentCounts } from '../runtime/telemetry/counted-instrument.ts';
import { type AccountAuthority, noAccounts } from './accounts/authority.ts';
import { EmbeddedAuthority } from './accounts/embedded-authority.ts';
import { ServicesAuthority, type ServicesRoute } from './accounts/services-authority.ts';
import { AccountTable } from './admin/account-table.ts';
import { banRows } from './admin/ban-handlers.ts';
import { banTableColumns } from './admin/columns.ts';
import type { adminCommands } from './admin/commands.ts';
import { createAdminHandlers } from './admin/handlers.ts';
import { innerTables } from './admin/inner-tables.ts';
import { channelCells, connectionCells, filterCells, serverCells } from './admin/rows.ts';
import { isSpared } from './ban-exceptions.ts';
import { noticeOpers } from './broadcast.ts';
import { Cloaks } from './cloak.ts';
import { makeCloakKeys } from './cloak-keys.ts';
import { COMMANDS } from './commands/registry.ts';
import type { IrcdConfig } from './config.ts';
import { type MessageKeeper, PeerKeeper } from './history/message-keeper.ts';
import { deleteMessages } from './history/open-history.ts';
import { IrcServer } from './irc-server.ts';
import { KeptChannels } from './journal/keep-channels.ts';
import { keepMarkers, keepMetadata } from './journal/keep-records.ts';
import type { RecordJournal } from './journal/record-journal.ts';
import { limits } from './limits.ts';
import { LinkFigures } from './links/link-figures.ts';
import { LinkedAuthority } from './links/linked-authority.ts';
import { linkOwnServices } from './links/own-services.ts';
import { SaslAuthority } from './links/sasl-authority.ts';
import { SocketLinks } from './links/socket-links.ts';
import { publishMetrics } from './metrics.ts';
import type { Connection, ConnectionHandler } from './net/connection.ts';
import { Dnsbl } from './net/dnsbl.ts';
import { Lookup } from './net/lookup.ts';
import { NetServer } from './net/net-server.ts';
import { networkReport, trafficReport } from './network-report.ts';
import { NOTICE } from './notice-kinds.ts';
import type { IrcdPrepared } from './prepare.ts';
import { ServerBans } from './server-bans.ts';
import type { LiveTable, LookupResult, ServerHost } from './server-host.ts';
import type { MetadataRecord } from './state/account-metadata.ts';
import type { LocalClient } from './state/local-client.ts';
import type { MarkerRecord } from './state/read-markers.ts';
import { banSource, MOST_STORED, restoreBans, type StoredBan, storedBanSchema } from './stored-bans.ts';

type IrcdDaemon = RunningDaemon<IrcdConfig, typeof adminCommands, IrcdPrepared>;

/** Tables that are about a channel or where somebody is: they change along with that of the channels. */
const CHANNEL_PARTS = ['members', 'lists', 'history', 'memberships'] as const;

/** Starts the server; rejects with a SignalboxError when a listener cannot be opened. */
export async function startIrcd(context: DaemonContext<IrcdConfig, IrcdPrepared>): Promise<IrcdDaemon> {
  const process = new IrcdProcess(context);
  await process.open();
  return process;
}

class IrcdProcess implements IrcdDaemon, ServerHost {
  readonly commands: IrcdDaemon['commands'];
  /** How often a ban was set or lifted. */
  #banChanges = 0;
  readonly tables: NonNullable<IrcdDaemon['tables']>;
  readonly innerTables: NonNullable<IrcdDaemon['innerTables']>;
  readonly #accountTable = new AccountTable({
    authority: () => this.#server.accounts.authority,
    clients: () => this.#server.state.localClients,
    onAnswer: () => this.#context.touchTable('accounts'),
  });
  readonly outbox: ServerHost['outbox'];
  readonly work: ServerHost['work'];
  readonly #context: DaemonContext<IrcdConfig, IrcdPrepared>;
  readonly #server: IrcServer;
  readonly #net: NetServer<LocalClient>;
  readonly #links: SocketLinks;
  #ownServices: PeerLink | null = null;
  readonly #banFile: BanFile<StoredBan>;
  readonly #banSaver: BanSaver<StoredBan>;
  readonly #logger;
  /** Make a certificate for TLS listeners that have none. */
  readonly #threads: ThreadPool;
  readonly #latency;
  readonly #accountFigures = new RequestFigures();
  readonly #messageFigures = new RequestFigures();
  readonly #names: Lookup;
  readonly #resolver = new dns.Resolver();
  /** Asks once: what comes after the deadline helps nobody. */
  readonly #listResolver = new dns.Resolver({ timeout: limits.dnsblMs.default, tries: 1 });
  readonly #dnsbl: Dnsbl;
  readonly #proxyLog = new TokenBucket(PROXY_LOG, performance.now());
  #config: IrcdConfig;
  #kept: KeptChannels | null = null;
  #markers: RecordJournal<MarkerRecord> | null = null;
  #metadata: RecordJournal<MetadataRecord> | null = null;
  #tellRestored = () => {};

  constructor(context: DaemonContext<IrcdConfig, IrcdPrepared>) {
    const { config } = context;
    this.#context = context;
    this.#config = config;
    this.#logger = context.log('irc');
    this.#threads = new ThreadPool({ name: 'certificates', max: 1, onLost: logLost(this.#logger) });
    instrumentPool(context.metrics, this.#threads);
    this.#latency = context.metrics.histogram('signalbox_ircd_command_latency_seconds');
    instrumentCorrelation(context.metrics, 'accounts', this.#accountFigures);
    instrumentCorrelation(context.metrics, 'messages', this.#messageFigures);
    this.#dnsbl = new Dnsbl({ resolver: this.#listResolver, lists: config.dnsbl });
    this.#names = new Lookup({ resolver: this.#resolver, dns: config.dns, ident: config.ident });
    this.#askNameServers(config);
    this.#banFile = new BanFile(context.dataDir, storedBanSchema, MOST_STORED);
    this.#banSaver = new BanSaver(
      this.#banFile,
      banSource(() => this.#server),
      this.#logger,
    );
    instrumentCounts(context.metrics, 'batcher', 'bans', () => this.#banSaver.counts);
    // The server needs the outbox of the network path, which needs a handler: the handler waits for the server.
    const handler: ConnectionHandler<LocalClient> = {
      refusal: (address) => this.#server.refusal(address),
      onOpen: (connection: Connection<LocalClient>) => this.#server.onOpen(connection),
      onLine: (connection, bytes, start, end) => this.#server.onLine(connection, bytes, start, end),
      onOversizedLine: (connection) => this.#server.onOversizedLine(connection),
      onClose: (connection, reason) => this.#server.onClose(connection, reason),
    };
    this.#net = new NetServer<LocalClient>(config, {
      handler,
      dataDirectory: context.dataDir,
      serverName: config.server_name,
      threads: this.#threads,
      warn: (text) => this.#logger.warn('descriptors_low', text),
      onThreadTrouble: (text) => this.#logger.error('io_thread_trouble', text),
      gateways: (address) =>
        this.#server.gateways.has(address) || isSpared(this.#server.bans.sparedAt(address), 't'),
      onLink: (socket, fingerprint) => this.#links.accept(socket, fingerprint),
      onProxyRefused: (address, problem) => this.#proxyRefused(address, problem),
      onDefect: (error) => {
        this.#server.counters.handlerErrors++;
        const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
        this.#logger.error('work_failed', text);
      },
    });
    this.outbox = this.#net.outbox;
    this.work = this.#net.work;
    this.#server = new IrcServer({
      config,
      host: this,
      bans: new ServerBans(),
      motd: null,
      commands: COMMANDS,
      accounts: this.#authorityOf(config),
      messages: () => this.#messages(),
      restored: new Promise((resolve) => {
        this.#tellRestored = resolve;
      }),
    });
    const figures = new LinkFigures(context.metrics);
    this.#links = new SocketLinks(this.#server, {
      credentials: () => this.#net.credentials,
      watcher: {
        onChange: (link) => figures.onChange(link),
        onEnd: (link) => figures.onEnd(link),
      },
    });
    this.#server.links = this.#links.desk.network;
    this.#server.linkControl = this.#links.desk;
    this.commands = createAdminHandlers({ server: this.#server, net: this.#net, lookup: this.#names });
    const { state } = this.#server;
    const bans = liveBanTable(
      {
        columns: banTableColumns,
        rows: () => banRows(this.#server),
        changes: () => this.#banChanges,
      },
      context,
    );
    this.innerTables = innerTables(this.#server);
    this.tables = {
      connections: {
        rows: () => mapEach(state.localClients, (client) => connectionCells(client, Date.now())),
        total: () => state.localClients.size,
      },
      channels: {
        rows: () => mapEach(state.channels.values(), channelCells),
        total: () => state.channels.size,
      },
      bans,
      accounts: this.#accountTable,
      filters: {
        byChanges: true,
        rows: () => mapEach(this.#server.spamFilters.states(), filterCells),
        total: () => this.#server.spamFilters.size,
      },
      network: {
        rows: () => this.#links.desk.servers().map(serverCells),
        total: () => this.#links.desk.servers().length,
      },
    };
    instrumentCounts(
      context.metrics,
      'batcher',
      'messages',
      () => this.#server.history?.disk?.counts ?? NO_BATCHES,
    );
    publishMetrics(context.metrics, this.#server, this.#net, this.#names, this.#dnsbl);
  }

  async open(): Promise<void> {
    const stored = await this.#banFile.load((message) => this.#logger.error('bans_damaged', message));
    restoreBans(this.#server, stored);
    this.#banSaver.loaded();
    await this.#keepChannels();
    this.#tellRestored();
    this.#server.motd = this.#context.prepared.motd ?? null;
    this.#server.gateways = this.#context.prepared.gateways;
    this.#server.cloaks = await this.#cloaks(this.#config, this.#context.prepared);
    await Promise.all([this.#awaitAccounts(), this.#awaitMessages()]);
    void this.#server.accounts.reviewHistory();
    await this.#net.apply(this.#config, this.#context.prepared.credentials);
    this.#links.desk.configure(this.#context.prepared.links);
    this.#ownServices = linkOwnServices({
      peers: this.#context.peers,
      clock: systemClock,
      links: this.#links,
      log: (level, event, message) => this.#logger[level](event, message),
    });
  }

  /** Whoever connects first is offered a login, and finds channels in the hands of their owners: accounts come before, if they come soon. */
  async #awaitAccounts(): Promise<void> {
    const { authority } = this.#config.accounts;
    // One that stands alone has no peers, and so no accounts.
    if (authority !== 'embedded' || this.#context.peers.secret === null) return;
    const known = await this.#server.accounts.channels.whenKnown(limits.accountsStartMs.default);
    if (!known)
      this.#logger.warn(
        'accounts_late',
        'The keeper of the accounts is not there yet: clients connect without, and can log in once it is',
      );
  }

  /** Whoever comes back first reads what was said before, if it is soon known who may; what is no longer to be kept is deleted. */
  async #awaitMessages(): Promise<void> {
    const { dataDir, peers } = this.#context;
    const { disk = null } = this.#server.history ?? {};
    if (disk === null) {
      // Of one that stands alone nothing was ever there.
      if (peers.secret !== null) await deleteMessages(dataDir);
      return;
    }
    if (await disk.whenKnown(limits.accountsStartMs.default)) return;
    this.#logger.warn(
      'messages_late',
      'The keeper of the messages is not there yet: what was said before the start can be read once it is',
    );
  }

  async #keepChannels(): Promise<void> {
    const { dataDir, metrics } = this.#context;
    const minutes = this.#config.restore_minutes;
    const kept = await KeptChannels.open({ dataDir, minutes, server: this.#server, log: this.#logger });
    if (kept !== null) instrumentCounts(metrics, 'batcher', 'channels', () => kept.journal.counts);
    this.#kept = kept;
    const markers = await keepMarkers({ dataDir, server: this.#server, log: this.#logger });
    instrumentCounts(metrics, 'batcher', 'markers', () => markers?.counts ?? NO_BATCHES);
    this.#markers = markers;
    const metadata = await keepMetadata({ dataDir, server: this.#server, log: this.#logger });
    instrumentCounts(metrics, 'batcher', 'metadata', () => metadata?.counts ?? NO_BATCHES);
    this.#metadata = metadata;
  }

  listeners() {
    return this.#net.listenerInfos;
  }

  async reload(config: IrcdConfig, prepared: IrcdPrepared): Promise<PendingReload> {
    const cloaks = await this.#cloaks(config, prepared);
    const { listeners, commit } = await this.#net.begin(config, prepared.credentials);
    return { listeners, commit: () => this.#takeOver(config, prepared, cloaks, commit()) };
  }

  #takeOver(
    config: IrcdConfig,
    prepared: IrcdPrepared,
    cloaks: Cloaks | null,
    { renewed = [] }: ReloadFacts,
  ): ReloadFacts {
    // One that cannot be used now was good when it was read.
    const motd = prepared.motd === undefined ? this.#server.motd : prepared.motd;
    const newMotd = JSON.stringify(motd) !== JSON.stringify(this.#server.motd);
    this.#names.configure(config);
    this.#dnsbl.configure(config.dnsbl);
    this.#askNameServers(config);
    const before = this.#config;
    this.#config = config;
    const sameAuthority = before.accounts.authority === config.accounts.authority;
    this.#server.configure(config, motd, prepared.gateways, cloaks);
    this.#links.desk.configure(prepared.links);
    if (!sameAuthority) {
      this.#server.accounts.use(this.#authorityOf(config));
      this.#server.refreshIsupport();
    }
    // Others may be named to be asked.
    this.#server.accounts.authority.serversChanged?.();
    noticeOpers(this.#server, NOTICE.daemon, 'The configuration was read again');
    const needRestart = ['server_name', 'numeric', 'restore_minutes', 'io_threads'];
    return { renewed: newMotd ? ['motd_file', ...renewed] : renewed, needRestart };
  }

  /** What hides hosts; its keys are made where there are none yet. */
  async #cloaks({ cloak }: IrcdConfig, { cloakKeys }: IrcdPrepared): Promise<Cloaks | null> {
    if (cloakKeys === undefined) return null;
    const path = resolve(this.#context.dataDir, cloak.key_file);
    return new Cloaks(cloakKeys ?? (await makeCloakKeys(path)), cloak.suffix);
  }

  stopImpact(): string | null {
    const clients = this.#server.state.localClients.size;
    return stopEffect(clients, this.#banSaver.unsaved, this.#kept?.journal.unsaved);
  }

  async drain(deadline: AbortSignal): Promise<void> {
    const reason = 'Server is shutting down';
    this.#server.history?.disk?.freeze();
    await this.#kept?.freeze(deadline);
    this.#server.closing = reason;
    this.#server.clientLog.close();
    this.#server.spamRecords.close();
    const soon = AbortSignal.any([deadline, AbortSignal.timeout(DRAIN_MS)]);
    await Promise.all([this.#links.drain(reason, soon), this.#net.drain(reason, soon)]);
    this.#ownServices?.close();
    this.#server.accounts.authority.close();
    await this.#server.passwords.close();
    await this.#banSaver.close();
    await this.#kept?.close();
    await this.#markers?.close();
    await this.#metadata?.close();
    await this.#server.history?.disk?.close(deadline);
    await this.#threads.close(0);
  }

  /** Whoever keeps messages beyond a restart; nobody for a server that stands alone, which has no peers. */
  #messages(): MessageKeeper | null {
    const { peers } = this.#context;
    if (peers.secret === null) return null;
    const log: AskedPeerOptions['log'] = (level, event, message) => this.#logger[level](event, message);
    return new PeerKeeper({ peers, clock: systemClock, figures: this.#messageFigures, log });
  }

  /** Who knows the accounts with a configuration. */
  #authorityOf({ accounts: { authority } }: IrcdConfig): AccountAuthority {
    if (authority === 'none') return noAccounts();
    const options = {
      clock: systemClock,
      figures: this.#accountFigures,
      log: (level: 'info' | 'warn', event: string, message: string) => this.#logger[level](event, message),
    };
    if (authority === 'embedded') return new EmbeddedAuthority({ peers: this.#context.peers, ...options });
    const linked = { route: () => this.#servicesRoute(), ...options };
    return new LinkedAuthority(
      new ServicesAuthority(linked),
      new SaslAuthority({ name: () => this.#config.accounts.services, ...linked }),
    );
  }

  #servicesRoute(): ServicesRoute {
    const { state } = this.#server;
    return {
      me: state.me.numeric,
      servers: state.servers.values(),
      send: (to, line) => {
        const link = this.#links.desk.network.linkTo(to);
        link?.send(line);
        return link !== undefined;
      },
    };
  }

  // What the protocol asks of its process

  get writeNs(): number {
    return this.#net.writeNs;
  }

  get pendingWrites(): number {
    return this.#net.pendingWrites;
  }

  lookup(address: string, remotePort: number, localPort: number): LookupResult | Promise<LookupResult> {
    const host = this.#names.cachedHost(address);
    const asked = this.#config.ident && localPort !== 0;
    if (host !== undefined && !asked) return { host, ident: null };
    return this.#lookUp(address, remotePort, localPort, asked);
  }

  listed(address: string): ReturnType<ServerHost['listed']> {
    return this.#dnsbl.check(address);
  }

  #askNameServers({ dns_servers: named }: IrcdConfig): void {
    const servers = named.length > 0 ? named : systemNameServers();
    for (const resolver of [this.#resolver, this.#listResolver]) resolver.setServers(servers);
  }

  /** A proxy that is not set up well brings many a second. */
  #proxyRefused(address: string, problem: string): void {
    if (!this.#proxyLog.take(1, performance.now())) return;
    const text = `A connection from ${address} was refused: ${problem}. See proxy and trusted_proxies in [ircd].`;
    this.#logger.warn('proxy_refused', text, { address });
  }

  async #lookUp(
    address: string,
    remotePort: number,
    localPort: number,
    asked: boolean,
  ): Promise<LookupResult> {
    const [host, ident] = await Promise.all([
      this.#names.host(address),
      asked ? this.#names.ident({ remoteAddress: address, remotePort, localPort }) : null,
    ]);
    return { host, ident };
  }

  requestLifecycle(
    action: 'stop' | 'restart' | 'reload',
    actor: string,
    reason: string,
  ): Promise<Outcome<unknown>> {
    return this.#context.requestLifecycle({ action, actor, reason });
  }

  networkStats(section: Parameters<ServerHost['networkStats']>[0]): readonly string[] {
    return networkReport(section, this.#net, this.#names);
  }

  traffic(): readonly string[] {
    return trafficReport(this.#net);
  }

  tableChanged(name: LiveTable): void {
    if (name === 'accounts') this.#accountTable.changed();
    this.#context.touchTable(name);
    // Who is where, and what the lists have, is part of a channel.
    if (name === 'channels') for (const inner of CHANNEL_PARTS) this.#context.touchTable(inner);
  }

  saveBans(): Promise<BanSaved> {
    this.#banChanges++;
    this.#context.touchTable('bans');
    return this.#banSaver.save();
  }

  log(...[level, event, message, fields]: Parameters<ServerHost['log']>): void {
    this.#logger[level](event, message, fields);
  }

  beginDeed(...[deed, unrecorded]: Parameters<ServerHost['beginDeed']>): ReturnType<ServerHost['beginDeed']> {
    return this.#context.beginDeed(deed, unrecorded);
  }

  commandTime(ms: number): void {
    this.#latency.record(ms * 1e6);
  }
}

/** Lines in the log about connections that were refused for the header of a proxy. */
const PROXY_LOG = ratePerSecond(limits.proxyLogRecords.default, 0.2);

/** Where messages are not on disk. */
const NO_BATCHES = { depth: 0, submitted: 0, completed: 0, batches: 0 };

/** How long clients get to read their last lines, in milliseconds. */
const DRAIN_MS = 3_000;

function* mapEach<T, R>(items: Iterable<T>, convert: (item: T) => R): Iterable<R> {
  for (const item of items) yield convert(item);
}
