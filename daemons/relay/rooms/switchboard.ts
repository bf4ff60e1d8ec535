/**
 * The relay as the handlers of frames see it: who is there, and the ways to answer and to pass on. It knows no handler;
 * `Relay` implements it.
 */
import type { WorkTurns } from '../../runtime/async/work-turns.ts';
import type { Mode } from '../config.ts';
import type { Limits } from '../limits.ts';
import type { RelayMetrics } from '../metrics.ts';
import type { BanList } from '../net/ban-list.ts';
import type { TickFlusher } from '../net/tick-flusher.ts';
import type { Frame, FrameWriter } from '../protocol/frame.ts';
import type { ProtocolErrorCode, RequestId } from '../protocol/protocol-errors.ts';
import type { KnownPeers } from '../secure/known-peers.ts';
import type { SessionDoor } from '../secure/session-door.ts';
import type { Crowd } from './audience.ts';
import type { Peer } from './peer.ts';
import type { RelayedQuota } from './relayed-quota.ts';
import type { Room, RoomDirectory } from './rooms.ts';

/** What a handler is given first. */
export interface Switchboard {
  readonly limits: Limits;
  readonly metrics: RelayMetrics;
  readonly bans: BanList;
  readonly door: SessionDoor;
  /** What identities may have passed on to peers. */
  readonly quota: RelayedQuota;
  /** Whose peer ids are. */
  readonly known: KnownPeers;
  readonly turns: WorkTurns;
  readonly flusher: TickFlusher;
  readonly rooms: RoomDirectory;
  readonly writer: FrameWriter;
  /** All clients in broadcast mode. */
  readonly broadcast: Crowd<Peer>;
  /** Modes that a hello may ask for now. */
  readonly modes: readonly Mode[];
  /** The client that is connected under an id. */
  peer(id: string): Peer | undefined;
  /** Gives a peer the id and mode it asked for; the id must be free. */
  rename(peer: Peer, id: string, mode: Mode): void;
  /** A frame as it arrived, sent on untouched and uncopied. */
  passOn(sender: Peer, source: Buffer, start: number, end: number): Frame;
  /**
   * Sends to everybody in broadcast mode but `sender`: untouched to those who never said hello, with kind and sender
   * to the others. `plain` may be given where it exists already.
   * @param onDone told how many queues took it, when all had it
   */
  fanOutBroadcast(
    sender: Peer,
    plain: Frame | null,
    source: Buffer,
    from: number,
    end: number,
    onDone?: (taken: number) => void,
  ): void;
  /** Warns that another identity asks for a peer id; whether it may have it. */
  mayChange(peer: string, before: string, identity: string): boolean;
  /** Sends a control message to one client that said hello; does nothing for others. */
  tell(peer: Peer, message: object): void;
  /** Sends an error that leaves the connection open. */
  complain(peer: Peer, id: RequestId, code: ProtocolErrorCode, message: string): void;
  /** Tells the client why, then closes. A client that never said hello gets the JSON without a kind byte. */
  endWithError(peer: Peer, code: ProtocolErrorCode, message: string, queue?: 'send' | 'discard'): void;
  /** A member came or went: tells the other members that asked for presence. */
  announce(room: Room, peer: Peer, event: 'joined' | 'left'): void;
  /** Takes a peer out of a room and tells the others. */
  leave(peer: Peer, room: Room): void;
}
