/**
 * The IRC protocol of one server: takes lines from the network path, runs command handlers, and owns the life of each
 * client from accept to quit. daemon.ts creates it; handlers get it as their first argument, as a CommandServer.
 */

import { truncateUtf8 } from '../irc/line-text.ts';
import { CMODE, UMODE } from '../irc/modes.ts';
import { N } from '../irc/numerics.ts';
import { serverNumeric } from '../irc/p10/numeric.ts';
import { LineParser, type LineStatus } from '../irc/parser.ts';
import { DeniedTags, rawTagValue } from '../irc/tags.ts';
import { loopTurn } from '../runtime/async/loop-turn.ts';
import { TurnBudget } from '../runtime/async/turn-budget.ts';
import { WorkAccount, WorkGroup } from '../runtime/async/work-account.ts';
import type { WorkGate } from '../runtime/async/work-gate.ts';
import { workPrices } from '../runtime/async/work-prices.ts';
import type { StepResult, WorkSteps } from '../runtime/async/work-turns.ts';
import { AccountDesk } from './accounts/account-desk.ts';
import { type AccountAuthority, noAccounts } from './accounts/authority.ts';
import { tellOffer } from './actions/offer.ts';
import { depart } from './actions/quit.ts';
import { isPassedOver, tellShunned } from './actions/shun.ts';
import { spamRecordsOf } from './actions/spam.ts';
import { setUserModes } from './actions/user-modes.ts';
import { noticeOpers } from './broadcast.ts';
import { CAP, capabilityNames } from './client/capabilities.ts';
import { LabelCapture, MAX_LABEL_BYTES } from './client/label-capture.ts';
import { ClientLog } from './client-log.ts';
import type { Cloaks } from './cloak.ts';
import type { CommandServer } from './command-server.ts';
import { leaveSasl } from './commands/authenticate.ts';
import { takeBatchLine } from './commands/batch.ts';
import type { Command, LongCommand } from './commands/command.ts';
import type { IrcdConfig } from './config.ts';
import { ProtocolCounters } from './counters.ts';
import { Gateways } from './gateways.ts';
import type { MessageHistory } from './history/message-history.ts';
import type { MessageKeeper } from './history/message-keeper.ts';
import { configureHistory, endDisk, type HistoryParts, openHistory } from './history/open-history.ts';
import { HTTP_REFUSAL, isHttpMethod } from './http-request.ts';
import { supportLines } from './isupport-tokens.ts';
import type { Keeper } from './keeper.ts';
import { limits } from './limits.ts';
import type { LinkControl } from './link-control.ts';
import { statusesOf } from './modes/member-statuses.ts';
import type { Connection, ConnectionHandler } from './net/connection.ts';
import { NetworkBans } from './network-bans/network-bans.ts';
import type { Links, NetworkEvent } from './network-events.ts';
import { NickLength } from './nick-length.ts';
import { NOTICE } from './notice-kinds.ts';
import { sessionOf } from './oper-session.ts';
import { PasswordChecker } from './passwords.ts';
import { startRegistration, tryRegister } from './registration.ts';
import type { ServerBans } from './server-bans.ts';
import type { ServerHost } from './server-host.ts';
import { RecentTexts } from './spam-filters/recent-texts.ts';
import { SpamFilters } from './spam-filters/spam-filters.ts';
import type { SpokenRecords } from './spoken-records.ts';
import { AccountMetadata } from './state/account-metadata.ts';
import type { LocalClient } from './state/local-client.ts';
import { Metadata } from './state/metadata.ts';
import { NetworkState } from './state/network.ts';
import { ReadMarkers } from './state/read-markers.ts';
import { RecentMessages } from './state/recent-messages.ts';
import { Server } from './state/server.ts';
import { Tuning } from './tuning.ts';

/** What an {@link IrcServer} is made of. */
export interface ServerOptions {
  readonly config: IrcdConfig;
  readonly host: ServerHost;
  readonly bans: ServerBans;
  /** Lines of the message of the day; null when there is none. */
  readonly motd: readonly string[] | null;
  /** By upper-case name. */
  readonly commands: ReadonlyMap<string, Command>;
  /** Who knows the accounts; nobody where absent. */
  readonly accounts?: AccountAuthority;
  /** Makes a link to whoever keeps messages beyond a restart; nobody does where absent or null. */
  readonly messages?: () => MessageKeeper | null;
  /** Resolves when the channels of the start before are there again; there are none where absent. */
  readonly restored?: Promise<void>;
}

