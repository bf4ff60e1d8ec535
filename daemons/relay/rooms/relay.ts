/**
 * The relay proper: who is connected, in which mode, and what happens to a frame. Told by connection.ts, asked by the
 * admin commands; sockets and listeners are relay-server.ts's business.
 */
import { loopTurn } from '../../runtime/async/loop-turn.ts';
import { workPrices } from '../../runtime/async/work-prices.ts';
import type { WorkTurns } from '../../runtime/async/work-turns.ts';
import type { DefaultMode, Mode } from '../config.ts';
import type { Limits } from '../limits.ts';
import type { RelayMetrics } from '../metrics.ts';
import type { BanList } from '../net/ban-list.ts';
import type { Connection, ConnectionHandler } from '../net/connection.ts';
import type { TickFlusher } from '../net/tick-flusher.ts';
import { asksForSession } from '../noise/preamble.ts';
import { handleControl } from '../protocol/control-handlers.ts';
import { type Frame, FrameWriter, KIND } from '../protocol/frame.ts';
import { HEADER_BYTES } from '../protocol/frame-decoder.ts';
import { greet, helloIn } from '../protocol/greeting.ts';
import type { ProtocolErrorCode, RequestId } from '../protocol/protocol-errors.ts';
import type { KnownPeers } from '../secure/known-peers.ts';
import type { ServerHandshake, SessionDoor } from '../secure/session-door.ts';
import { Announcement, BroadcastFanOut } from './announcement.ts';
import { Crowd } from './audience.ts';
import { deliverData } from './delivery.ts';
import { assignedPeerId, Peer, type PeerStage } from './peer.ts';
import { RelayedQuota } from './relayed-quota.ts';
import { type Room, RoomDirectory } from './rooms.ts';
import type { Switchboard } from './switchboard.ts';

/** What a frame is called where somebody asks what the loop works on; those with a kind say it themselves. */
const FRAME_WORK: Readonly<Record<PeerStage, string>> = {
  new: 'first frame',
  plain: 'data',
  greeting: 'hello',
  greeted: 'data',
};

/** What the relay needs from around it. */
export interface RelayOptions {
  readonly limits: Limits;
  readonly metrics: RelayMetrics;
  readonly bans: BanList;
  /** Where sealed sessions begin. */
  readonly door: SessionDoor;
  readonly known: KnownPeers;
  /** Another identity asks for a peer id that is known; whether it may have it. */
  readonly onChanged: (peer: string, before: string, identity: string) => boolean;
  /** Shares the loop out among those who cause work. */
  readonly turns: WorkTurns;
  readonly flusher: TickFlusher;
  /** Modes that a hello may ask for; read at every hello. */
  readonly modes: () => readonly Mode[];
  /** Told of ends, for the log. */
  readonly onEnded: (peer: Peer, reason: string) => void;
  /** Told when the socket of an ended connection is gone. */
  readonly onGone: (connection: Connection) => void;
}

/** Peers, rooms and modes; the handler of every connection. */
export class Relay implements ConnectionHandler, Switchboard {
  readonly limits: Limits;
  readonly metrics: RelayMetrics;
  readonly bans: BanList;
  readonly door: SessionDoor;
  readonly known: KnownPeers;
  readonly turns: WorkTurns;
  readonly flusher: TickFlusher;
  readonly rooms: RoomDirectory;
  readonly quota: RelayedQuota;
  readonly writer = new FrameWriter();
  /** All clients in broadcast mode. */
  readonly broadcast = new Crowd<Peer>();
  readonly #peers = new Map<string, Peer>();
  readonly #byConnection = new Map<Connection, Peer>();
  /** Connections of each identity. */
  readonly #byIdentity = new Map<string, number>();
  /** Who sent the last frame. */
  #sender: Peer | undefined;
  readonly #options: RelayOptions;
  #closing: string | null = null;

