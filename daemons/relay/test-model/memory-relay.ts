/** The relay proper with clients in memory: what each is sent, as it is sent. For tests of frames, without sockets and turns. */
import { WorkAccount, WorkGroup } from '../../runtime/async/work-account.ts';
import { WorkTurns, type WorkTurnsOptions } from '../../runtime/async/work-turns.ts';
import { type DefaultMode, MODES, type Mode } from '../config.ts';
import { defaultLimits, type Limits } from '../limits.ts';
import type { Connection } from '../net/connection.ts';
import type { Frame } from '../protocol/frame.ts';
import type { Peer } from '../rooms/peer.ts';
import { Relay, type RelayOptions } from '../rooms/relay.ts';
import { framed } from '../test-relay.ts';

type Message = Record<string, unknown>;

/** Turns without an end, so that everything is done at once. */
export const ENDLESS: WorkTurnsOptions = {
  turnMs: Number.POSITIVE_INFINITY,
  sliceMs: Number.POSITIVE_INFINITY,
};

/** One client. */
export class MemoryClient {
  readonly account = new WorkAccount(new WorkGroup());
  readonly session = null;
  readonly tls = null;
  readonly intake = { keeps: false };
  lastReceivedAt = 7;
  ending = false;
  readonly connectionClass = {
    limits: { ping_seconds: 11, idle_seconds: 22 },
    slowReader: 'disconnect',
  };
  readonly outbox = {
    queuedBytes: 3,
    queuedFrames: 2,
    push: (frame: Frame) => this.push(frame),
    dropData: () => this.droppable,
  };
  /** Its send queue takes nothing more. */
  full = false;
  /** Frames of data that could be dropped. */
  droppable = 0;
  readonly frames: Frame[] = [];
  /** `REASON QUEUE` once it has ended, with its last frame among the others. */
  ended: string | null = null;
  destroyed = false;
  readonly #relay: MemoryRelay;
  readonly peer: Peer;

  constructor(relay: MemoryRelay, mode: DefaultMode) {
    this.#relay = relay;
    this.peer = relay.relay.admit(this as unknown as Connection, mode);
  }

  push(frame: Frame): boolean {
    if (!this.full) this.frames.push(frame);
    return !this.full;
  }

  end(reason: string, last: Frame | null, queue = 'send'): void {
    if (this.ended !== null) return;
    if (last !== null) this.frames.push(last);
    this.ended = `${reason} ${queue}`;
    this.ending = true;
    this.#relay.relay.onEnd(this as unknown as Connection, reason);
  }

  destroy(): void {
    this.destroyed = true;
  }

  /** Sends a payload. */
  send(payload: Buffer | string): void {
    const frame = framed(payload);
    this.#relay.relay.onFrame(this as unknown as Connection, frame, 0, frame.length);
  }

  /** Sends a control message; gives what the client was told since the last look. */
  ask(message: Message): Message[] {
    this.messages();
    this.send(`\0${JSON.stringify(message)}`);
    return this.messages();
  }

  /** Payloads since the last look. */
  payloads(): Buffer[] {
    return this.frames.splice(0).map((frame) => frame.bytes().subarray(4));
  }

  /** The same, as control messages. */
  messages(): Message[] {
    return this.payloads().map((payload) => JSON.parse(payload.toString('utf8', payload[0] === 0 ? 1 : 0)));
  }

  get connection(): Connection {
    return this as unknown as Connection;
  }
}

/** A relay, with what it counts and tells. */
export class MemoryRelay {
  readonly counted = { errors: 0, slowReaders: 0, memoryDisconnects: 0 };
  readonly ends: string[] = [];
  readonly gone: unknown[] = [];
  readonly limits: Limits;
  readonly relay: Relay;
  readonly turns: WorkTurns;
  readonly bans = new Map<string, string>();

  constructor(
    limits: Partial<Limits> = {},
    modes: readonly Mode[] = MODES,
    turns: WorkTurnsOptions = ENDLESS,
  ) {
    this.limits = { ...defaultLimits(), ...limits };
    this.turns = new WorkTurns(turns);
    const counter = (name: keyof MemoryRelay['counted']) => ({ add: () => this.counted[name]++ });
    this.relay = new Relay({
      limits: this.limits,
      metrics: {
        errors: counter('errors'),
        slowReaders: counter('slowReaders'),
        memoryDisconnects: counter('memoryDisconnects'),
      },
      bans: {
        ofPeer: (id: string) => {
          const reason = this.bans.get(id);
          return reason === undefined ? null : { reason };
        },
      },
      door: { offered: false, required: false },
      known: { get: () => undefined },
      turns: this.turns,
      flusher: { pending: 0 },
      modes: () => modes,
      onEnded: (peer: Peer, reason: string) => this.ends.push(`${peer.id} ${reason}`),
      onGone: (connection: unknown) => this.gone.push(connection),
    } as unknown as RelayOptions);
  }

  connect(mode: DefaultMode = 'echo'): MemoryClient {
    return new MemoryClient(this, mode);
  }

  /** A client that said hello and was told welcome. */
  greet(mode: Mode, peer: string, features: readonly string[] = []): MemoryClient {
    const client = this.connect();
    const [welcome] = client.ask({ type: 'hello', mode, peer, features });
    if (welcome?.type !== 'welcome') throw new Error(`not welcome: ${JSON.stringify(welcome)}`);
    return client;
  }
}
