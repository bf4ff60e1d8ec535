/**
 * The IRC protocol of one server: takes lines from the network path, runs command handlers, and owns the life of each
 * client from accept to quit. daemon.ts creates it; handlers get it as their first argument, as a CommandServer.
 */

import { truncateUtf8 } from '../irc/line-text.ts';
import { UMODE } from '../irc/modes.ts';
import { N } from '../irc/numerics.ts';
import { LineParser } from '../irc/parser.ts';
import { rawTagValue } from '../irc/tags.ts';
import { loopTurn } from '../runtime/async/loop-turn.ts';
import { TurnBudget } from '../runtime/async/turn-budget.ts';
import { WorkAccount, WorkGroup } from '../runtime/async/work-account.ts';
import type { WorkGate } from '../runtime/async/work-gate.ts';
import { workPrices } from '../runtime/async/work-prices.ts';
import type { StepResult, WorkSteps } from '../runtime/async/work-turns.ts';
import { fromUser, toNeighbours } from './broadcast.ts';
import { CAP } from './client/capabilities.ts';
import { LabelCapture, MAX_LABEL_BYTES } from './client/label-capture.ts';
import { ClientLog } from './client-log.ts';
import type { CommandServer } from './command-server.ts';
import type { Command, LongCommand } from './commands/command.ts';
import type { IrcdConfig } from './config.ts';
import { ProtocolCounters } from './counters.ts';
import { HTTP_REFUSAL, isHttpMethod } from './http-request.ts';
import { supportLines } from './isupport-tokens.ts';
import { limits } from './limits.ts';
import type { Connection, ConnectionHandler } from './net/connection.ts';
import { PasswordChecker } from './passwords.ts';
import { startRegistration, tryRegister } from './registration.ts';
import type { ServerBans } from './server-bans.ts';
import type { ServerHost } from './server-host.ts';
import { NetworkState } from './state/network.ts';
import type { User } from './state/user.ts';
import { Tuning } from './tuning.ts';
import { freeChannelsOf, leaveAll, rest } from './work-steps.ts';

/** What an {@link IrcServer} is made of. */
export interface ServerOptions {
  readonly config: IrcdConfig;
  readonly host: ServerHost;
  readonly bans: ServerBans;
  /** Lines of the message of the day; null when there is none. */
  readonly motd: readonly string[] | null;
  /** By upper-case name. */
  readonly commands: ReadonlyMap<string, Command>;
}

/** The protocol: takes lines, finds their command, runs it and keeps the state. */
export class IrcServer implements ConnectionHandler<User>, CommandServer {
  readonly host: ServerHost;
  readonly state: NetworkState;
  readonly counters = new ProtocolCounters();
  readonly passwords = new PasswordChecker(({ message, thread }) =>
    this.host.log('error', 'thread_lost', message, { thread }),
  );
  readonly tuning = new Tuning();
  /** How many clients are welcomed in one turn of the loop. */
  readonly registrationTurns = new TurnBudget(limits.registrationsPerTurn.default);
  /** What no client causes is charged to: administrators, and bans that meet many. */
  readonly house = new WorkAccount(new WorkGroup());
  readonly clientLog: ClientLog;
  readonly bans: ServerBans;
  readonly commands: ReadonlyMap<string, Command>;
  /** How often each command was used and its bytes, for STATS m. */
  readonly usage = new Map<string, { count: number; bytes: number }>();
  config: IrcdConfig;
  motd: readonly string[] | null;
  isupport: readonly string[];
  /** Reason given to clients once the server goes down; new connections get it at once. */
  closing: string | null = null;

  readonly #parser = new LineParser();
  #messageCounter = 0;
  readonly #bootId = Date.now().toString(36);

  constructor(options: ServerOptions) {
    this.host = options.host;
    this.clientLog = new ClientLog(options.host);
    this.state = new NetworkState(limits.whowasEntries.default, (table) => this.host.tableChanged(table));
    this.bans = options.bans;
    this.commands = options.commands;
    this.config = options.config;
    this.motd = options.motd;
    this.isupport = supportLines(options.config.network, this.tuning);
  }

  get name(): string {
    return this.config.server_name;
  }

  /** Takes a new configuration. Nobody is dropped; the server's own name stays as it was until a restart. */
  configure(config: IrcdConfig, motd: readonly string[] | null): void {
    this.config = { ...config, server_name: this.config.server_name };
    this.motd = motd;
    this.refreshIsupport();
    for (const user of this.state.opers) this.#reviseOper(user);
  }

