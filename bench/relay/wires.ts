/**
 * How the relay and its rival are spoken to. Room names and peer ids have fixed lengths, so that every delivery of a
 * run has the same size and the generator need not parse. Used by load-client.ts.
 */
import type { WireName } from './messages.ts';

export interface Wire {
  /** Everything a client says to get into its room, and what the server's last word about it looks like. */
  enter(peer: string, room: string, alone: boolean): { readonly bytes: Buffer; readonly done: RegExp };
  /** A message to the room, ready to send, and where its payload lies. */
  message(room: string, payload: Buffer): { readonly bytes: Buffer; readonly payloadAt: number };
  /** What arrives for a message: its size, and where its payload lies. */
  delivery(
    peer: string,
    room: string,
    payloadBytes: number,
    alone: boolean,
  ): { readonly size: number; readonly payloadAt: number };
  /** First byte of a delivery; anything else at a boundary is a message of `otherSize` bytes that is passed over. */
  readonly deliveryByte: number;
  readonly otherSize: number;
  /** Whether all of it goes through a sealed session; as it is where absent. */
  readonly sealed?: true;
}

function frame(...parts: (Buffer | string)[]): Buffer {
  const payload = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(payload.length);
  return Buffer.concat([length, payload]);
}

const control = (message: object) => frame(`\0${JSON.stringify(message)}`);
const name = (text: string) => Buffer.from(`${String.fromCharCode(text.length)}${text}`);

/** docs/relay-protocol.md; a client alone uses plain echo, without a hello. */
const signalbox: Wire = {
  enter(peer, room, alone) {
    if (alone) return { bytes: frame('ready?'), done: /ready\?/ };
    const bytes = Buffer.concat([
      control({ type: 'hello', mode: 'rooms', peer }),
      control({ type: 'join', room }),
    ]);
    return { bytes, done: /"joined"/ };
  },
  message(room, payload) {
    const header = room === '' ? '' : Buffer.concat([Buffer.from([2]), name(room)]);
    const bytes = frame(header, payload);
    return { bytes, payloadAt: bytes.length - payload.length };
  },
  delivery(peer, room, payloadBytes, alone) {
    const size = (alone ? 4 : 4 + 1 + 1 + room.length + 1 + peer.length) + payloadBytes;
    return { size, payloadAt: size - payloadBytes };
  },
  // The highest byte of a length: no other frames arrive while load runs.
  deliveryByte: 0,
  otherSize: 0,
};

/** The client protocol of NATS: docs.nats.io/reference/reference-protocols/nats-protocol. */
const nats: Wire = {
  enter(_peer, room, alone) {
    const options = JSON.stringify({
      verbose: false,
      pedantic: false,
      echo: alone,
      lang: 'bench',
      version: '1',
    });
    return { bytes: Buffer.from(`CONNECT ${options}\r\nSUB ${room} 1\r\nPING\r\n`), done: /PONG\r\n/ };
  },
  message(room, payload) {
    const head = `PUB ${room} ${payload.length}\r\n`;
    return {
      bytes: Buffer.concat([Buffer.from(head), payload, Buffer.from('\r\n')]),
      payloadAt: head.length,
    };
  },
  delivery(_peer, room, payloadBytes) {
    const payloadAt = `MSG ${room} 1 ${payloadBytes}\r\n`.length;
    return { size: payloadAt + payloadBytes + 2, payloadAt };
  },
  deliveryByte: 0x4d,
  // PING, which the server sends two seconds after a client connected.
  otherSize: 6,
};

export const WIRES: Readonly<Record<WireName, Wire>> = {
  signalbox,
  sealed: { ...signalbox, sealed: true },
  nats,
};
