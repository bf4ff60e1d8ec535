/**
 * The relay as docs/relay-protocol.md says it, as slowly as can be: two lists that are searched from the front, no index
 * and no count. What the relay keeps is compared with what is found here. For the tests of the rooms.
 */

/** A client. */
export class ModelPeer {
  readonly slot: number;
  id: string;
  mode: string;
  stage: 'new' | 'plain' | 'greeting' | 'greeted' = 'new';
  presence = false;
  /** Its send queue takes nothing more. */
  full = false;

  constructor(slot: number, id: string, mode: string) {
    this.slot = slot;
    this.id = id;
    this.mode = mode;
  }

  get reachable(): boolean {
    return this.stage === 'greeted' && (this.mode === 'rooms' || this.mode === 'direct');
  }
}

/** A room, which lives as long as it has members. */
export interface ModelRoom {
  readonly name: string;
  readonly createdBy: string;
  frames: number;
  members: ModelPeer[];
}

/** So few that every one of them is met. */
export const FEW = {
  max_rooms: 3,
  rooms_per_peer: 2,
  members_per_room: 3,
  room_name_bytes: 8,
  page_entries: 2,
};

/** Control frames stand as JSON, data frames as `kind names payload`, the end as `END code`. */
export class RelayModel {
  peers: ModelPeer[] = [];
  rooms: ModelRoom[] = [];
  readonly banned = new Set<string>();
  errors = 0;
  readonly #modes: readonly string[];
  #told = new Map<number, string[]>();

  constructor(modes: readonly string[]) {
    this.#modes = modes;
  }

  told(): Map<number, string[]> {
    const told = this.#told;
    this.#told = new Map();
    return told;
  }

  peer(slot: number): ModelPeer | undefined {
    return this.peers.find((peer) => peer.slot === slot);
  }

  byId(id: string): ModelPeer | undefined {
    return this.peers.find((peer) => peer.id === id);
  }

  room(name: string): ModelRoom | undefined {
    return this.rooms.find((room) => room.name === name);
  }

  roomsOf(peer: ModelPeer): ModelRoom[] {
    return this.rooms.filter((room) => room.members.includes(peer));
  }

  /** Whether the peer is in broadcast mode, and not about to say who it is. */
  get broadcast(): ModelPeer[] {
    return this.peers.filter(({ mode, stage }) => mode === 'broadcast' && stage !== 'greeting');
  }

  /** Answers whether the queue took it; what tells of the relay itself always goes. */
  tell(peer: ModelPeer, text: string): boolean {
    if (peer.full) return false;
    const lines = this.#told.get(peer.slot);
    if (lines === undefined) this.#told.set(peer.slot, [text]);
    else lines.push(text);
    return true;
  }

  connect(slot: number, id: string, mode: string): void {
    this.peers.push(new ModelPeer(slot, id, mode));
  }

  end(peer: ModelPeer): void {
    this.peers = this.peers.filter((other) => other !== peer);
    for (const room of this.roomsOf(peer)) this.#leave(peer, room);
  }

  control(peer: ModelPeer, message: Readonly<Record<string, unknown>>): void {
    const { type } = message;
    if (peer.stage === 'greeted') this.#request(peer, String(type), message);
    else if (peer.stage === 'plain') this.plain(peer, `\0${JSON.stringify(message)}`);
    else if (type === 'hello') this.#hello(peer, message);
    else if (peer.stage === 'greeting' || peer.mode === 'rooms') this.#endWith(peer, 'hello_required');
    else this.plain(peer, `\0${JSON.stringify(message)}`);
  }

  /** A data frame; `name` is the room or the peer it goes to. */
  data(peer: ModelPeer, kind: 'echo' | 'room' | 'direct' | 'broadcast', name: string, text: string) {
    const ack = (delivered: number) => this.tell(peer, JSON.stringify({ type: 'ack', id: 7, delivered }));
    const fits = kind === 'room' ? 'rooms' : kind;
    if (peer.mode !== fits && !(kind === 'direct' && peer.mode === 'rooms'))
      return this.#complain(peer, 7, 'wrong_mode');
    if (kind === 'echo') {
      ack(this.tell(peer, `echo ${text}`) ? 1 : 0);
    } else if (kind === 'broadcast') {
      ack(this.#broadcast(peer, text));
    } else if (kind === 'room') {
      const room = this.room(name);
      if (room === undefined) return this.#complain(peer, 7, 'unknown_room');
      if (!room.members.includes(peer)) return this.#complain(peer, 7, 'not_member');
      room.frames++;
      const others = room.members.filter((other) => other !== peer);
      ack(others.filter((other) => this.tell(other, `room ${name} ${peer.id} ${text}`)).length);
    } else {
      const receiver = this.byId(name);
      if (receiver?.reachable !== true) return this.#complain(peer, 7, 'unknown_peer');
      if (this.tell(receiver, `direct ${peer.id} ${text}`)) ack(1);
      else this.#complain(peer, 7, 'not_taken');
    }
  }

  /** A frame of a client that never says hello. */
  plain(peer: ModelPeer, text: string) {
    if (peer.stage === 'greeting' || (peer.stage === 'new' && peer.mode === 'rooms'))
      return this.#endWith(peer, 'hello_required');
    peer.stage = 'plain';
    if (peer.mode === 'echo') this.tell(peer, `plain ${text}`);
    else this.#broadcast(peer, text);
  }

  /** The limit of a queue was met by one who does not read. */
  slow(peer: ModelPeer): void {
    this.#endWith(peer, 'slow_reader');
  }

  #broadcast(sender: ModelPeer, text: string): number {
    const others = this.broadcast.filter((other) => other !== sender);
    return others.filter((other) =>
      this.tell(other, other.stage === 'greeted' ? `broadcast ${sender.id} ${text}` : `plain ${text}`),
    ).length;
  }