/** What is offered while there is history. */
const HISTORY_CAPS = CAP.chatHistory | CAP.eventPlayback;

function deniedTagsOf({ denied_client_tags: items }: IrcdConfig): DeniedTags | null {
  return items.length === 0 ? null : new DeniedTags(items);
}

/** The protocol: takes lines, finds their command, runs it and keeps the state. */
export class IrcServer implements ConnectionHandler<LocalClient>, CommandServer {
  readonly host: ServerHost;
  readonly state: NetworkState;
  readonly accounts: AccountDesk;
  readonly counters = new ProtocolCounters();
  readonly passwords = new PasswordChecker(({ message, thread }) =>
    this.host.log('error', 'thread_lost', message, { thread }),
  );
  readonly tuning = new Tuning();
  readonly nickLength: NickLength;
  /** How many clients are welcomed in one turn of the loop. */
  readonly registrationTurns = new TurnBudget(limits.registrationsPerTurn.default);
  /** What no client causes is charged to: administrators, and bans that meet many. */
  readonly house = new WorkAccount(new WorkGroup());
  readonly clientLog: ClientLog;
  readonly spamRecords: SpokenRecords;
  links: Links | null = null;
  linkControl: LinkControl | null = null;
  keeper: Keeper | null = null;
  readonly bans: ServerBans;
  readonly networkBans = new NetworkBans();
  readonly spamFilters = new SpamFilters();
  readonly recentTexts: RecentTexts;
  gateways = new Gateways();
  cloaks: Cloaks | null = null;
  readonly commands: ReadonlyMap<string, Command>;
  /** How often each command was used and its bytes, for STATS m. */
  readonly usage = new Map<string, { count: number; bytes: number }>();
  config: IrcdConfig;
  motd: readonly string[] | null;
  isupport: readonly string[];
  deniedTags: DeniedTags | null;
  statuses: number;
  readonly recent: RecentMessages;
  history: MessageHistory | null = null;
  readonly markers = new ReadMarkers();
  readonly metadata = new Metadata();
  readonly accountMetadata = new AccountMetadata();
  /** Reason given to clients once the server goes down; new connections get it at once. */
  closing: string | null = null;

  readonly #historyParts: HistoryParts;
  /** Lines that commands cost by the configuration. */
  #penalties: ReadonlyMap<string, number> = new Map();
  readonly #parser = new LineParser();

  constructor(options: ServerOptions) {
    this.host = options.host;
    this.clientLog = new ClientLog(options.host, (text) => noticeOpers(this, NOTICE.clients, text));
    const { server_name, numeric, description } = options.config;
    // Ids of this server and this start: unique for the life of the network (IRCv3 message-ids).
    this.recent = new RecentMessages(`${numeric.toString(36)}-${Date.now().toString(36)}-`);
    this.state = new NetworkState(
      new Server(server_name, description, serverNumeric(numeric)),
      limits.whowasEntries.default,
      (table) => this.host.tableChanged(table),
    );
    this.state.me.bootMs = this.counters.startedMs;
    this.bans = options.bans;
    this.commands = options.commands;
    this.config = options.config;
    this.recentTexts = new RecentTexts(options.config.spam);
    this.motd = options.motd;
    this.spamRecords = spamRecordsOf(this);
    this.accounts = new AccountDesk(this, options.accounts ?? noAccounts());
    this.state.onEnded = (channel) => {
      this.metadata.forget(channel);
      if (channel.history !== null || channel.has(CMODE.history)) this.history?.drop(channel);
    };
    this.state.keeps = ({ key }) => this.accounts.channels.of(key) !== null;
    this.nickLength = new NickLength(this);
    this.deniedTags = deniedTagsOf(options.config);
    this.statuses = statusesOf(options.config);
    const { messages: keeper, restored = Promise.resolve() } = options;
    this.#historyParts = { server: this, keeper, restored, isClearDue: false };
    const { history } = options.config;
    if (history.keep_minutes > 0) this.history = openHistory(history, this.#historyParts);
    this.#configureLimits(options.config);
    this.isupport = this.#support();
  }

  get name(): string {
    return this.config.server_name;
  }

  /** Takes a new configuration. Nobody is dropped; the server's own name stays as it was until a restart. */
  configure(
    config: IrcdConfig,
    motd: readonly string[] | null,
    gateways = new Gateways(),
    cloaks: Cloaks | null = null,
  ): void {
    this.config = { ...config, server_name: this.config.server_name, numeric: this.config.numeric };
    this.motd = motd;
    this.gateways = gateways;
    this.cloaks = cloaks;
    this.deniedTags = deniedTagsOf(config);
    this.statuses = statusesOf(config);
    this.#configureHistory(config.history);
    this.recentTexts.configure(config.spam);
    this.#configureLimits(config);
    this.refreshIsupport();
    this.nickLength.reconsider();
    this.state.me.description = config.description;
    this.accounts.reconsider();
    for (const { local } of this.state.opers) if (local !== null) this.#reviseOper(local);
  }

  offers(bit: number): boolean {
    return (bit & HISTORY_CAPS) === 0 ? this.accounts.offers(bit) : this.history !== null;
  }

  #configureLimits({ penalty, class: classes }: IrcdConfig): void {
    this.#penalties = new Map(penalty.map(({ command, lines }) => [command, lines]));
    this.state.countClones(classes.some(({ max_per_address_network: most }) => most !== undefined));
  }

