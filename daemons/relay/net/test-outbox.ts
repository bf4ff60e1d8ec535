/** An outbox without a socket: a kernel that takes everything or nothing, and ticks that the test ends. For the tests beside it. */
import type { Socket } from 'node:net';
import type { SlowReaderPolicy } from '../config.ts';
import { Frame } from '../protocol/frame.ts';
import type { ConnectionClass } from './connection-classes.ts';
import type { ConnectionServices } from './connection-services.ts';
import { HeldMemory } from './held-memory.ts';
import { Outbox } from './outbox.ts';
import { Batcher, type Flushable } from './tick-flusher.ts';

export interface OutboxSettings {
  readonly bytes?: number;
  readonly frames?: number;
  readonly policy?: SlowReaderPolicy;
  readonly encrypted?: boolean;
  readonly maxFrameBytes?: number;
  readonly memory?: HeldMemory;
  readonly batchMs?: number;
}

/** A figure that goes both ways. */
class Figure {
  value = 0;
  add(amount = 1): void {
    this.value += amount;
  }
}

export class OutboxBench {
  readonly memory: HeldMemory;
  /** Whether the kernel takes a write at once. */
  kernelTakes = true;
  /** What the socket was given to write. */
  readonly written: Buffer[] = [];
  /** `schedule crowd`, `schedule answer`, `later`, `slow`, `sent`, `empty`, `grew`. */
  readonly told: string[] = [];
  readonly ages: Record<'frame' | 'backlog', [ms: number, frames: number][]> = { frame: [], backlog: [] };
  readonly metrics = {
    queueFrames: new Figure(),
    queueBytes: new Figure(),
    dropped: new Figure(),
    writes: new Figure(),
    bytesOut: new Figure(),
    framesOut: new Figure(),
    frameLatency: { record: (ns: number, times: number) => this.ages.frame.push([ns / 1e6, times]) },
    backlogLatency: { record: (ns: number, times: number) => this.ages.backlog.push([ns / 1e6, times]) },
  };
  readonly socket = {
    destroyed: false,
    writableLength: 0,
    write: (bytes: Buffer, done: () => void) => {
      this.written.push(Buffer.from(bytes));
      this.#pending.push(done);
      if (!this.kernelTakes) this.socket.writableLength += bytes.length;
    },
  };
  readonly outbox: Outbox;
  #pending: (() => void)[] = [];
  #line: Flushable[] = [];
  #chores: (() => void)[] = [];
  readonly batcher = new Batcher();
  /** How long each who was scheduled with the crowd may wait. */
  readonly patienceMs: number[] = [];
  readonly flusher = {
    batcher: this.batcher,
    crowdBytes: 0,
    schedule: (connection: Flushable, patienceMs: number) => {
      this.told.push('schedule crowd');
      this.patienceMs.push(patienceMs);
      this.#line.push(connection);
    },
    scheduleAnswer: (connection: Flushable) => {
      this.told.push('schedule answer');
      this.#line.push(connection);
    },
    later: (chore: () => void) => {
      this.told.push('later');
      this.#chores.push(chore);
    },
  };

  constructor(settings: OutboxSettings = {}) {
    const { bytes = 1_000, frames = 100, policy = 'disconnect', encrypted = false } = settings;
    this.memory = settings.memory ?? new HeldMemory();
    const services = {
      metrics: this.metrics,
      memory: this.memory,
      memoryWatch: { grew: () => this.told.push('grew') },
      limits: { max_frame_bytes: settings.maxFrameBytes ?? 100 },
      flusher: this.flusher,
    };
    const connectionClass = {
      slowReader: policy,
      limits: { send_queue_bytes: bytes, send_queue_frames: frames, batch_ms: settings.batchMs ?? 2 },
    };
    this.outbox = new Outbox(
      this.socket as unknown as Socket,
      encrypted,
      connectionClass as unknown as ConnectionClass,
      services as unknown as ConnectionServices,
      {
        onSlow: () => this.told.push('slow'),
        onSent: () => this.told.push('sent'),
        onEmpty: () => this.told.push('empty'),
      },
    );
  }

  /** The tick ends: what is scheduled is flushed, then the chores are done. */
  tick(): void {
    for (const connection of this.#line.splice(0)) connection.flush(this.batcher, performance.now());
    this.batcher.reset();
    for (const chore of this.#chores.splice(0)) chore();
  }

  /** The kernel has taken what it was given, and Node says so. */
  drain(): void {
    this.socket.writableLength = 0;
    this.finishWrites();
  }

  /** Node calls back for the writes so far. */
  finishWrites(): void {
    for (const done of this.#pending.splice(0)) done();
  }

  /** What was told since the last call. */
  news(): string[] {
    return this.told.splice(0);
  }
}

/** A frame of so many bytes, all of which are `fill`. */
export function frameOf(bytes: number, { control = false, fill = 0, receivedAt = 0 } = {}): Frame {
  return new Frame(Buffer.alloc(bytes, fill), 0, bytes, control, receivedAt);
}
