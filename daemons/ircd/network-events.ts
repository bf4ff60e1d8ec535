/**
 * What the rest of the network has to hear of: one event for each thing that happened to users and channels here. Actions
 * tell it in the turn in which the state changes, so that whoever links meanwhile hears of everything once.
 */
import type { MessageTags } from '../irc/p10/message-tags.ts';
import type { NetworkBan } from './network-bans/network-ban.ts';
import type { Channel, Membership } from './state/channel.ts';
import type { MaskSetter } from './state/mask-list.ts';
import type { Server } from './state/server.ts';
import type { User } from './state/user.ts';

/** Who does something: a user, or a server in its own name. */
export type Source = User | Server;

/** How a source is called where a nick would stand. */
export function nameOf(source: Source): string {
  return 'nick' in source ? source.nick : source.name;
}

/** How a message is sent; `TAGMSG` has tags alone, which only servers of our own kind pass on. */
export type Verb = 'PRIVMSG' | 'NOTICE' | 'TAGMSG';

/** One change of the modes of a channel. */
export interface ModeChange {
  readonly on: boolean;
  readonly letter: string;
  /** As clients see it; empty for a mode without. */
  readonly argument: string;
  /** Whom `argument` names, where it names a member. */
  readonly user: User | null;
  /** `argument` as another server has said it, with one character for each byte; absent for one of here. */
  readonly bytes?: string;
  /** Said by a server where the letter means another thing than here: told to its like alone. */
  readonly isOther?: boolean;
}

/** What may be asked of another server. */
export type Query =
  | 'ADMIN'
  | 'CONNECT'
  | 'INFO'
  | 'LINKS'
  | 'LUSERS'
  | 'MOTD'
  | 'STATS'
  | 'TIME'
  | 'TRACE'
  | 'VERSION'
  | 'WHOIS';

/** Text that another server has said, with one character for each byte: it is passed on so. Absent for text of here. */
interface Said {
  readonly bytes?: string | undefined;
}

/** One thing that happened. Whoever it came from knows it already: that is the direction in which its source is. */
export type NetworkEvent =
  | { readonly kind: 'user'; readonly user: User }
  | { readonly kind: 'nick'; readonly user: User; readonly former: string }
  | ({ readonly kind: 'quit'; readonly user: User; readonly reason: string } & Said)
  /** Goes with their server, of which links hear. */
  | { readonly kind: 'split'; readonly user: User }
  | ({ readonly kind: 'kill'; readonly source: Source; readonly user: User; readonly reason: string } & Said)
  /** `created`: the channel was not there before. Status that the member has from the start stands in the membership. */
  | { readonly kind: 'join'; readonly membership: Membership; readonly created: boolean }
  | ({
      readonly kind: 'part';
      readonly user: User;
      readonly channel: Channel;
      readonly reason: string;
    } & Said)
  | ({
      readonly kind: 'kick';
      readonly source: Source;
      readonly user: User;
      readonly channel: Channel;
      readonly reason: string;
    } & Said)
  | { readonly kind: 'topic'; readonly source: Source; readonly channel: Channel }
  | { readonly kind: 'invite'; readonly source: User; readonly user: User; readonly channel: Channel }
  | { readonly kind: 'away'; readonly user: User }
  /** Others see another host of the user. */
  | { readonly kind: 'host'; readonly user: User }
  | { readonly kind: 'realname'; readonly user: User }
  /** `source`: whoever knows the accounts; `former`: the account of before; null for none. */
  | {
      readonly kind: 'account';
      readonly source: Server;
      readonly user: User;
      readonly former: string | null;
    }
  /** `change`: letters with their signs; `argument`: the word behind a letter of Nefarious that has one. */
  | {
      readonly kind: 'user modes';
      readonly user: User;
      readonly change: string;
      readonly argument?: string | undefined;
    }
  | {
      readonly kind: 'channel modes';
      readonly source: Source;
      readonly channel: Channel;
      readonly changes: readonly ModeChange[];
      /** Who sets masks by it, and when; the source, now, where it is missing. */
      readonly origin?: MaskSetter;
      /** By an operator of the network or a service, whatever they are on the channel. */
      readonly forced?: boolean;
    }
  /** `status`: what a member has at least who gets it; 0 for everybody. */
  | ({
      readonly kind: 'message';
      readonly source: User;
      readonly verb: Verb;
      readonly to: User | Channel;
      readonly status: number;
      /** Empty for tags alone. */
      readonly text: string;
      readonly tags: MessageTags;
    } & Said)
  /** A message is taken back. `status`: as of the message. */
  | {
      readonly kind: 'redaction';
      readonly source: User;
      readonly to: User | Channel;
      readonly status: number;
      readonly msgid: string;
      /** Empty for none. */
      readonly reason: string;
    }
  /** A channel has another name. Names have one character for each byte. */
  | {
      readonly kind: 'rename';
      readonly source: Source;
      /** Null where it is not here. */
      readonly channel: Channel | null;
      readonly former: string;
      readonly name: string;
      /** Empty for none. */
      readonly reason: string;
      /** The server linked to this one that has said so; null where it was decided here. */
      readonly by: Server | null;
    }
  /** A user here wants a channel to have another name, which another server decides. Names have one character for each byte. */
  | {
      readonly kind: 'rename wish';
      readonly source: User;
      readonly to: Server;
      readonly former: string;
      readonly name: string;
      readonly reason: string;
    }
  /** `users`: as servers that tell operators from users have it, for users with `w` as well. */
  | ({
      readonly kind: 'wallops';
      readonly source: Source;
      readonly text: string;
      readonly users?: boolean;
    } & Said)
  /** To the operators of all servers. */
  | ({ readonly kind: 'globops'; readonly source: User; readonly text: string } & Said)
  /** As it is now, set, changed or lifted. */
  | { readonly kind: 'network ban'; readonly source: Source; readonly ban: NetworkBan }
  /** A user asks another server, which answers by itself. `words`: what stands beside the server, in the order of the command. */
  | {
      readonly kind: 'query';
      readonly source: User;
      readonly to: Server;
      readonly query: Query;
      readonly words: readonly string[];
    };

/** The links to other servers, as actions see them. */
export interface Links {
  /** Passes on what happened. The event and what it names may change once this returned. */
  tell(event: NetworkEvent): void;
}