  #configureHistory(settings: IrcdConfig['history']): void {
    const before = this.history;
    if (settings.keep_minutes > 0) {
      if (before !== null) configureHistory(before, settings, this.#historyParts);
      else this.history = openHistory(settings, this.#historyParts);
    } else if (before !== null) {
      this.history = null;
      before.clear(this.state.channels.values());
      endDisk(before, this.#historyParts);
    }
    const names = capabilityNames(HISTORY_CAPS);
    const on = this.history !== null;
    if (on === (before !== null)) return;
    const change = on ? { gone: [], names, values: names } : { gone: names, names: [], values: [] };
    this.host.work.runSteps(this.house, tellOffer(this, change));
  }

  /** Rebuilds RPL_ISUPPORT after the network's name, a limit or who knows the accounts changed. */
  refreshIsupport(): void {
    this.isupport = this.#support();
  }

  #support(): string[] {
    const { longest } = this.nickLength;
    const { configured } = this.accounts.authority;
    const { statuses } = this;
    const features = { deniedTags: this.deniedTags?.items, history: this.history !== null, statuses };
    return supportLines(this.config.network, this.tuning, configured, longest, features);
  }

  /** Gives an operator what their block says now, or takes the status away when it is gone. */
  #reviseOper(client: LocalClient): void {
    const block = this.config.oper.find((candidate) => candidate.name === client.oper?.name);
    if (block !== undefined) {
      client.oper = sessionOf(block);
      return;
    }
    setUserModes(this, client.user, [{ on: false, letter: 'o', bit: UMODE.oper }]);
    client.notice('*** Your operator block is gone from the configuration');
  }

  refusal(address: string): string | null {
    if (this.closing !== null) return this.closing;
    const refusal = this.bans.refusalForAddress(address);
    if (refusal !== null) this.counters.serverBanMatches++;
    return refusal;
  }

  onOpen(connection: Connection<LocalClient>): void {
    this.#guard(undefined, 'open', () => this.#open(connection));
  }