  constructor(options: RelayOptions) {
    this.#options = options;
    this.limits = options.limits;
    this.metrics = options.metrics;
    this.bans = options.bans;
    this.door = options.door;
    this.known = options.known;
    this.turns = options.turns;
    this.flusher = options.flusher;
    this.rooms = new RoomDirectory(options.limits);
    this.quota = new RelayedQuota(options.limits);
  }

  get modes(): readonly Mode[] {
    return this.#options.modes();
  }

  /** Clients now. */
  get size(): number {
    return this.#peers.size;
  }

  peers(): Iterable<Peer> {
    return this.#peers.values();
  }

  peer(id: string): Peer | undefined {
    return this.#peers.get(id);
  }

  /** Takes an accepted connection over; it may send frames from here on. */
  admit(connection: Connection, mode: DefaultMode): Peer {
    let id = assignedPeerId();
    while (this.#peers.has(id)) id = assignedPeerId();
    const peer = new Peer(connection, id, mode);
    this.#peers.set(id, peer);
    this.#byConnection.set(connection, peer);
    // Where sealed sessions alone are made, who just listens is nobody yet.
    if (mode === 'broadcast' && !this.door.required) this.broadcast.add(peer);
    return peer;
  }

  /** Gives a peer the id and mode it asked for; the id must be free. */
  rename(peer: Peer, id: string, mode: Mode): void {
    this.#peers.delete(peer.id);
    this.broadcast.remove(peer);
    peer.id = id;
    peer.mode = mode;
    this.#peers.set(id, peer);
    if (mode === 'broadcast') this.broadcast.add(peer);
  }

  onFrame(connection: Connection, source: Buffer, start: number, end: number): void {
    // Frames come in runs: whose the last one was need not be looked up again.
    let peer = this.#sender;
    if (peer?.connection !== connection) {
      peer = this.#byConnection.get(connection);
      if (peer === undefined) return;
      this.#sender = peer;
    }
    loopTurn.work = FRAME_WORK[peer.stage];
    if (peer.stage === 'greeted') {
      if (source[start + HEADER_BYTES] === KIND.control && end - start > HEADER_BYTES)
        handleControl(this, peer, source, start + HEADER_BYTES + 1, end);
      else deliverData(this, peer, source, start, end);
    } else if (peer.stage === 'plain') {
      this.#deliverPlain(peer, source, start, end);
    } else {
      this.#first(peer, source, start, end);
    }
  }

  /** A frame of a client that has not said hello: a hello, or, as its very first, anything else. */
  #first(peer: Peer, source: Buffer, start: number, end: number): void {
    if (peer.connection.session === null && this.#mustBeSealed(peer, source, start, end)) return;
    const hello = helloIn(source, start + HEADER_BYTES, end, this.limits.max_control_bytes);
    if (hello !== null) {
      greet(this, peer, hello);
    } else if (peer.stage === 'greeting' || peer.mode === 'rooms') {
      this.endWithError(
        peer,
        'hello_required',
        'Say hello first: a frame with a zero byte and {"type":"hello"}.',
      );
    } else {
      peer.stage = 'plain';
      this.#deliverPlain(peer, source, start, end);
    }
  }

  /** Ends a client that may not go on without a sealed session, or asks for one that is not made here. */
  #mustBeSealed(peer: Peer, source: Buffer, start: number, end: number): boolean {
    if (asksForSession(source.subarray(start + HEADER_BYTES, end)))
      this.endWithError(peer, 'unsupported_version', 'This relay speaks version 1 of the protocol.');
    else if (this.door.required)
      this.endWithError(
        peer,
        'noise_required',
        'This relay takes sealed sessions only: begin with the frame that asks for one.',
      );
    else return false;
    return true;
  }

