/** The code of the admin commands that the manifest declares (SPEC R6). */

import { SignalboxError } from '../../../contract/errors.ts';
import { workPrices } from '../../runtime/async/work-prices.ts';
import type { CommandHandlers } from '../../runtime/host/daemon-definition.ts';
import { counted, disconnects } from '../../runtime/host/impact-text.ts';
import { formerLimits, limitRows, namedLimits } from '../../runtime/host/live-limits.ts';
import { throttleRows } from '../../runtime/net/client-columns.ts';
import { limitProblems } from '../config.ts';
import { LIMITS } from '../limits.ts';
import type { RelayCommands } from '../manifest.ts';
import type { BanList } from '../net/ban-list.ts';
import type { Steps } from '../net/relay-turns.ts';
import type { Frame } from '../protocol/frame.ts';
import type { RelayServer } from '../relay-server.ts';
import type { Peer } from '../rooms/peer.ts';
import type { Relay } from '../rooms/relay.ts';
import type { Room } from '../rooms/rooms.ts';
import type { KnownPeer, KnownPeers } from '../secure/known-peers.ts';
import { banHandlers } from './ban-handlers.ts';
import { connectionRow, roomRow } from './tables.ts';

/**
 * Handlers that work on `server`, `bans` and `known`.
 * @param rotateIdentity writes another identity to its file and has it in force
 */
export function adminCommands(
  server: RelayServer,
  bans: BanList,
  known: KnownPeers,
  rotateIdentity: () => Promise<void>,
): CommandHandlers<RelayCommands> {
  const { relay } = server;
  const findPeer = (id: string): Peer => {
    const peer = relay.peer(id);
    if (peer === undefined) throw new SignalboxError('not_found', `No client is connected as ${id}.`);
    return peer;
  };
  const findRoom = (name: string): Room => {
    const room = relay.rooms.get(name);
    if (room === undefined) throw new SignalboxError('not_found', `There is no room ${name}.`);
    return room;
  };

  /** The rows of those that match, at most `limit` of them. */
  const find = <Entry>(
    entries: Iterable<Entry>,
    matches: (entry: Entry) => boolean,
    rowOf: (entry: Entry) => object,
    limit: number,
  ): Promise<object[]> => {
    function* steps(): Steps<object[]> {
      const rows: object[] = [];
      for (const entry of entries) {
        if (rows.length >= limit) break;
        const found = matches(entry);
        if (relay.turns.spend(found ? workPrices.row.ns : workPrices.mask.ns)) yield null;
        if (found) rows.push(rowOf(entry));
      }
      return rows;
    }
    return server.inTurns(steps());
  };

  return {
    clients: {
      async run({ text, limit }) {
        const now = performance.now();
        const matches = (peer: Peer) => peer.id.includes(text) || peer.connection.address.includes(text);
        return { rows: await find(relay.peers(), matches, (peer) => connectionRow(peer, now), limit) };
      },
    },
    client: {
      run({ client: id }) {
        const peer = findPeer(id);
        return {
          ...connectionRow(peer, performance.now()),
          port: peer.connection.port,
          stage: peer.stage,
          presence: peer.presence,
          rooms: [...peer.rooms].map((room) => room.name),
        };
      },
    },
    kill: {
      check: ({ client }) => void findPeer(client),
      impact: ({ client }) => disconnects(relay.peer(client) === undefined ? 0 : 1),
      run({ client: id, reason }) {
        const peer = findPeer(id);
        const { address } = peer.connection;
        relay.endWithError(peer, 'kicked', reason === '' ? 'An operator closed your connection.' : reason);
        return { client: id, address, reason };
      },
    },
    rooms: {
      async run({ text, limit }) {
        return { rows: await find(relay.rooms.all(), ({ name }) => name.includes(text), roomRow, limit) };
      },
    },
    room: {
      async run({ room: name, limit }) {
        const now = performance.now();
        const { members } = findRoom(name).audience;
        return {
          rows: await find(
            members.slice(0, limit),
            () => true,
            (peer) => connectionRow(peer, now),
            limit,
          ),
        };
      },
    },
    'close-room': {
      check: ({ room }) => void findRoom(room),
      impact({ room: name }) {
        const room = relay.rooms.get(name);
        return room === undefined ? null : `takes ${counted(room.audience.size, 'member')} out of the room`;
      },
      async run({ room: name, reason }) {
        const room = findRoom(name);
        const text = reason === '' ? 'An operator closed the room.' : reason;
        return { closed: name, members: await server.inTurns(closeRoom(relay, room, text)) };
      },
    },
    broadcast: {
      check: ({ room }) => void (room === '' || findRoom(room)),
      impact({ room: name }) {
        const receivers = name === '' ? relay.size : (relay.rooms.get(name)?.audience.size ?? 0);
        return receivers === 0 ? null : `sends a notice to ${counted(receivers, 'client')}`;
      },
      run({ text, room: name, plain }) {
        const room = name === '' ? null : findRoom(name);
        return server.inTurns(notify(relay, room, text, plain));
      },
    },
    limits: { run: () => ({ rows: limitRows(LIMITS, (name) => server.limits[name]) }) },
    'set-limits': {
      run(args) {
        const changes = namedLimits(LIMITS, args);
        const after = { ...server.limits, ...changes };
        const [problem] = limitProblems(after);
        if (problem !== undefined)
          throw new SignalboxError('refused', `${problem.limit}: ${problem.message}.`);
        const before = formerLimits(changes, (name) => server.limits[name]);
        server.setLimits(changes);
        return { before, after: changes };
      },
    },
    ...banHandlers(server, bans),
    identity: { run: () => ownIdentity(server) },
    'rotate-identity': {
      impact: () => 'has every client that remembers the identity of the relay warn of another',
      async run() {
        const before = server.door.identity;
        await rotateIdentity();
        return { ...ownIdentity(server), before };
      },
    },
    peers: {
      async run({ text, limit }) {
        const matches = ({ peer, identity }: KnownPeer) => peer.includes(text) || identity.includes(text);
        const rowOf = ({ peer, identity, firstSeen, lastSeen }: KnownPeer) => ({
          peer,
          identity,
          connections: relay.connectionsOf(identity),
          firstSeen,
          lastSeen,
        });
        return { rows: await find(known.all(), matches, rowOf, limit) };
      },
    },
    'forget-peer': {
      run({ peer }) {
        const forgotten = known.forget(peer);
        if (forgotten === null)
          throw new SignalboxError(
            'not_found',
            `It is not known whose ${peer} is; list those that are with peers.`,
          );
        return { peer, identity: forgotten.identity };
      },
    },
    throttle: { run: ({ limit }) => ({ rows: throttleRows(server.admission.throttle, limit) }) },
    'reset-throttle': {
      run: ({ address }) => ({
        forgotten: server.admission.throttle.reset(address === '' ? undefined : address),
      }),
    },
  };
}

