/** The rooms of a relay and who is in them. A room ends when its last member leaves. */

import type { Limits } from '../limits.ts';
import { Audience, Crowd } from './audience.ts';
import type { Peer } from './peer.ts';

/** One room. */
export class Room {
  readonly name: string;
  readonly nameBytes: Buffer;
  readonly audience = new Crowd<Peer>();
  /** Those of its members that asked for presence: a notice costs what they are, not what the room is. */
  readonly observers = new Audience<Peer>();
  /** Unix time in milliseconds. */
  readonly createdAt = Date.now();
  readonly createdBy: string;
  /** Frames sent to it. */
  frames = 0;

  constructor(name: string, createdBy: string) {
    this.name = name;
    this.nameBytes = Buffer.from(name);
    this.createdBy = createdBy;
  }
}

/** Why a peer cannot enter a room, or the room. */
export type EnterResult =
  | { readonly room: Room; readonly created: boolean }
  | {
      readonly error:
        | 'bad_room_name'
        | 'unknown_room'
        | 'room_exists'
        | 'already_member'
        | 'too_many_rooms'
        | 'too_many_joined'
        | 'room_full';
      readonly message: string;
    };

/** All rooms by name. */
export class RoomDirectory {
  readonly #rooms = new Map<string, Room>();
  /** The same rooms by place, so that a page far into them costs what the page has. */
  readonly #places = new Audience<Room>();
  readonly #limits: Limits;
  #memberships = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#rooms.size;
  }

  /** Members of all rooms, each counted in every room. */
  get memberships(): number {
    return this.#memberships;
  }

  get(name: string): Room | undefined {
    return this.#rooms.get(name);
  }

  /** Every room, in no particular order. Read only. */
  all(): readonly Room[] {
    return this.#places.members;
  }

  /**
   * Puts a peer into a room.
   * @param wanted `new`: the room must not exist; `existing`: it must; `either`: it is created where it does not
   */
  enter(peer: Peer, name: string, wanted: 'new' | 'existing' | 'either'): EnterResult {
    const limits = this.#limits;
    let room = this.#rooms.get(name);
    if (room === undefined) {
      const problem = roomNameProblem(name, limits.room_name_bytes);
      if (problem !== null) return { error: 'bad_room_name', message: problem };
      if (wanted === 'existing') return { error: 'unknown_room', message: `There is no room ${name}.` };
      if (this.#rooms.size >= limits.max_rooms)
        return { error: 'too_many_rooms', message: `The relay has ${limits.max_rooms} rooms, its limit.` };
    } else {
      if (wanted === 'new') return { error: 'room_exists', message: `The room ${name} exists already.` };
      if (room.audience.has(peer))
        return { error: 'already_member', message: `You are in the room ${name} already.` };
      if (room.audience.size >= limits.members_per_room)
        return {
          error: 'room_full',
          message: `The room ${name} has ${limits.members_per_room} members, its limit.`,
        };
    }
    if (peer.rooms.size >= limits.rooms_per_peer)
      return { error: 'too_many_joined', message: `You are in ${limits.rooms_per_peer} rooms, the limit.` };
    const created = room === undefined;
    if (room === undefined) {
      room = new Room(name, peer.id);
      this.#rooms.set(name, room);
      this.#places.add(room);
    }
    room.audience.add(peer);
    if (peer.presence) room.observers.add(peer);
    peer.rooms.add(room);
    this.#memberships++;
    return { room, created };
  }

  /** Takes a peer out; returns whether it was in. */
  leave(peer: Peer, room: Room): boolean {
    if (!room.audience.remove(peer)) return false;
    room.observers.remove(peer);
    peer.rooms.delete(room);
    this.#memberships--;
    if (room.audience.size === 0) {
      this.#rooms.delete(room.name);
      this.#places.remove(room);
    }
    return true;
  }
}

function roomNameProblem(name: string, maxBytes: number): string | null {
  const size = Buffer.byteLength(name);
  if (size === 0) return 'A room name may not be empty.';
  if (size > maxBytes) return `A room name may have ${maxBytes} bytes; this one has ${size}.`;
  if (name.trim() !== name || /\p{C}/u.test(name))
    return 'A room name has no control characters, and no space at its ends.';
  return null;
}