  #hello(peer: ModelPeer, { mode, peer: id, features }: Readonly<Record<string, unknown>>) {
    peer.stage = 'greeting';
    const wanted = String(id);
    if (!this.#modes.includes(String(mode))) return this.#complain(peer, null, 'mode_not_allowed');
    if (wanted.startsWith('-')) return this.#complain(peer, null, 'bad_peer_id');
    if (this.banned.has(wanted)) return this.#endWith(peer, 'banned');
    const holder = this.byId(wanted);
    if (holder !== undefined && holder !== peer) return this.#complain(peer, null, 'peer_taken');
    peer.id = wanted;
    peer.mode = String(mode);
    peer.stage = 'greeted';
    peer.presence = (features as string[]).includes('presence');
    this.tell(peer, `welcome ${peer.id} ${peer.mode} ${(features as string[]).join(' ')}`);
  }

  #request(peer: ModelPeer, type: string, message: Readonly<Record<string, unknown>>) {
    if (type === 'hello') return this.#complain(peer, null, 'already_greeted');
    const id = 9;
    if (type === 'ping') {
      this.tell(peer, JSON.stringify({ type: 'pong', id }));
      return;
    }
    if (peer.mode !== 'rooms') return this.#complain(peer, id, 'wrong_mode');
    const name = String(message.room);
    const room = this.room(name);
    if (type === 'leave') {
      if (room?.members.includes(peer) !== true) return this.#complain(peer, id, 'not_member');
      this.#leave(peer, room);
      this.tell(peer, JSON.stringify({ type: 'left', id, room: name }));
    } else if (type === 'list') {
      const total = this.rooms.length;
      this.tell(peer, `rooms ${total} ${pageOf(total, Number(message.offset))}`);
    } else if (type === 'members') {
      if (room === undefined) return this.#complain(peer, id, 'unknown_room');
      const total = room.members.length;
      this.tell(peer, `members ${name} ${total} ${pageOf(total, Number(message.offset))}`);
    } else {
      this.#enter(
        peer,
        name,
        room,
        type === 'create' ? 'new' : message.create === true ? 'either' : 'existing',
      );
    }
  }

  #enter(peer: ModelPeer, name: string, room: ModelRoom | undefined, wanted: string) {
    const refusal = this.#refusal(peer, name, room, wanted);
    if (refusal !== null) return this.#complain(peer, 9, refusal);
    const entered: ModelRoom = room ?? { name, createdBy: peer.id, frames: 0, members: [] };
    if (room === undefined) this.rooms.push(entered);
    entered.members.push(peer);
    const members = entered.members.length;
    this.tell(
      peer,
      JSON.stringify({ type: 'joined', id: 9, room: name, created: room === undefined, members }),
    );
    this.#announce(entered, peer, 'joined');
  }

  #refusal(peer: ModelPeer, name: string, room: ModelRoom | undefined, wanted: string): string | null {
    if (room === undefined) {
      if (name.length > FEW.room_name_bytes || name.trim() !== name || name === '') return 'bad_room_name';
      if (wanted === 'existing') return 'unknown_room';
      if (this.rooms.length >= FEW.max_rooms) return 'too_many_rooms';
    } else {
      if (wanted === 'new') return 'room_exists';
      if (room.members.includes(peer)) return 'already_member';
      if (room.members.length >= FEW.members_per_room) return 'room_full';
    }
    return this.roomsOf(peer).length >= FEW.rooms_per_peer ? 'too_many_joined' : null;
  }

  #leave(peer: ModelPeer, room: ModelRoom): void {
    room.members = room.members.filter((other) => other !== peer);
    if (room.members.length === 0) this.rooms = this.rooms.filter((other) => other !== room);
    this.#announce(room, peer, 'left');
  }

  #announce(room: ModelRoom, peer: ModelPeer, event: string): void {
    const notice = { type: 'presence', room: room.name, peer: peer.id, event, members: room.members.length };
    for (const other of room.members)
      if (other.presence && other !== peer) this.tell(other, JSON.stringify(notice));
  }

  #complain(peer: ModelPeer, id: number | null, code: string): void {
    this.errors++;
    this.tell(peer, `error ${id} ${code}`);
  }

  #endWith(peer: ModelPeer, code: string): void {
    this.errors++;
    // What ends a connection is its last word, whatever waits before it.
    peer.full = false;
    this.tell(peer, `error null ${code}`);
    this.tell(peer, `END ${code}`);
    this.end(peer);
  }
}

/** How many entries a page has, and where the next one begins. */
function pageOf(total: number, offset: number): string {
  const after = offset + FEW.page_entries;
  return `${Math.max(0, Math.min(total, after) - offset)} ${after < total ? after : null}`;
}