/** Tells the members of a room that it is closed, and takes them out; gives how many they were. */
function* closeRoom(relay: Relay, room: Room, reason: string): Steps<number> {
  const now = performance.now();
  const frame = relay.writer.control({ type: 'room-closed', room: room.name, reason }, true, now);
  const members = [...room.audience.members];
  for (const peer of members) {
    if (relay.turns.spend(workPrices.departure.ns)) yield null;
    if (relay.rooms.leave(peer, room)) peer.outbox.push(frame);
  }
  return members.length;
}

/** Sends a notice to the members of a room, or with null to everybody. */
function* notify(
  relay: Relay,
  room: Room | null,
  text: string,
  plain: boolean,
): Steps<{ delivered: number; skipped: number }> {
  const now = performance.now();
  const notice = relay.writer.control({ type: 'notice', text, room: room?.name ?? null }, true, now);
  const bytes = Buffer.from(text);
  let bare: Frame | null = null;
  let delivered = 0;
  let skipped = 0;
  for (const peer of room === null ? relay.peers() : [...room.audience.members]) {
    if (relay.turns.spend(workPrices.receiver.ns + workPrices.write.ns)) yield null;
    let frame: Frame | null = null;
    if (peer.stage === 'greeted') frame = notice;
    else if (plain && relay.broadcast.has(peer)) {
      bare ??= relay.writer.bare(bytes, 0, bytes.length, now);
      frame = bare;
    }
    if (frame !== null && peer.outbox.push(frame)) delivered++;
    else skipped++;
  }
  return { delivered, skipped };
}

function ownIdentity({ door }: RelayServer) {
  return { identity: door.identity, identityFingerprint: door.fingerprint, security: door.mode };
}