  /** Rebuilds RPL_ISUPPORT after the network's name or a limit changed. */
  refreshIsupport(): void {
    this.isupport = supportLines(this.config.network, this.tuning);
  }

  /** Gives an operator what their block says now, or takes the status away when it is gone. */
  #reviseOper(user: User): void {
    const block = this.config.oper.find((candidate) => candidate.name === user.oper?.name);
    if (block !== undefined) {
      user.oper = { name: block.name, flags: new Set(block.flags), title: block.title };
      return;
    }
    user.oper = null;
    this.state.setUserMode(user, UMODE.oper, false);
    user.send(`:${user.prefix} MODE ${user.nick} :-o`);
    user.notice('*** Your operator block is gone from the configuration');
  }

  /** A new message id (IRCv3 message-ids), unique for the life of the network. */
  nextMessageId(): string {
    return `${this.#bootId}-${(++this.#messageCounter).toString(36)}`;
  }

  refusal(address: string): string | null {
    if (this.closing !== null) return this.closing;
    const refusal = this.bans.refusalForAddress(address);
    if (refusal !== null) this.counters.serverBanMatches++;
    return refusal;
  }

  onOpen(connection: Connection<User>): void {
    this.#guard(undefined, 'open', () => this.#open(connection));
  }

  #open(connection: Connection<User>): void {
    const user = startRegistration(this, connection);
    connection.user = user;
    this.state.addUser(user);
    this.#armTimer(user, this.tuning.get('registration_seconds') * 1000);
  }

  onLine(connection: Connection<User>, bytes: Uint8Array, start: number, end: number): void {
    const user = connection.user;
    if (user === undefined || user.gone) return;
    try {
      if (user.waiting !== null) this.#postpone(user, bytes, start, end);
      else this.#handleLine(user, bytes, start, end);
    } catch (error) {
      this.#reportDefect(user, 'line', error);
    }
  }

  onOversizedLine(connection: Connection<User>): void {
    const user = connection.user;
    if (user === undefined || user.gone) return;
    user.reply(N.ERR_INPUTTOOLONG);
    // It may be the request line of a browser with a long path, and then what follows is the text of a web page.
    if (!user.registered) this.exit(user, 'Line too long before registration');
  }

  onClose(connection: Connection<User>, reason: string): void {
    const user = connection.user;
    if (user !== undefined) this.#guard(user, 'close', () => this.exit(user, reason));
  }

  /**
   * Ends a client: the client gets ERROR and its connection closes, others see QUIT. Where much is to be told that takes
   * its turns, and until then the client is still listed. Calling it twice is fine.
   * @param reason shown to everybody who shared a channel.
   */
  exit(user: User, reason: string): void {
    if (user.gone) return;
    user.gone = true;
    user.capture = null;
    user.waiting = null;
    if (user.timer !== null) clearTimeout(user.timer);
    user.timer = null;
    const shown = truncateUtf8(reason, limits.quitBytes.default);
    user.connection.sendLine(`ERROR :Closing Link: ${user.host} (${shown})`);
    user.connection.close(shown);
    // Behind what the client asked for before, so that others see its last words before its QUIT.
    const steps = this.#supervised(user, 'QUIT', this.#departure(user, shown), null);
    this.host.work.runSteps(user.connection.work, steps);
  }

  /** Tells the neighbours, then takes the client out of every index. */
  *#departure(user: User, shown: string): WorkSteps {
    this.host.work.spend(workPrices.departure.ns);
    const gates = this.closing === null ? yield* freeChannelsOf(this.host, user) : [];
    try {
      if (user.registered && this.closing === null) {
        yield* rest(toNeighbours(this, user, fromUser(this, user, `QUIT :${shown}`), 0, gates));
        this.clientLog.quit(user, shown);
      }
      this.state.removeUser(user, Date.now());
    } finally {
      leaveAll(this.host, gates);
    }
  }

  /**
   * Runs asynchronous work for a command. Until it is done, further lines of this user wait, so that commands take
   * effect in order; nothing runs when the user left meanwhile.
   */
  defer<T>(user: User, work: Promise<T>, done: (result: T) => void, failed: (error: unknown) => void): void {
    this.#suspend(user, work, done, failed, () => {});
  }

  /** As {@link defer}, but what follows runs also when the user left meanwhile; `work` never rejects. */
  deferKept<T>(user: User, work: Promise<T>, done: (result: T) => void): void {
    this.#suspend(user, work, done, () => {}, done);
  }

  #suspend<T>(
    user: User,
    work: Promise<T>,
    done: (result: T) => void,
    failed: (error: unknown) => void,
    left: (result: T) => void,
  ): void {
    const capture = user.capture;
    user.capture = null;
    user.waiting ??= [];
    const finish = (step: () => void, leftStep: () => void) => {
      this.host.work.run(user.connection.work, {
        step: () => {
          if (user.gone) {
            this.#guard(user, 'deferred', leftStep);
            return 'done';
          }
          user.capture = capture;
          const waiting = user.waiting ?? [];
          user.waiting = null;
          user.waitingBytes = 0;
          user.connection.deferInput(0);
          this.#guard(user, 'deferred', step);
          this.#settleCapture(user);
          if (waiting.length > 0) this.#resume(user, waiting);
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
  registrationStep(user: User): void {
    if (!user.gone) this.#guard(user, 'registration', () => tryRegister(this, user));
  }

  /** Restarts the silence timer once a client is registered. */
  startPings(user: User): void {
    this.#armTimer(user, user.connection.connectionClass.pingSeconds * 1000);
  }

  #handleLine(user: User, bytes: Uint8Array, start: number, end: number): void {
    user.lastLineMs = Date.now();
    user.pingSent = false;
    const parser = this.#parser;
    const status = parser.parse(bytes, start, end);
    if (status === 'empty') return;
    if (status === 'tags-too-long') {
      user.reply(N.ERR_INPUTTOOLONG);
      return;
    }
    if (status === 'malformed') {
      user.fail('*', 'INVALID_MESSAGE', '', 'A line must not contain NUL or CR');
      return;
    }
    if (!user.registered && isHttpMethod(parser.command)) {
      this.exit(user, HTTP_REFUSAL);
      return;
    }
    if (parser.tags !== '') this.#startCapture(user, parser.tags);
    if (status === 'invalid-utf8') {
      user.fail(parser.command, 'INVALID_UTF8', '', 'Message rejected, it is not valid UTF-8');
    } else {
      const command = this.commands.get(parser.command);
      if (command === undefined) this.#rejectUnknown(user, parser.command);
      else this.#run(user, command, end - start);
    }
    this.#settleCapture(user);
  }

  #run(user: User, command: Command, sizeBytes: number): void {
    const { params, tags } = this.#parser;
    const usage = this.usage.get(command.name);
    if (usage === undefined) this.usage.set(command.name, { count: 1, bytes: sizeBytes });
    else {
      usage.count++;
      usage.bytes += sizeBytes;
    }
    if (!this.#mayRun(user, command, params)) return;
    loopTurn.work = command.name;
    if (command.penaltyLines !== undefined) user.connection.penalize(command.penaltyLines);
    if ('steps' in command) {
      this.#begin(user, command, params, tags);
      return;
    }
    const started = performance.now();
    this.#guard(user, command.name, () => command.run(this, user, params, tags));
    const ms = performance.now() - started;
    this.host.commandTime(ms);
    if (ms > limits.slowCommandMs.default) this.#reportSlow(user, command.name, ms);
  }

  /** Runs a command that may take several turns. */
  #begin(user: User, command: LongCommand, params: readonly string[], tags: string): void {
    const started = performance.now();
    let steps: WorkSteps | null = null;
    try {
      steps = command.steps(this, user, params, tags);
    } catch (error) {
      this.#reportDefect(user, command.name, error);
    }
    if (steps === null) {
      this.host.commandTime(performance.now() - started);
      return;
    }
    const { capture } = user;
    user.capture = null;
    this.host.work.runSteps(user.connection.work, this.#supervised(user, command.name, steps, capture));
  }

  /**
   * Runs the steps of a client: the response to a labeled command is collected over all of them, a defect ends them, and
   * their time is counted without what others did in between.
   */
  *#supervised(user: User, name: string, steps: WorkSteps, response: LabelCapture | null): WorkSteps {
    let capture = response;
    let spentMs = 0;
    for (let waits: WorkGate | null | 'end' = null; waits !== 'end'; ) {
      const started = performance.now();
      loopTurn.work = name;
      user.capture = capture;
      try {
        const { done, value } = steps.next();
        waits = done === true ? 'end' : value;
      } catch (error) {
        waits = 'end';
        this.#reportDefect(user, name, error);
      }
      ({ capture } = user);
      if (waits === 'end') this.#settleCapture(user);
      user.capture = null;
      const ms = performance.now() - started;
      if (ms > limits.slowCommandMs.default) this.#reportSlow(user, name, ms);
      spentMs += ms;
      if (waits !== 'end') yield waits;
    }
    this.host.commandTime(spentMs);
  }

  /** Names the command and the client behind a block of the event loop. */
  #reportSlow(user: User, command: string, ms: number): void {
    this.host.log('warn', 'slow_irc_command', `${command} of ${user.target} took ${Math.round(ms)} ms`, {
      command,
      nick: user.target,
      connection: user.connection.id,
      ms: Math.round(ms),
    });
  }

  #mayRun(user: User, command: Command, params: readonly string[]): boolean {
    if (!user.registered && command.phase === undefined) {
      user.reply(N.ERR_NOTREGISTERED);
      return false;
    }
    if (user.registered && command.phase === 'before') {
      user.reply(N.ERR_ALREADYREGISTERED);
      return false;
    }
    if (command.oper !== undefined) {
      if (!user.isOper) {
        user.reply(N.ERR_NOPRIVILEGES);
        return false;
      }
      if (!user.can(command.oper)) {
        user.reply(N.ERR_NOPRIVS, command.oper);
        return false;
      }
    }
    if (params.length < command.minParams) {
      user.reply(N.ERR_NEEDMOREPARAMS, command.name);
      return false;
    }
    return true;
  }

  #rejectUnknown(user: User, name: string): void {
    if (!user.registered) user.reply(N.ERR_NOTREGISTERED);
    else user.reply(N.ERR_UNKNOWNCOMMAND, truncateUtf8(name, 64));
  }

  /** A defect in one handler must not touch anybody else: it is logged and answered with 400. */
  #guard(user: User | undefined, what: string, step: () => void): void {
    try {
      step();
    } catch (error) {
      this.#reportDefect(user, what, error);
    }
  }

  #reportDefect(user: User | undefined, what: string, error: unknown): void {
    this.counters.handlerErrors++;
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.host.log('error', 'handler_failed', message, { command: what, nick: user?.nick ?? null });
    if (user !== undefined && !user.gone) {
      user.reply(N.ERR_UNKNOWNERROR, what, 'The server could not process this command');
    }
  }

  #startCapture(user: User, tags: string): void {
    if (!user.has(CAP.labeledResponse) || !user.has(CAP.batch)) return;
    const label = rawTagValue(tags, 'label');
    if (label !== null && label !== '' && Buffer.byteLength(label) <= MAX_LABEL_BYTES) {
      user.capture = new LabelCapture(label);
    }
  }

  #settleCapture(user: User): void {
    const { capture } = user;
    // While an asynchronous command is unfinished, defer() holds the capture.
    if (capture === null) return;
    user.capture = null;
    capture.flush(user.connection, user.caps, this.name);
  }

  #postpone(user: User, bytes: Uint8Array, start: number, end: number): void {
    user.waitingBytes += end - start;
    user.connection.deferInput(user.waitingBytes);
    if (user.waitingBytes > limits.deferredBytes.default) this.exit(user, 'Excess Flood');
    else user.waiting?.push(Uint8Array.prototype.slice.call(bytes, start, end));
  }

  /** Takes the lines that waited for an asynchronous command, before any that the client sent since. */
  #resume(user: User, lines: readonly Uint8Array[]): void {
    const { work } = this.host;
    const account = user.connection.work;
    let next = 0;
    const step = (): StepResult => {
      while (next < lines.length && !user.gone) {
        if (!work.mayGoOn(account)) return 'later';
        const line = lines[next++]!;
        work.spend(workPrices.line.ns + line.length * workPrices.inputByte.ns);
        if (user.waiting !== null) this.#postpone(user, line, 0, line.length);
        else this.#handleLine(user, line, 0, line.length);
      }
      return 'done';
    };
    work.run(account, { step });
  }

  #armTimer(user: User, delayMs: number): void {
    if (user.timer !== null) clearTimeout(user.timer);
    user.timer = setTimeout(() => this.#onTimer(user), delayMs);
  }

  /** Fires after a possible silence: lines only note the time, so that they need not touch a timer. */
  #onTimer(user: User): void {
    if (user.gone) return;
    if (!user.registered) {
      this.exit(user, 'Registration timed out');
      return;
    }
    const pingMs = user.connection.connectionClass.pingSeconds * 1000;
    const silentMs = Date.now() - user.lastLineMs;
    if (silentMs < pingMs - 500) {
      this.#armTimer(user, Math.ceil((pingMs - silentMs) / 1000) * 1000);
    } else if (user.pingSent) {
      this.exit(user, `Ping timeout: ${Math.round(silentMs / 1000)} seconds`);
    } else {
      user.pingSent = true;
      user.connection.sendLine(`PING :${this.name}`);
      this.#armTimer(user, pingMs);
    }
  }
}