  #open(connection: Connection<LocalClient>): void {
    const client = startRegistration(this, connection);
    connection.client = client;
    this.state.addClient(client);
    this.#armTimer(client, this.tuning.get('registration_seconds') * 1000);
  }

  onLine(connection: Connection<LocalClient>, bytes: Uint8Array, start: number, end: number): void {
    const { client } = connection;
    if (client === undefined || client.user.gone) return;
    try {
      if (client.waiting !== null) this.#postpone(client, bytes, start, end);
      else this.#handleLine(client, bytes, start, end);
    } catch (error) {
      this.#reportDefect(client, 'line', error);
    }
  }

  onOversizedLine(connection: Connection<LocalClient>): void {
    const { client } = connection;
    if (client === undefined || client.user.gone) return;
    client.reply(N.ERR_INPUTTOOLONG);
    // It may be the request line of a browser with a long path, and then what follows is the text of a web page.
    if (!client.user.registered) this.exit(client, 'Line too long before registration');
  }

  onClose(connection: Connection<LocalClient>, reason: string): void {
    const { client } = connection;
    if (client !== undefined) this.#guard(client, 'close', () => this.exit(client, reason));
  }

  /**
   * Ends a client: the client gets ERROR and its connection closes, others see QUIT. Where much is to be told that takes
   * its turns, and until then the client is still listed. Calling it twice is fine.
   * @param reason shown to everybody who shared a channel.
   * @param event what links are told instead of the quit.
   */
  exit(client: LocalClient, reason: string, event?: NetworkEvent): void {
    if (client.user.gone) return;
    client.user.gone = true;
    client.capture = null;
    client.waiting = null;
    if (client.timer !== null) clearTimeout(client.timer);
    client.timer = null;
    this.accounts.nicks.forget(client);
    this.markers.leave(client);
    this.metadata.forget(client.user);
    leaveSasl(this, client);
    const shown = truncateUtf8(reason, limits.quitBytes.default);
    client.connection.sendLine(`ERROR :Closing Link: ${client.user.host} (${shown})`);
    client.connection.close(shown);
    // Behind what the client asked for before, so that others see its last words before its QUIT.
    const { user } = client;
    const steps = depart(this, user, shown, event ?? { kind: 'quit', user, reason: shown });
    this.host.work.runSteps(client.connection.work, this.#supervised(client, 'QUIT', steps, null));
  }

  /**
   * Runs asynchronous work for a command. Until it is done, further lines of this user wait, so that commands take
   * effect in order; nothing runs when the user left meanwhile.
   */
  defer<T>(
    client: LocalClient,
    work: Promise<T>,
    done: (result: T) => void,
    failed: (error: unknown) => void,
  ): void {
    this.#suspend(client, work, done, failed, () => {});
  }

  /** As {@link defer}, but what follows may take several turns. */
  deferSteps<T>(
    client: LocalClient,
    name: string,
    work: Promise<T>,
    done: (result: T) => WorkSteps | null,
    failed: (error: unknown) => void,
  ): void {
    const go = (result: T) => {
      const steps = done(result);
      if (steps === null) return;
      const { capture } = client;
      client.capture = null;
      this.host.work.runSteps(client.connection.work, this.#supervised(client, name, steps, capture));
    };
    this.#suspend(client, work, go, failed, () => {});
  }

  /** As {@link defer}, but what follows runs also when the user left meanwhile; `work` never rejects. */
  deferKept<T>(client: LocalClient, work: Promise<T>, done: (result: T) => void): void {
    this.#suspend(client, work, done, () => {}, done);
  }

  #suspend<T>(
    client: LocalClient,
    work: Promise<T>,
    done: (result: T) => void,
    failed: (error: unknown) => void,
    left: (result: T) => void,
  ): void {
    const capture = client.capture;
    client.capture = null;
    client.waiting ??= [];
    const finish = (step: () => void, leftStep: () => void) => {
      this.host.work.run(client.connection.work, {
        step: () => {
          if (client.user.gone) {
            this.#guard(client, 'deferred', leftStep);
            return 'done';
          }
          client.capture = capture;
          const waiting = client.waiting ?? [];
          client.waiting = null;
          client.waitingBytes = 0;
          client.connection.deferInput(0);
          this.#guard(client, 'deferred', step);
          this.#settleCapture(client);
          if (waiting.length > 0) this.#resume(client, waiting);
          return 'done';
        },
      });
    };
    work.then(
      (result) =>
        finish(
          () => done(result),
          () => left(result),
        ),
      (error) =>
        finish(
          () => failed(error),
          () => {},
        ),
    );
  }

  /** Called when something that registration waits for is there. */
  registrationStep(client: LocalClient): void {
    if (!client.user.gone) this.#guard(client, 'registration', () => tryRegister(this, client));
  }

  /** Restarts the silence timer once a client is registered. */
  startPings(client: LocalClient): void {
    this.#armTimer(client, client.connection.connectionClass.pingSeconds * 1000);
  }

  #handleLine(client: LocalClient, bytes: Uint8Array, start: number, end: number): void {
    client.lastLineMs = Date.now();
    client.pingSent = false;
    const parser = this.#parser;
    const status = parser.parse(bytes, start, end);
    if (status === 'empty') return;
    if (status === 'tags-too-long') {
      client.reply(N.ERR_INPUTTOOLONG);
      return;
    }
    if (status === 'malformed') {
      client.fail('*', 'INVALID_MESSAGE', '', 'A line must not contain NUL or CR');
      return;
    }
    if (!client.user.registered && isHttpMethod(parser.command)) {
      this.exit(client, HTTP_REFUSAL);
      return;
    }
    const passedOver = client.shun !== null && isPassedOver(this, client, parser.command);
    if (parser.tags !== '') {
      if (!passedOver && client.has(CAP.multiline) && this.#isOfBatch(client, status)) return;
      this.#startCapture(client, parser.tags);
    }
    if (passedOver) {
      tellShunned(this, client, parser.command);
    } else if (status === 'invalid-utf8') {
      client.fail(parser.command, 'INVALID_UTF8', '', 'Message rejected, it is not valid UTF-8');
    } else {
      const command = this.commands.get(parser.command);
      if (command === undefined) this.#rejectUnknown(client, parser.command);
      else this.#run(client, command, end - start);
    }
    this.#settleCapture(client);
  }

  /** Takes a line of a message of several (IRCv3 client-batch); whether it was one. */
  #isOfBatch(client: LocalClient, status: LineStatus): boolean {
    const { command, params, tags } = this.#parser;
    const reference = rawTagValue(tags, 'batch');
    if (reference === null || command === 'BATCH') return false;
    this.#guard(client, 'BATCH', () =>
      takeBatchLine(client, reference, status === 'invalid-utf8' ? '' : command, params, tags),
    );
    this.#settleCapture(client);
    return true;
  }

  #run(client: LocalClient, command: Command, sizeBytes: number): void {
    const { params, tags } = this.#parser;
    const usage = this.usage.get(command.name);
    if (usage === undefined) this.usage.set(command.name, { count: 1, bytes: sizeBytes });
    else {
      usage.count++;
      usage.bytes += sizeBytes;
    }
    if (!this.#mayRun(client, command, params)) return;
    loopTurn.work = command.name;
    const penalty = this.#penalties.get(command.name) ?? command.penaltyLines;
    if (penalty !== undefined) client.connection.penalize(penalty);
    if ('steps' in command) {
      this.#begin(client, command, params, tags);
      return;
    }
    const started = performance.now();
    this.#guard(client, command.name, () => command.run(this, client, params, tags));
    const ms = performance.now() - started;
    this.host.commandTime(ms);
    if (ms > limits.slowCommandMs.default) this.#reportSlow(client, command.name, ms);
  }

  /** Runs a command that may take several turns. */
  #begin(client: LocalClient, command: LongCommand, params: readonly string[], tags: string): void {
    const started = performance.now();
    let steps: WorkSteps | null = null;
    try {
      steps = command.steps(this, client, params, tags);
    } catch (error) {
      this.#reportDefect(client, command.name, error);
    }
    if (steps === null) {
      this.host.commandTime(performance.now() - started);
      return;
    }
    const { capture } = client;
    client.capture = null;
    this.host.work.runSteps(client.connection.work, this.#supervised(client, command.name, steps, capture));
  }

  /**
   * Runs the steps of a client: the response to a labeled command is collected over all of them, a defect ends them, and
   * their time is counted without what others did in between.
   */
  *#supervised(
    client: LocalClient,
    name: string,
    steps: WorkSteps,
    response: LabelCapture | null,
  ): WorkSteps {
    let capture = response;
    let spentMs = 0;
    for (let waits: WorkGate | null | 'end' = null; waits !== 'end'; ) {
      const started = performance.now();
      loopTurn.work = name;
      client.capture = capture;
      try {
        const { done, value } = steps.next();
        waits = done === true ? 'end' : value;
      } catch (error) {
        waits = 'end';
        this.#reportDefect(client, name, error);
      }
      ({ capture } = client);
      if (waits === 'end') this.#settleCapture(client);
      client.capture = null;
      const ms = performance.now() - started;
      if (ms > limits.slowCommandMs.default) this.#reportSlow(client, name, ms);
      spentMs += ms;
      if (waits !== 'end') yield waits;
    }
    this.host.commandTime(spentMs);
  }

  /** Names the command and the client behind a block of the event loop. */
  #reportSlow(client: LocalClient, command: string, ms: number): void {
    this.host.log('warn', 'slow_irc_command', `${command} of ${client.target} took ${Math.round(ms)} ms`, {
      command,
      nick: client.target,
      connection: client.connection.id,
      ms: Math.round(ms),
    });
  }

  #mayRun(client: LocalClient, command: Command, params: readonly string[]): boolean {
    if (!client.user.registered && command.phase === undefined) {
      client.reply(N.ERR_NOTREGISTERED);
      return false;
    }
    if (client.user.registered && command.phase === 'before') {
      client.reply(N.ERR_ALREADYREGISTERED);
      return false;
    }
    if (command.oper !== undefined) {
      if (!client.user.isOper) {
        client.reply(N.ERR_NOPRIVILEGES);
        return false;
      }
      if (!client.can(command.oper)) {
        client.reply(N.ERR_NOPRIVS, command.oper);
        return false;
      }
    }
    if (params.length < command.minParams) {
      client.reply(N.ERR_NEEDMOREPARAMS, command.name);
      return false;
    }
    return true;
  }

  #rejectUnknown(client: LocalClient, name: string): void {
    if (!client.user.registered) client.reply(N.ERR_NOTREGISTERED);
    else client.reply(N.ERR_UNKNOWNCOMMAND, truncateUtf8(name, 64));
  }

  /** A defect in one handler must not touch anybody else: it is logged and answered with 400. */
  #guard(client: LocalClient | undefined, what: string, step: () => void): void {
    try {
      step();
    } catch (error) {
      this.#reportDefect(client, what, error);
    }
  }

  #reportDefect(client: LocalClient | undefined, what: string, error: unknown): void {
    this.counters.handlerErrors++;
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.host.log('error', 'handler_failed', message, { command: what, nick: client?.user.nick ?? null });
    if (client !== undefined && !client.user.gone) {
      client.reply(N.ERR_UNKNOWNERROR, what, 'The server could not process this command');
    }
  }

  #startCapture(client: LocalClient, tags: string): void {
    if (!client.has(CAP.labeledResponse) || !client.has(CAP.batch)) return;
    const label = rawTagValue(tags, 'label');
    if (label !== null && label !== '' && Buffer.byteLength(label) <= MAX_LABEL_BYTES) {
      client.capture = new LabelCapture(label);
    }
  }

  #settleCapture(client: LocalClient): void {
    const { capture } = client;
    // While an asynchronous command is unfinished, defer() holds the capture.
    if (capture === null) return;
    client.capture = null;
    capture.flush(client.connection, client.caps, this.name);
  }

  #postpone(client: LocalClient, bytes: Uint8Array, start: number, end: number): void {
    client.waitingBytes += end - start;
    client.connection.deferInput(client.waitingBytes);
    if (client.waitingBytes > limits.deferredBytes.default) this.exit(client, 'Excess Flood');
    else client.waiting?.push(Uint8Array.prototype.slice.call(bytes, start, end));
  }

  /** Takes the lines that waited for an asynchronous command, before any that the client sent since. */
  #resume(client: LocalClient, lines: readonly Uint8Array[]): void {
    const { work } = this.host;
    const account = client.connection.work;
    let next = 0;
    const step = (): StepResult => {
      while (next < lines.length && !client.user.gone) {
        if (!work.mayGoOn(account)) return 'later';
        const line = lines[next++]!;
        work.spend(workPrices.line.ns + line.length * workPrices.inputByte.ns);
        if (client.waiting !== null) this.#postpone(client, line, 0, line.length);
        else this.#handleLine(client, line, 0, line.length);
      }
      return 'done';
    };
    work.run(account, { step });
  }

  #armTimer(client: LocalClient, delayMs: number): void {
    if (client.timer !== null) clearTimeout(client.timer);
    client.timer = setTimeout(() => this.#onTimer(client), delayMs);
  }

  /** Fires after a possible silence: lines only note the time, so that they need not touch a timer. */
  #onTimer(client: LocalClient): void {
    if (client.user.gone) return;
    if (!client.user.registered) {
      this.exit(client, 'Registration timed out');
      return;
    }
    const pingMs = client.connection.connectionClass.pingSeconds * 1000;
    const silentMs = Date.now() - client.lastLineMs;
    if (silentMs < pingMs - 500) {
      this.#armTimer(client, Math.ceil((pingMs - silentMs) / 1000) * 1000);
    } else if (client.pingSent) {
      this.exit(client, `Ping timeout: ${Math.round(silentMs / 1000)} seconds`);
    } else {
      client.pingSent = true;
      client.connection.sendLine(`PING :${this.name}`);
      this.#armTimer(client, pingMs);
    }
  }
}
