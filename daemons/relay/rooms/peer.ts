/** Who is behind a connection: id, mode, rooms. Created on accept, changed by hello (greeting.ts). */
import { randomBytes } from 'node:crypto';
import type { Mode } from '../config.ts';
import type { Connection } from '../net/connection.ts';
import type { Outbox } from '../net/outbox.ts';
import type { Room } from './rooms.ts';

/**
 * How far the client has introduced itself. `new`: no frame yet. `plain`: its first frame was no hello. `greeting`: a
 * hello was refused and it may try again. `greeted`: its frames carry a kind byte.
 */
export type PeerStage = 'new' | 'plain' | 'greeting' | 'greeted';

/** One client as others know it. */
export class Peer {
  readonly connection: Connection;
  /** The connection's, which every message to a crowd asks for. */
  readonly outbox: Outbox;
  #id = '';
  #idBytes: Buffer = Buffer.alloc(0);
  mode: Mode;
  stage: PeerStage = 'new';
  /** Whether it asked for presence notices. */
  presence = false;
  readonly rooms = new Set<Room>();
  /** `performance.now()` of the last ping sent to it. */
  pingedAt = 0;

  constructor(connection: Connection, id: string, mode: Mode) {
    this.connection = connection;
    this.outbox = connection.outbox;
    this.mode = mode;
    this.id = id;
  }

  get id(): string {
    return this.#id;
  }

  set id(id: string) {
    this.#id = id;
    this.connection.account.connection = id;
    this.#idBytes = Buffer.from(id);
  }

  /** What it has proved to be; null for a client without a sealed session. */
  get identity(): string | null {
    return this.connection.session?.identity ?? null;
  }

  get idBytes(): Buffer {
    return this.#idBytes;
  }

  /** Whether frames to this client carry a kind byte. */
  get tagged(): boolean {
    return this.stage === 'greeted' || this.stage === 'greeting';
  }

  /** Whether direct messages reach it. */
  get reachable(): boolean {
    return this.stage === 'greeted' && (this.mode === 'rooms' || this.mode === 'direct');
  }
}

/** An id for a client that names none: random, so that a ban of one never meets another after a restart. */
export function assignedPeerId(): string {
  return `peer-${randomBytes(6).toString('hex')}`;
}

/** Says what is wrong with an id that a client chose, or null. */
export function peerIdProblem(id: string, maxBytes: number): string | null {
  if (id.length === 0) return 'A peer id may not be empty.';
  if (id.length > maxBytes) return `A peer id may have ${maxBytes} bytes; this one has ${id.length}.`;
  if (!/^[A-Za-z0-9][A-Za-z0-9._:@-]*$/.test(id))
    return 'A peer id has letters and digits, and after the first of them also . _ : @ -';
  return null;
}
