/**
 * The data frames of clients that said hello: kind byte, optional request id, header, payload. One function a kind;
 * the layout is in docs/relay-protocol.md. Called by relay.ts for every frame that is not a control frame.
 */

import { type Frame, KIND, WITH_ID } from '../protocol/frame.ts';
import { HEADER_BYTES } from '../protocol/frame-decoder.ts';
import type { RequestId } from '../protocol/protocol-errors.ts';
import { FanOut, fanOutNs } from './fan-out.ts';
import type { Peer } from './peer.ts';
import type { Room } from './rooms.ts';
import type { Switchboard } from './switchboard.ts';

const ID_BYTES = 4;
/** Members of a room that get a message in one go, without anything that could be continued: far less than a slice. */
const SMALL_ROOM = 32;

/** Delivers `source[start, end)`, a whole frame. */
export function deliverData(
  relay: Switchboard,
  peer: Peer,
  source: Buffer,
  start: number,
  end: number,
): void {
  let at = start + HEADER_BYTES;
  if (at === end) {
    relay.complain(peer, null, 'bad_data', 'The frame is empty: it has no kind byte.');
    return;
  }
  const first = source[at++]!;
  const kind = first & ~WITH_ID;
  let id: number | null = null;
  if ((first & WITH_ID) !== 0) {
    if (end - at < ID_BYTES) {
      relay.complain(peer, null, 'bad_data', 'The frame ends inside its request id.');
      return;
    }
    id = source.readUInt32BE(at);
    at += ID_BYTES;
  }
  switch (kind) {
    case KIND.echo:
      if (inMode(relay, peer, 'echo', peer.mode === 'echo', id))
        echo(relay, peer, source, start, at, end, id);
      return;
    case KIND.broadcast:
      if (inMode(relay, peer, 'broadcast', peer.mode === 'broadcast', id))
        relay.fanOutBroadcast(peer, null, source, at, end, (taken) => acknowledge(relay, peer, id, taken));
      return;
    case KIND.room:
      if (inMode(relay, peer, 'room', peer.mode === 'rooms', id)) toRoom(relay, peer, source, at, end, id);
      return;
    case KIND.direct:
      if (inMode(relay, peer, 'direct', peer.mode === 'rooms' || peer.mode === 'direct', id))
        toPeer(relay, peer, source, at, end, id);
      return;
    default:
      relay.complain(
        peer,
        id,
        'bad_data',
        `The kind byte 0x${first.toString(16).padStart(2, '0')} is unknown.`,
      );
  }
}

function inMode(relay: Switchboard, peer: Peer, kind: string, allowed: boolean, id: RequestId): boolean {
  if (!allowed)
    relay.complain(
      peer,
      id,
      'wrong_mode',
      `A client in the mode ${peer.mode} may not send frames of kind ${kind}.`,
    );
  return allowed;
}

function echo(
  relay: Switchboard,
  peer: Peer,
  source: Buffer,
  start: number,
  at: number,
  end: number,
  id: number | null,
): void {
  const frame =
    id === null
      ? relay.passOn(peer, source, start, end)
      : relay.writer.data(KIND.echo, [], source, at, end, peer.connection.lastReceivedAt);
  acknowledge(relay, peer, id, peer.connection.push(frame) ? 1 : 0);
}

function toRoom(
  relay: Switchboard,
  peer: Peer,
  source: Buffer,
  at: number,
  end: number,
  id: number | null,
): void {
  const name = readName(relay, peer, source, at, end, id);
  if (name === null) return;
  const room = relay.rooms.get(name);
  if (room === undefined || !room.audience.has(peer)) {
    if (room === undefined) relay.complain(peer, id, 'unknown_room', `There is no room ${name}.`);
    else relay.complain(peer, id, 'not_member', `You are not in the room ${name}.`);
    return;
  }
  room.frames++;
  const frame = relay.writer.data(
    KIND.room,
    [room.nameBytes, peer.idBytes],
    source,
    at + 1 + source[at]!,
    end,
    peer.connection.lastReceivedAt,
  );
  const { account } = peer.connection;
  const { audience } = room;
  const { turns, flusher } = relay;
  if (audience.size > SMALL_ROOM || audience.gate.holder !== null || !turns.mayGoOn(account)) {
    turns.run(account, new RoomFanOut(relay, room, peer, frame, id));
    return;
  }
  const before = flusher.pending;
  const { members } = audience;
  let taken = 0;
  for (let i = 0; i < members.length; i++) {
    const member = members[i]!;
    if (member !== peer && member.outbox.push(frame)) taken++;
  }
  turns.spend(fanOutNs(members.length, frame.size, flusher.pending - before));
  acknowledge(relay, peer, id, taken);
}

/** A data frame to the other members of a room, and the sender's ack when all had it. */
class RoomFanOut extends FanOut {
  readonly #relay: Switchboard;
  readonly #sender: Peer;
  readonly #frame: Frame;
  readonly #id: number | null;

  constructor(relay: Switchboard, room: Room, sender: Peer, frame: Frame, id: number | null) {
    super(relay, room.audience, room.audience.gate, frame.size);
    this.#relay = relay;
    this.#sender = sender;
    this.#frame = frame;
    this.#id = id;
  }

  protected override to(member: Peer): boolean {
    return member !== this.#sender && member.outbox.push(this.#frame);
  }

  protected override done(taken: number): void {
    acknowledge(this.#relay, this.#sender, this.#id, taken);
  }
}

function toPeer(
  relay: Switchboard,
  peer: Peer,
  source: Buffer,
  at: number,
  end: number,
  id: number | null,
): void {
  const name = readName(relay, peer, source, at, end, id);
  if (name === null) return;
  const receiver = relay.peer(name);
  if (receiver === undefined || !receiver.reachable) {
    relay.complain(peer, id, 'unknown_peer', `No client that takes direct messages is connected as ${name}.`);
    return;
  }
  const waitMs = relay.quota.take(peer.identity, end - at, peer.connection.lastReceivedAt);
  if (waitMs > 0) {
    relay.complain(
      peer,
      id,
      'quota',
      `Your identity may have more passed on in ${Math.ceil(waitMs)} milliseconds.`,
    );
    return;
  }
  const frame = relay.writer.data(
    KIND.direct,
    [peer.idBytes],
    source,
    at + 1 + source[at]!,
    end,
    peer.connection.lastReceivedAt,
  );
  if (receiver.connection.push(frame)) acknowledge(relay, peer, id, 1);
  else relay.complain(peer, id, 'not_taken', `The send queue of ${name} is full.`);
}

/** Reads a name behind its length byte; complains and returns null where the frame is too short for it. */
function readName(
  relay: Switchboard,
  peer: Peer,
  source: Buffer,
  at: number,
  end: number,
  id: RequestId,
): string | null {
  const size = at < end ? source[at]! : 0;
  if (size === 0 || at + 1 + size > end) {
    relay.complain(peer, id, 'bad_data', 'The frame has no name, or ends inside it.');
    return null;
  }
  return source.toString('utf8', at + 1, at + 1 + size);
}

function acknowledge(relay: Switchboard, peer: Peer, id: number | null, delivered: number): void {
  if (id !== null) relay.tell(peer, { type: 'ack', id, delivered });
}
