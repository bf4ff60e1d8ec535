/**
 * SockCheck: has the address of whoever connects looked at for open proxies, tells them before, and has OpServ ban an address where one
 * is found. It is on the network only while it is configured. Which address is looked at when is sock-checker.ts.
 *
 * Not looked at are operators, services, who comes with a server that links, addresses that OpServ trusts, networks that are exempt by
 * configuration or command, and those that are not of the internet. A scan ends when the last client that it is for has left.
 */
import type { Clock } from '../../../kit/clock.ts';
import { type AddressGroups, addressText, cidrContains } from '../../runtime/net/ip-address.ts';
import type { Bot, BotRoster, BotSpec } from '../bots/bot-roster.ts';
import type { CommandDeskOptions } from '../bots/command-desk.ts';
import { type CommandTable, commandTable } from '../bots/command-table.ts';
import type { Reply } from '../bots/reply.ts';
import type { ServiceBot } from '../bots/service-bot.ts';
import { limits } from '../limits.ts';
import type { ViewEvents } from '../network/network-view.ts';
import type { ViewUser } from '../network/view-parts.ts';
import { isService, type Spared } from '../opserv/actor.ts';
import type { ScanExempt } from '../opserv/lists.ts';
import { NetworkIndex } from '../opserv/network-index.ts';
import type { OpServ } from '../opserv/opserv.ts';
import type { StoredList } from '../opserv/stored-list.ts';
import type { Uplink } from '../uplink/uplink.ts';
import { isPublicAddress } from './probe.ts';
import { ProxyBans } from './proxy-bans.ts';
import { runProbe } from './scan.ts';
import { type Finding, SockChecker, type SockCheckerOptions } from './sock-checker.ts';
import { sockCommands } from './sock-commands.ts';
import type { SockCheckRules } from './sock-config.ts';

export const SOCKCHECK: BotSpec = { nick: 'SockCheck', realname: 'Looks for open proxies' };

export interface SockCheckOptions {
  readonly clock: Clock;
  readonly opserv: OpServ;
  readonly bots: BotRoster;
  readonly uplink: () => Uplink | null;
  readonly tell: (bot: Bot, user: ViewUser, reply: Reply) => void;
  /** Has a ban written down before it is set. */
  readonly beginDeed: CommandDeskOptions['beginDeed'];
  readonly rules: () => SockCheckRules;
  readonly log: (level: 'info' | 'warn' | 'error', event: string, message: string) => void;
  /** Runs one probe; on sockets unless a test has another way. */
  readonly run?: SockCheckerOptions['run'];
}

/** Why an address is not looked at, whoever asks. */
export type Untouched = 'private' | 'exempt';

/** What came of a scan that somebody asked for. */
export interface ScanAnswer {
  /** In words; null for nothing. Undefined where the scan could not be made, or was given up. */
  readonly finding: Finding | undefined;
  /** Whether the address is banned for it now. */
  readonly banned: boolean;
  /** Why it is not, where something was found; null otherwise. */
  readonly spared: Spared | null;
}

/** An address that is looked at, and for whom. */
interface Scan {
  readonly address: string;
  readonly users: Set<ViewUser>;
  readonly askers: ((answer: ScanAnswer) => void)[];
}

const GIVEN_UP: ScanAnswer = { finding: undefined, banned: false, spared: null };

/** As P10 writes it where a server does not tell an address. */
const UNKNOWN = 'AAAAAA';

export class SockCheck implements ServiceBot {
  readonly spec = SOCKCHECK;
  readonly table: CommandTable;
  readonly exempts: {
    readonly list: StoredList<ScanExempt>;
    readonly index: NetworkIndex<ScanExempt>;
  };
  readonly checker: SockChecker;
  readonly bans: ProxyBans;
  readonly events: ViewEvents = {
    onUser: (user) => this.#came(user),
    onUserGone: (user) => this.#left(user),
  };
  readonly options: SockCheckOptions;
  readonly #scans = new Map<string, Scan>();
  readonly #scanOf = new Map<ViewUser, Scan>();
  #bot: Bot | null = null;
  /** What the addresses that are remembered were looked at for. */
  #lookedFor = '';

  constructor(options: SockCheckOptions) {
    const { clock, opserv, rules, run = onSockets(rules) } = options;
    this.options = options;
    this.bans = new ProxyBans(options);
    const list = opserv.lists.scanExempts;
    this.exempts = { list, index: new NetworkIndex(list) };
    this.checker = new SockChecker({
      clock,
      rules,
      run,
      onBegin: (address) => this.#begun(address),
      onEnd: (address, finding) => this.#ended(address, finding),
    });
    this.table = commandTable(SOCKCHECK.nick, sockCommands(this));
    this.configure();
  }

  /** Whether it looks at anybody. */
  get isOn(): boolean {
    return this.#bot !== null;
  }

  /** Whether something is under way that no command waits for, scans apart. */
  get busy(): boolean {
    return this.bans.busy;
  }

