/** What goes to crowds beside the data of a room: plain and greeted broadcasts, and presence notices. Used by relay.ts. */

import { type Frame, KIND } from '../protocol/frame.ts';
import { FanOut } from './fan-out.ts';
import type { Peer } from './peer.ts';
import type { Room } from './rooms.ts';
import type { Switchboard } from './switchboard.ts';

/** One message to all clients in broadcast mode: bare to those who never said hello, tagged to the others. */
export class BroadcastFanOut extends FanOut {
  readonly #relay: Switchboard;
  readonly #sender: Peer;
  readonly #payload: Buffer;
  readonly #receivedAt: number;
  readonly #onDone: ((taken: number) => void) | undefined;
  #bare: Frame | null;
  #tagged: Frame | null = null;

  constructor(
    relay: Switchboard,
    sender: Peer,
    bare: Frame | null,
    payload: Buffer,
    onDone?: (taken: number) => void,
  ) {
    super(relay, relay.broadcast, relay.broadcast.gate, payload.length);
    this.#relay = relay;
    this.#sender = sender;
    this.#bare = bare;
    this.#payload = payload;
    this.#receivedAt = sender.connection.lastReceivedAt;
    this.#onDone = onDone;
  }

  protected override to(member: Peer): boolean {
    if (member === this.#sender) return false;
    return member.outbox.push(member.stage === 'greeted' ? this.#taggedFrame() : this.#bareFrame());
  }

  protected override done(taken: number): void {
    this.#onDone?.(taken);
  }

  #taggedFrame(): Frame {
    this.#tagged ??= this.#relay.writer.data(
      KIND.broadcast,
      [this.#sender.idBytes],
      this.#payload,
      0,
      this.#payload.length,
      this.#receivedAt,
    );
    return this.#tagged;
  }

  #bareFrame(): Frame {
    this.#bare ??= this.#relay.writer.bare(this.#payload, 0, this.#payload.length, this.#receivedAt);
    return this.#bare;
  }
}

/** A member came or went: a notice to the members that asked for presence. */
export class Announcement extends FanOut {
  readonly #relay: Switchboard;
  readonly #room: Room;
  readonly #peer: Peer;
  readonly #left: boolean;
  readonly #frame: Frame;

  constructor(relay: Switchboard, room: Room, peer: Peer, event: 'joined' | 'left') {
    const frame = relay.writer.control(
      { type: 'presence', room: room.name, peer: peer.id, event, members: room.audience.size },
      true,
      performance.now(),
    );
    super(relay, room.observers, room.audience.gate, frame.size);
    this.#relay = relay;
    this.#room = room;
    this.#peer = peer;
    this.#left = event === 'left';
    this.#frame = frame;
  }

  protected override to(member: Peer): boolean {
    if (member === this.#peer || this.#outdated()) return false;
    return member.outbox.push(this.#frame);
  }

  /** Where somebody with the same id has come in meanwhile, they would seem to have left. */
  #outdated(): boolean {
    if (!this.#left) return false;
    const now = this.#relay.peer(this.#peer.id);
    return now !== undefined && now !== this.#peer && now.rooms.has(this.#room);
  }
}
