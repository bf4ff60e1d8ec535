/**
 * The server as commands, modes and registration see it. It knows no command: `IrcServer` implements it, and whoever puts
 * the server together hands it the table of commands.
 */
import type { DeniedTags } from '../irc/tags.ts';
import type { TurnBudget } from '../runtime/async/turn-budget.ts';
import type { WorkAccount } from '../runtime/async/work-account.ts';
import type { WorkSteps } from '../runtime/async/work-turns.ts';
import type { Accounts } from './accounts/accounts.ts';
import type { ClientLog } from './client-log.ts';
import type { Cloaks } from './cloak.ts';
import type { IrcdConfig } from './config.ts';
import type { ProtocolCounters } from './counters.ts';
import type { Gateways } from './gateways.ts';
import type { MessageHistory } from './history/message-history.ts';
import type { Keeper } from './keeper.ts';
import type { LinkControl } from './link-control.ts';
import type { NetworkBans } from './network-bans/network-bans.ts';
import type { Links, NetworkEvent } from './network-events.ts';
import type { NickLength } from './nick-length.ts';
import type { PasswordChecker } from './passwords.ts';
import type { ServerBans } from './server-bans.ts';
import type { ServerHost } from './server-host.ts';
import type { RecentTexts } from './spam-filters/recent-texts.ts';
import type { SpamFilters } from './spam-filters/spam-filters.ts';
import type { SpokenRecords } from './spoken-records.ts';
import type { AccountMetadata } from './state/account-metadata.ts';
import type { LocalClient } from './state/local-client.ts';
import type { Metadata } from './state/metadata.ts';
import type { NetworkState } from './state/network.ts';
import type { ReadMarkers } from './state/read-markers.ts';
import type { RecentMessages } from './state/recent-messages.ts';
import type { Tuning } from './tuning.ts';

/** Version shown to clients. */
export const VERSION = 'signalbox-0.1.0';

/** What HELP tells of a command. */
export interface CommandHelp {
  /** Upper case. */
  readonly name: string;
  /** Syntax, then one sentence a line. */
  readonly help: readonly string[];
}

/** What a handler is given first. */
export interface CommandServer {
  readonly name: string;
  readonly host: ServerHost;
  readonly state: NetworkState;
  readonly counters: ProtocolCounters;
  readonly accounts: Accounts;
  readonly passwords: PasswordChecker;
  readonly tuning: Tuning;
  /** How long nicks may be. */
  readonly nickLength: NickLength;
  readonly bans: ServerBans;
  /** Bans that all servers of the network have. */
  readonly networkBans: NetworkBans;
  /** What nobody may say here. */
  readonly spamFilters: SpamFilters;
  /** What was said lately, for trying filters on it. */
  readonly recentTexts: RecentTexts;
  /** What hides hosts; null where nothing does. */
  readonly cloaks: Cloaks | null;
  /** Who may say for whom a connection is. */
  readonly gateways: Gateways;
  readonly clientLog: ClientLog;
  /** How often operators and the log are told of spam. */
  readonly spamRecords: SpokenRecords;
  /** Who passes on to other servers what happens here; null while there are none. */
  readonly links: Links | null;
  /** Who lists, makes and ends links; null where there can be none. */
  readonly linkControl: LinkControl | null;
  /** Who keeps channels beyond a crash; null where nobody does. */
  readonly keeper: Keeper | null;
  readonly config: IrcdConfig;
  /** Lines of the message of the day; null when there is none. */
  readonly motd: readonly string[] | null;
  readonly isupport: readonly string[];
  /** `STATUS` bits of what members of channels may be here. */
  readonly statuses: number;
  /** Client-only tags that are not passed on; null where all are. */
  readonly deniedTags: DeniedTags | null;
  /** Rebuilds {@link isupport} after something that it tells of has changed. */
  refreshIsupport(): void;
  /** All commands by name. */
  readonly commands: ReadonlyMap<string, CommandHelp>;
  /** How often each command was used and its bytes, for STATS m. */
  readonly usage: ReadonlyMap<string, { readonly count: number; readonly bytes: number }>;
  /** Reason given to clients once the server goes down; null while it runs. */
  readonly closing: string | null;
  /** What no client causes is charged to: administrators, and bans that meet many. */
  readonly house: WorkAccount;
  /** How many clients are welcomed in one turn of the loop. */
  readonly registrationTurns: TurnBudget;
  /** What is kept of what is said; null where nothing is. */
  readonly history: MessageHistory | null;
  /** How far users have read. */
  readonly markers: ReadMarkers;
  /** What users and channels say of themselves by key. */
  readonly metadata: Metadata;
  /** What accounts say of themselves, connected or not. */
  readonly accountMetadata: AccountMetadata;
  /** Whether a capability is offered now. */
  offers(bit: number): boolean;
  /** Gives messages their ids, and knows whose they are for a while. */
  readonly recent: RecentMessages;
  /**
   * Ends a client: the client gets ERROR and its connection closes, others see QUIT. Where much is to be told that takes
   * its turns, and until then the client is still listed. Calling it twice is fine.
   * @param reason shown to everybody who shared a channel.
   * @param event what links are told instead of the quit.
   */
  exit(client: LocalClient, reason: string, event?: NetworkEvent): void;
  /**
   * Runs asynchronous work for a command. Until it is done, further lines of this client wait, so that commands take
   * effect in order; nothing runs when the client left meanwhile.
   */
  defer<T>(
    client: LocalClient,
    work: Promise<T>,
    done: (result: T) => void,
    failed: (error: unknown) => void,
  ): void;
  /** As {@link defer}, but what follows may take several turns. */
  deferSteps<T>(
    client: LocalClient,
    name: string,
    work: Promise<T>,
    done: (result: T) => WorkSteps | null,
    failed: (error: unknown) => void,
  ): void;
  /** As {@link defer}, but what follows runs also when the client left meanwhile; `work` never rejects. */
  deferKept<T>(client: LocalClient, work: Promise<T>, done: (result: T) => void): void;
  /** To be called when something that registration waits for is there. */
  registrationStep(client: LocalClient): void;
  /** Restarts the silence timer once a client is registered. */
  startPings(client: LocalClient): void;
}
