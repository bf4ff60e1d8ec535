import { expect, it } from 'vitest';
import { connectionRow, roomRow } from './tables.ts';

it('has rows that say what a client sent and was sent, how long it is silent, and what waits', () => {
  const connection = {
    address: '192.0.2.1',
    connectionClass: { name: 'office' },
    tls: 'TLSv1.3',
    session: { sealer: { keyedAt: 9_600 } },
    connectedAt: 77,
    lastReceivedAt: 10_000,
    intake: { framesIn: 1, bytesIn: 2 },
    outbox: { framesOut: 3, bytesOut: 4, queuedFrames: 5, queuedBytes: 6, droppedFrames: 7 },
  };
  const peer = {
    id: 'ann',
    identity: 'KEY',
    connection,
    tagged: true,
    mode: 'rooms',
    rooms: new Set([1, 2]),
  };
  const row = {
    peer: 'ann',
    address: '192.0.2.1',
    mode: 'rooms',
    class: 'office',
    tls: 'TLSv1.3',
    security: 'noise',
    identity: 'KEY',
    cipher: 'ChaCha20-Poly1305',
    keyAge: 4,
    rooms: 2,
    connectedAt: 77,
    idle: 4,
    framesIn: 1,
    framesOut: 3,
    bytesIn: 2,
    bytesOut: 4,
    queueFrames: 5,
    queueBytes: 6,
    dropped: 7,
  };
  expect(connectionRow(peer as never, 13_600)).toEqual(row);
  const plain = {
    ...peer,
    identity: null,
    tagged: false,
    connection: { ...connection, session: null, tls: null },
  };
  expect(connectionRow(plain as never, 9_000)).toEqual({
    ...row,
    mode: 'rooms (plain)',
    tls: '',
    security: 'plain',
    identity: '',
    cipher: '',
    keyAge: null,
    idle: 0,
  });
  const room = { name: 'den', audience: { size: 3 }, frames: 4, createdAt: 5, createdBy: 'ann' };
  expect(roomRow(room as never)).toEqual({
    room: 'den',
    members: 3,
    frames: 4,
    createdAt: 5,
    createdBy: 'ann',
  });
});
