/** The other end of a link, as the writers of lines see it. */
import type { KindLimits, PeerKind } from '../../irc/p10/kinds.ts';
import type { SaslDesk } from '../../irc/p10/sasl-desk.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import type { NetBatch } from '../client/net-batch.ts';
import type { NetworkEvent, Source } from '../network-events.ts';
import type { Channel } from '../state/channel.ts';
import type { Server } from '../state/server.ts';
import type { User } from '../state/user.ts';
import type { LinkNames } from './link-names.ts';

/** What is told to a peer depends on what it can hold. */
export interface Peer {
  readonly kind: PeerKind;
  readonly limits: KindLimits;
  /** Whether it reads what only servers of our own kind say: tags before a line, and OWN_TOKEN. */
  readonly ownTokens: boolean;
  /** Whether it knows what is done where a channel is renamed. */
  readonly renames: boolean;
  /** Whom it was not told of, because it would kill them for their nick; their server is about to call them otherwise. */
  readonly untold: Set<User>;
  /** The peer itself. */
  readonly server: Server;
}

/** A link, as the code of a token has it. */
export interface LinkEnd {
  /** Name of the server at the other end. */
  readonly name: string;
  /** Whether both still tell each other what they know. */
  readonly bursting: boolean;
  /** Bytes that the peer has not taken. */
  readonly sendQueueBytes: number;
  /** When the peer introduced itself, Unix milliseconds. */
  readonly sinceMs: number;
  /** How the peer calls channels that were renamed while it speaks. */
  readonly names: LinkNames;
  send(line: string): void;
  /** Ends it: both sides read why. */
  fail(reason: string): void;
  /** The peer ends it. */
  leave(reason: string): void;
  /** The peer has answered the ping with this stamp. */
  pong(stamp: string): void;
}

/** What another server has said of a server that is to be let go. */
export interface LetGo {
  /** When the link was made that is meant, Unix seconds; 0 (the default) for any. */
  readonly linkSeconds?: number;
  /** The reason, with one character for each byte. */
  readonly bytes?: string;
}

/** All links of this server, as the code of a token has them. */
export interface LinkRoutes {
  /** Whether a peer may bring a server. */
  mayBring(link: LinkEnd, name: string): boolean;
  /** A server behind a peer is part of the network; `bursting` says whether it is still to tell what it knows. */
  added(server: Server, link: LinkEnd, bursting: boolean): void;
  /** A server has told what it knows. */
  told(server: Server): void;
  /** Where the joins of users go whom a server brings; null once it has told what it knows. */
  joinsOf(server: Server): NetBatch | null;
  /** Waits until everybody is gone who went with a server: whoever comes back is seen to leave before. */
  settled(): WorkSteps;
  /**
   * Takes a server and all behind it off the network.
   * @param source numeric of whoever says so.
   * @param bytes why, with one character for each byte.
   */
  split(server: Server, source: string, bytes: string, except: LinkEnd): void;
  /** Lets a server go: the link to it, or whoever it is linked to is asked to, who tells when that is done. */
  letGo(server: Server, source: Source, reason: string, more?: LetGo): void;
  /** Tells some peers all that is known of a channel of which they may not have heard. */
  teach(channel: Channel, whom: (link: LinkEnd) => boolean): void;
  /** Tells the links of something that concerns them. */
  tell(event: NetworkEvent): void;
  /** Passes a line on to every other link as it is. */
  forward(line: string, except: LinkEnd): void;
  /** Tells every link what its peer can hold of something. @param except the one it came from; null for what is said here */
  forwardEach(linesFor: (peer: Peer) => readonly string[], except: LinkEnd | null): void;
  /** The link by which a server is reached; undefined for this one. */
  linkTo(server: Server): LinkEnd | undefined;
  /** Answers clients of other servers who log in. */
  readonly saslDesk: SaslDesk;
  /** Whether this server answers for the accounts of the network. */
  readonly answersSasl: boolean;
}

/** Gives users their numerics. */
export interface Numbers {
  /** Five characters. */
  numericOf(user: User): string;
}

/** The numeric of whoever does something. */
export function sourceNumeric(numbers: Numbers, source: Source): string {
  return 'nick' in source ? numbers.numericOf(source) : source.numeric;
}

/** Time as P10 has it. */
export function toSeconds(ms: number): number {
  return Math.floor(ms / 1000);
}
