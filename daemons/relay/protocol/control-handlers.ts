/** The control frames of clients that said hello: one handler a type. Called by relay.ts. */
import { firstProblem } from '../../../contract/plain-words.ts';
import { loopTurn } from '../../runtime/async/loop-turn.ts';
import { workPrices } from '../../runtime/async/work-prices.ts';
import type { Peer } from '../rooms/peer.ts';
import type { Switchboard } from '../rooms/switchboard.ts';
import { CONTROL_REQUESTS, type ControlRequest, type ControlType } from './control-requests.ts';
import type { RequestId } from './protocol-errors.ts';

type Handlers = {
  readonly [Type in ControlType]: (
    relay: Switchboard,
    peer: Peer,
    request: ControlRequest<Type>,
    id: RequestId,
  ) => void;
};

const handlers: Handlers = {
  create: (relay, peer, request, id) => enter(relay, peer, request.room, 'new', id),
  join: (relay, peer, request, id) =>
    enter(relay, peer, request.room, request.create ? 'either' : 'existing', id),
  leave(relay, peer, request, id) {
    const room = relay.rooms.get(request.room);
    if (room === undefined || !room.audience.has(peer)) {
      relay.complain(peer, id, 'not_member', `You are not in the room ${request.room}.`);
      return;
    }
    relay.leave(peer, room);
    relay.tell(peer, { type: 'left', id, room: room.name });
  },
  list(relay, peer, request, id) {
    const { entries, next } = pageOf(relay.rooms.all(), request, relay.limits.page_entries);
    relay.tell(peer, {
      type: 'rooms',
      id,
      total: relay.rooms.size,
      rooms: entries.map((room) => ({ room: room.name, members: room.audience.size })),
      next,
    });
  },
  members(relay, peer, request, id) {
    const room = relay.rooms.get(request.room);
    if (room === undefined) {
      relay.complain(peer, id, 'unknown_room', `There is no room ${request.room}.`);
      return;
    }
    const { members, size } = room.audience;
    const { entries, next } = pageOf(members, request, relay.limits.page_entries);
    relay.tell(peer, {
      type: 'members',
      id,
      room: room.name,
      total: size,
      members: entries.map((member) => member.id),
      next,
    });
  },
  ping: (relay, peer, _request, id) => relay.tell(peer, { type: 'pong', id }),
  // Receiving it was all that counts.
  pong: () => {},
};

/** Requests that need a mode with rooms. */
const ROOM_REQUESTS: readonly string[] = [
  'create',
  'join',
  'leave',
  'list',
  'members',
] satisfies ControlType[];

/** Handles a control frame whose JSON is `source[from, end)`. */
export function handleControl(
  relay: Switchboard,
  peer: Peer,
  source: Buffer,
  from: number,
  end: number,
): void {
  const size = end - from + 1;
  if (size > relay.limits.max_control_bytes) {
    relay.complain(
      peer,
      null,
      'control_too_large',
      `A control frame may have ${relay.limits.max_control_bytes} bytes; this one has ${size}.`,
    );
    return;
  }
  const message = parseObject(source.toString('utf8', from, end));
  if (message === null) {
    relay.turns.spend(workPrices.malformed.ns);
    relay.complain(peer, null, 'bad_control', 'A control frame is a JSON object behind the zero byte.');
    return;
  }
  const id = requestIdOf(message);
  const type = message.type;
  if (type === 'hello') {
    relay.complain(peer, id, 'already_greeted', `You are connected as ${peer.id} already.`);
    return;
  }
  if (typeof type !== 'string' || !Object.hasOwn(CONTROL_REQUESTS, type)) {
    const known = Object.keys(CONTROL_REQUESTS).join(', ');
    relay.complain(peer, id, 'bad_control', `The type is none of: ${known}.`);
    return;
  }
  if (peer.mode !== 'rooms' && ROOM_REQUESTS.includes(type)) {
    relay.complain(peer, id, 'wrong_mode', `${type} needs the mode rooms; yours is ${peer.mode}.`);
    return;
  }
  loopTurn.work = type;
  run(relay, peer, type as ControlType, message, id);
}

function run<Type extends ControlType>(
  relay: Switchboard,
  peer: Peer,
  type: Type,
  message: Record<string, unknown>,
  id: RequestId,
): void {
  const parsed = CONTROL_REQUESTS[type].safeParse(message);
  if (parsed.success) handlers[type](relay, peer, parsed.data as ControlRequest<Type>, id);
  else relay.complain(peer, id, 'bad_control', firstProblem(parsed.error));
}

function enter(
  relay: Switchboard,
  peer: Peer,
  name: string,
  wanted: 'new' | 'existing' | 'either',
  id: RequestId,
): void {
  const entered = relay.rooms.enter(peer, name, wanted);
  if ('error' in entered) {
    relay.complain(peer, id, entered.error, entered.message);
    return;
  }
  const { room, created } = entered;
  relay.tell(peer, { type: 'joined', id, room: room.name, created, members: room.audience.size });
  relay.announce(room, peer, 'joined');
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

function requestIdOf(message: Record<string, unknown>): RequestId {
  const id = message.id;
  return typeof id === 'number' || (typeof id === 'string' && id.length <= 64) ? id : null;
}

/** One page of a listing; `next` is the offset of the one after it, or null. Costs what the page has. */
function pageOf<Entry>(
  all: readonly Entry[],
  request: { offset: number; limit?: number | undefined },
  maxEntries: number,
): { entries: readonly Entry[]; next: number | null } {
  const after = request.offset + Math.min(request.limit ?? maxEntries, maxEntries);
  return { entries: all.slice(request.offset, after), next: after < all.length ? after : null };
}
