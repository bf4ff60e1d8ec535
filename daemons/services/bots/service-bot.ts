/**
 * A bot of services: who it is, its table of commands, and what it hears of the network. Each stands in the list of
 * `service-bots.ts`; everything else it brings along itself, its tables in the database (`store/services-schema.ts`) included.
 */
import type { ViewEvents } from '../network/network-view.ts';
import type { ViewChannel, ViewUser } from '../network/view-parts.ts';
import type { HeardLine, Uplink } from '../uplink/uplink.ts';
import type { Bot, BotSpec } from './bot-roster.ts';
import type { CommandTable } from './command-table.ts';

export interface ServiceBot {
  readonly spec: BotSpec;
  readonly table: CommandTable;
  /** What it hears of the network, while there is one. */
  readonly events?: ViewEvents;
  /**
   * All bots are on a network that has yet to tell what it knows: what goes out here belongs to the burst. Where there may be much of it,
   * it yields after each step, and goes on in another turn of the loop where this one has had its time. Nothing is heard meanwhile.
   */
  introduced?(uplink: Uplink): Iterable<void> | void;
  /** The network has told all it knows. */
  linked?(uplink: Uplink): void;
  /** The network is gone. */
  ended?(): void;
  /** The bot, or one of its guests, has come back after somebody killed it, and is on no channel. */
  returned?(uplink: Uplink, bot: Bot): void;
  /** Whether it has brought another bot, which is no `ServiceBot` of its own; such a one has the table of {@link guestTable}. */
  isGuest?(bot: Bot): boolean;
  readonly guestTable?: CommandTable;
  /** Somebody speaks to a guest. Answers whether that was for it alone, and no command. */
  spoken?(bot: Bot, user: ViewUser, text: string): boolean;
  /** Something is said on a channel on which the bot may be. */
  heard?(uplink: Uplink, user: ViewUser, channel: ViewChannel, text: string, isNotice: boolean): void;
  /** The network says something that no other part takes, such as a ban of all servers. */
  line?(uplink: Uplink, heard: HeardLine): void;
  /** Takes up what has come into its tables by another way, in slices; channels are known by then. */
  takeUp?(): Promise<void>;
  close?(): void;
}
