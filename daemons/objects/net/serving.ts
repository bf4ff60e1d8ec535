/** What the connections of one thread share. Each thread has its own; nothing in it is used by two. */
import type { Clock } from '../../../kit/clock.ts';
import type { WorkTurns } from '../../runtime/async/work-turns.ts';
import type { ServingMetrics } from '../metrics.ts';
import type { Carrier } from '../native/descriptor-sender.ts';
import type { Native } from '../native/native-calls.ts';
import type { Permissions } from '../permissions.ts';
import type { ObjectReader } from '../store/object-reader.ts';
import type { ObjectWrites } from '../store/object-writes.ts';
import type { CopyBuffers } from './copy-buffers.ts';
import type { DescriptorBatch } from './descriptor-batch.ts';
import type { EngineSettings } from './engine.ts';
import type { OutputArena } from './output-arena.ts';
import type { StoreWork } from './store-work.ts';

/** Of one thread. */
export interface Serving {
  readonly reader: ObjectReader;
  readonly writes: ObjectWrites;
  readonly native: Native | null;
  /** Why there are no native calls; an empty text where there are. */
  readonly nativeReason: string;
  readonly turns: WorkTurns;
  readonly metrics: ServingMetrics;
  readonly arena: OutputArena;
  readonly buffers: CopyBuffers;
  readonly clock: Clock;
  /** In force now; a reload replaces them. */
  readonly settings: EngineSettings;
  readonly permissions: Permissions;
  /** Opens objects for connections whose terms say so; null where nobody else does. */
  readonly aside: StoreWork | null;
  /** The one batch of descriptors of this thread for a way of carrying them. Only where there are native calls. */
  batchOf(carrier: Carrier): DescriptorBatch;
  /** Has a range of a file read into memory by another thread; resolves when it is there, or when it failed, which SPLICE then sees. */
  readAhead(fd: number, offset: number, bytes: number): Promise<void>;
  /** Memory that waits for clients has become so much more, or less. */
  onHeld(bytes: number): void;
  /** For the log: a connection asked for what it may not. */
  onRefused(client: number, why: string): void;
  /** For the log: something failed that should not. */
  onDefect(error: unknown): void;
}
