/** Rows of the live tables and of table results, in the order of the manifest's columns. */
import type { TableCell } from '../../../contract/stream.ts';
import type { InnerTableProvider, TableProvider } from '../../runtime/telemetry/stream-hub.ts';
import type { BanList } from '../net/ban-list.ts';
import type { Peer } from '../rooms/peer.ts';
import type { Relay } from '../rooms/relay.ts';
import type { Room } from '../rooms/rooms.ts';
import { CIPHER } from '../secure/session-door.ts';

type Row = Readonly<Record<string, TableCell>>;

/** A client as a row; the keys are the manifest's columns, in their order. */
export function connectionRow(peer: Peer, nowMs: number): Row {
  const { connection } = peer;
  const { intake, outbox } = connection;
  return {
    peer: peer.id,
    address: connection.address,
    mode: peer.tagged ? peer.mode : `${peer.mode} (plain)`,
    class: connection.connectionClass.name,
    tls: connection.tls ?? '',
    security: connection.session === null ? 'plain' : 'noise',
    identity: peer.identity ?? '',
    cipher: connection.session === null ? '' : CIPHER,
    keyAge: keyAgeSeconds(connection, nowMs),
    rooms: peer.rooms.size,
    connectedAt: connection.connectedAt,
    idle: Math.max(0, Math.round((nowMs - connection.lastReceivedAt) / 1_000)),
    framesIn: intake.framesIn,
    framesOut: outbox.framesOut,
    bytesIn: intake.bytesIn,
    bytesOut: outbox.bytesOut,
    queueFrames: outbox.queuedFrames,
    queueBytes: outbox.queuedBytes,
    dropped: outbox.droppedFrames,
  };
}

/** Seconds since the relay took the key that it seals with; null without a session. */
function keyAgeSeconds({ session }: Peer['connection'], nowMs: number): number | null {
  return session === null ? null : Math.max(0, Math.round((nowMs - session.sealer.keyedAt) / 1_000));
}

/** A room as a row. */
export function roomRow(room: Room): Row {
  return {
    room: room.name,
    members: room.audience.size,
    frames: room.frames,
    createdAt: room.createdAt,
    createdBy: room.createdBy,
  };
}

/** The bans in force; the keys are those of the manifest's columns. */
export function banRows(bans: BanList): readonly Row[] {
  return bans.all(Date.now()).map(({ kind, value, reason, by, createdAt, expiresAt }) => ({
    kind,
    mask: value,
    reason,
    by,
    createdAt,
    expiresAt,
  }));
}

/** The live tables of the manifest but that of the bans, and those about one row. */
export function relayTables(relay: Relay): Readonly<Record<'connections' | 'rooms', TableProvider>> {
  return {
    connections: peerTable(
      () => relay.peers(),
      () => relay.size,
    ),
    rooms: {
      *rows() {
        for (const room of relay.rooms.all()) yield Object.values(roomRow(room));
      },
      total: () => relay.rooms.size,
    },
  };
}

/** The live tables about one room. */
export function relayInnerTables(relay: Relay): Readonly<Record<'members', InnerTableProvider>> {
  return {
    members: {
      about: (name) => {
        const audience = relay.rooms.get(name)?.audience;
        return audience === undefined
          ? null
          : peerTable(
              () => audience.members,
              () => audience.size,
            );
      },
    },
  };
}

function peerTable(peers: () => Iterable<Peer>, total: () => number): TableProvider {
  return {
    *rows() {
      const now = performance.now();
      for (const peer of peers()) yield Object.values(connectionRow(peer, now));
    },
    total,
  };
}