  onPreamble(connection: Connection): ServerHandshake | null {
    const peer = this.#byConnection.get(connection);
    if (peer === undefined) return null;
    if (!this.door.offered) {
      this.endWithError(peer, 'noise_not_offered', 'This relay has no sealed sessions.');
      return null;
    }
    const { door, turns } = this;
    turns.spend(door.toWeigh * workPrices.skipped.ns);
    const most = connection.connectionClass.limits.handshakes_per_ip;
    const refuse = () =>
      this.endWithError(
        peer,
        'too_many_handshakes',
        `Too many handshakes are under way, most of them of your address (at most ${most}); try again later.`,
      );
    const handshake = door.begin(connection.network, most, refuse);
    if (handshake === null) refuse();
    // What others send is not for somebody in a handshake.
    else this.broadcast.remove(peer);
    return handshake;
  }

  onAnswer(connection: Connection, message: Uint8Array): void {
    const bytes = Buffer.from(message.buffer, message.byteOffset, message.length);
    connection.push(this.writer.bare(bytes, 0, bytes.length, connection.lastReceivedAt));
  }

  onSecured(connection: Connection): void {
    const peer = this.#byConnection.get(connection);
    const identity = peer?.identity ?? null;
    if (peer === undefined || identity === null) return;
    const connections = (this.#byIdentity.get(identity) ?? 0) + 1;
    this.#byIdentity.set(identity, connections);
    const most = this.limits.connections_per_identity;
    const ban = this.bans.ofIdentity(identity, Date.now());
    if (ban !== null) this.endWithError(peer, 'banned', `Your identity is banned: ${ban.reason}`);
    else if (!this.door.allows(identity))
      this.endWithError(peer, 'not_allowed', `The identity ${identity} is not let in here.`);
    else if (connections > most)
      this.endWithError(peer, 'too_many_sessions', `Your identity has ${most} connections already.`);
    else if (peer.stage === 'new' && peer.mode === 'broadcast') this.broadcast.add(peer);
  }

  onInsecure(connection: Connection, code: ProtocolErrorCode, message: string): void {
    const peer = this.#byConnection.get(connection);
    if (peer === undefined) return;
    if (code === 'bad_record') this.metrics.badRecords.add();
    this.endWithError(peer, code, message);
  }

  /** Connections of one identity. */
  connectionsOf(identity: string): number {
    return this.#byIdentity.get(identity) ?? 0;
  }

  /** Connections that have proved an identity. */
  get sealed(): number {
    let sum = 0;
    for (const connections of this.#byIdentity.values()) sum += connections;
    return sum;
  }

  #deliverPlain(peer: Peer, source: Buffer, start: number, end: number): void {
    const frame = this.passOn(peer, source, start, end);
    if (peer.mode === 'echo') {
      peer.connection.push(frame);
      return;
    }
    this.fanOutBroadcast(peer, frame, source, start + HEADER_BYTES, end);
  }

  /** A frame as it arrived, sent on untouched and uncopied. */
  passOn({ connection }: Peer, source: Buffer, start: number, end: number): Frame {
    connection.intake.keeps = true;
    return this.writer.passOn(source, start, end, connection.lastReceivedAt);
  }

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
  ): void {
    // It may have to wait.
    sender.connection.intake.keeps = true;
    this.turns.run(
      sender.connection.account,
      new BroadcastFanOut(this, sender, plain, source.subarray(from, end), onDone),
    );
  }

  mayChange(peer: string, before: string, identity: string): boolean {
    this.metrics.identityChanges.add();
    return this.#options.onChanged(peer, before, identity);
  }

  /** Sends a control message to one client that said hello; does nothing for others. */
  tell(peer: Peer, message: object): void {
    if (!peer.tagged) return;
    const frame = this.writer.control(message, true, peer.connection.lastReceivedAt);
    this.turns.spend(frame.size * workPrices.rowByte.ns);
    peer.connection.push(frame);
  }

  /** Sends an error that leaves the connection open. */
  complain(peer: Peer, id: RequestId, code: ProtocolErrorCode, message: string): void {
    this.metrics.errors.add();
    this.tell(peer, { type: 'error', id, code, message });
  }