  /** The configuration may have changed: comes to the network, or leaves it, and forgets what was found by other probes. */
  configure(): void {
    const { rules, bots, uplink } = this.options;
    const { enabled, probes } = rules();
    const lookedFor = JSON.stringify(probes);
    if (lookedFor !== this.#lookedFor) this.checker.forgetAll();
    this.#lookedFor = lookedFor;
    if (enabled === this.isOn) return;
    if (enabled) this.#bot = bots.add(SOCKCHECK, uplink());
    else {
      bots.remove(this.#bot!, uplink(), 'Nobody is scanned any more');
      this.#bot = null;
      this.#giveUp();
    }
  }

  /** Why an address is not looked at; null where it may be. */
  untouched(groups: AddressGroups): Untouched | null {
    const { exempt, private: isPrivate } = this.options.rules();
    if (!isPrivate && !isPublicAddress(groups)) return 'private';
    const isExempt = exempt.some((network) => cidrContains(network, groups));
    return isExempt || this.exempts.index.of(groups) !== null ? 'exempt' : null;
  }

  /**
   * Looks at an address anew, before those that nobody asked for. The caller has looked whether it may be.
   * @param signal gives it up
   */
  async scan(groups: AddressGroups, signal?: AbortSignal): Promise<ScanAnswer> {
    const address = addressText(groups);
    const { checker } = this;
    if (!checker.isUnderWay(address)) checker.forget(address);
    const scan = this.#scanFor(address);
    const answer = new Promise<ScanAnswer>((resolve) => {
      scan.askers.push(resolve);
      signal?.addEventListener(
        'abort',
        () => {
          const at = scan.askers.indexOf(resolve);
          if (at >= 0) scan.askers.splice(at, 1);
          resolve(GIVEN_UP);
          this.#endUnwanted(scan);
        },
        { once: true },
      );
    });
    if (checker.look(address, true) === 'full') this.#over(scan, GIVEN_UP);
    return await answer;
  }

  ended(): void {
    this.#giveUp();
  }

  close(): void {
    this.#bot = null;
    this.#giveUp();
    this.checker.close();
  }

  #came(user: ViewUser): void {
    if (!this.isOn || user.server.bursting || user.isOperator || isService(user)) return;
    if (user.addressKey === UNKNOWN) return;
    const groups = user.addressGroups;
    if (this.untouched(groups) !== null || this.options.opserv.trusts.of(groups) !== null) return;
    const { address } = user;
    const { checker } = this;
    if (!checker.isUnderWay(address)) {
      const finding = checker.recall(address);
      if (finding !== undefined) {
        if (finding !== null) void this.bans.hit(address, finding, false);
        return;
      }
    }
    const scan = this.#scanFor(address);
    scan.users.add(user);
    this.#scanOf.set(user, scan);
    // Whoever comes to one that has begun is told as well.
    if (checker.isRunning(address)) this.#notice(user);
    else if (checker.look(address) === 'full') this.#over(scan, GIVEN_UP);
  }

  #left(user: ViewUser): void {
    const scan = this.#scanOf.get(user);
    if (scan === undefined) return;
    this.#scanOf.delete(user);
    scan.users.delete(user);
    this.#endUnwanted(scan);
  }

  #scanFor(address: string): Scan {
    let scan = this.#scans.get(address);
    if (scan === undefined) {
      scan = { address, users: new Set(), askers: [] };
      this.#scans.set(address, scan);
    }
    return scan;
  }

  /** Nobody is left that a scan is for. */
  #endUnwanted(scan: Scan): void {
    if (scan.users.size > 0 || scan.askers.length > 0 || this.#scans.get(scan.address) !== scan) return;
    this.#scans.delete(scan.address);
    this.checker.stop(scan.address);
  }

  #begun(address: string): void {
    for (const user of this.#scans.get(address)?.users ?? []) this.#notice(user);
  }

  #notice(user: ViewUser): void {
    const { notice } = this.options.rules();
    if (notice !== '' && this.#bot !== null) this.options.tell(this.#bot, user, notice);
  }

  #ended(address: string, finding: Finding | undefined): void {
    const scan = this.#scans.get(address);
    if (finding === null || finding === undefined) {
      if (scan !== undefined) this.#over(scan, { ...GIVEN_UP, finding });
      return;
    }
    const hit = this.bans.hit(address, finding, true);
    if (scan === undefined) return;
    const askers = this.#forget(scan);
    void hit.then((came) => {
      for (const asker of askers) asker({ finding, ...came });
    });
  }

  /** A scan is at its end, with nothing that has to be done about it. */
  #over(scan: Scan, answer: ScanAnswer): void {
    for (const asker of this.#forget(scan)) asker(answer);
  }

  /** Answers who has asked for it. */
  #forget(scan: Scan): Scan['askers'] {
    this.#scans.delete(scan.address);
    for (const user of scan.users) this.#scanOf.delete(user);
    scan.users.clear();
    return scan.askers.splice(0);
  }

  #giveUp(): void {
    this.checker.stopAll();
    for (const scan of [...this.#scans.values()]) this.#over(scan, GIVEN_UP);
  }
}

/** Probes on sockets, which last as long as is configured. */
function onSockets(rules: () => SockCheckRules): SockCheckerOptions['run'] {
  const bytes = limits.sockcheckBytes.default;
  return (probe, address, signal) =>
    runProbe(probe, address, { connectionMs: rules().connectionMs, bytes }, signal);
}