  /** Tells the client why, then closes. A client that never said hello gets the JSON without a kind byte. */
  endWithError(
    peer: Peer,
    code: ProtocolErrorCode,
    message: string,
    queue: 'send' | 'discard' = 'send',
  ): void {
    this.metrics.errors.add();
    const error = { type: 'error', id: null, code, message };
    peer.connection.end(code, this.writer.control(error, peer.tagged, performance.now()), queue);
  }

  /** A member came or went: tells the other members that asked for presence. */
  announce(room: Room, peer: Peer, event: 'joined' | 'left'): void {
    if (room.observers.size === 0) return;
    this.turns.run(peer.connection.account, new Announcement(this, room, peer, event));
  }

  /** Takes a peer out of a room and tells the others. */
  leave(peer: Peer, room: Room): void {
    if (this.rooms.leave(peer, room)) this.announce(room, peer, 'left');
  }

  /** Tells every client that said hello, and ends all connections once their queues are empty. */
  close(reason: string): void {
    this.#closing = reason;
    const frame = this.writer.control({ type: 'closing', reason }, true, performance.now());
    for (const peer of [...this.#peers.values()])
      peer.connection.end('relay is closing', peer.tagged ? frame : null, 'wait');
  }

  onOversized(connection: Connection, lengthBytes: number): void {
    const peer = this.#byConnection.get(connection);
    if (peer === undefined) return;
    const limit = this.limits.max_frame_bytes;
    this.endWithError(
      peer,
      'frame_too_large',
      `A frame of ${lengthBytes} bytes was announced; at most ${limit} are allowed.`,
    );
  }

  onSlowReader(connection: Connection): void {
    const { queuedBytes, queuedFrames } = connection.outbox;
    this.#endSlowReader(connection, `${queuedBytes} bytes in ${queuedFrames} frames were waiting.`);
  }

  /** All clients together hold too much of unfinished frames, and this one is among the worst. */
  onUnfinished(connection: Connection): void {
    const peer = this.#byConnection.get(connection);
    if (peer === undefined) return;
    this.metrics.memoryDisconnects.add();
    const limit = this.limits.receive_total_bytes;
    this.endWithError(
      peer,
      'too_much_unfinished',
      `The relay holds ${limit} bytes of unfinished frames, its limit, and most of them are of your address.`,
    );
  }

  /** What waits for all clients together is too much, and this one is among the worst. */
  onUnread(connection: Connection): void {
    if (connection.ending) return;
    if (connection.connectionClass.slowReader === 'drop-oldest' && connection.outbox.dropData() > 0) return;
    this.metrics.memoryDisconnects.add();
    this.#endSlowReader(
      connection,
      `What waits for all clients is over ${this.limits.send_queue_total_bytes} bytes.`,
    );
    // Its last word could not reach a client that does not read, and what is in flight to it is what has to go.
    connection.destroy();
  }

  #endSlowReader(connection: Connection, message: string): void {
    const peer = this.#byConnection.get(connection);
    if (peer === undefined) return;
    this.metrics.slowReaders.add();
    this.endWithError(peer, 'slow_reader', message, 'discard');
  }

  onEnd(connection: Connection, reason: string): void {
    const peer = this.#byConnection.get(connection);
    if (peer === undefined) return;
    this.#byConnection.delete(connection);
    this.#sender = undefined;
    this.#peers.delete(peer.id);
    this.broadcast.remove(peer);
    const { identity } = peer;
    if (identity !== null) {
      const left = (this.#byIdentity.get(identity) ?? 1) - 1;
      if (left > 0) this.#byIdentity.set(identity, left);
      else this.#byIdentity.delete(identity);
    }
    for (const room of peer.rooms) {
      // While everybody leaves there is nobody to tell.
      if (this.#closing === null) this.leave(peer, room);
      else this.rooms.leave(peer, room);
    }
    this.#options.onEnded(peer, reason);
  }

  onGone(connection: Connection): void {
    this.#options.onGone(connection);
  }
}
