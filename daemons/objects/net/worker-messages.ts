/** What the daemon's thread and the threads that serve connections say to each other. All of it is plain data. */
import type { MessagePort } from 'node:worker_threads';
import type { ThreadDescription } from '../../runtime/telemetry/thread-metrics.ts';
import type { Peer } from '../permissions.ts';
import type { SharedStore } from '../store/object-reader.ts';
import type { CachedFacts, ConnectionTerms, EngineSettings } from './engine.ts';
import type { RowPlace } from './facts-board.ts';
import type { SharedLimits } from './serving-thread.ts';
import type { StealingMembers } from './stealing-work.ts';

/** What a serving thread is started with; the port to the store is transferred. */
export interface ServingWorkerData {
  readonly reading: SharedStore;
  readonly store: MessagePort;
  readonly settings: EngineSettings;
  /** Why there are no native calls; an empty text where there are. */
  readonly nativeReason: string;
  /** Null where the registry has no slots left: the thread then counts for itself. */
  readonly metrics: ThreadDescription | null;
  /** Memory of {@link WorkerFigures}. */
  readonly figures: SharedArrayBuffer;
  /** What all threads may hold together, and how many they are. */
  readonly shared: SharedLimits;
  readonly pins: readonly string[];
  readonly draining: boolean;
}

/** A socket on its way to a thread: the descriptor is the thread's from when the row says that it was taken. */
export interface SocketHandOver {
  readonly fd: number;
  readonly terms: ConnectionTerms;
  readonly peer: Peer;
  /** What was read of it before. */
  readonly early: Uint8Array | null;
  readonly row: RowPlace;
}

/** What a thread is asked, and answers. */
export interface WorkerQuestions {
  cached: { readonly argument: null; readonly answer: readonly CachedFacts[] };
  clearCache: { readonly argument: null; readonly answer: number };
  pin: { readonly argument: { readonly uri: string; readonly on: boolean }; readonly answer: boolean };
}

/** One of the questions, with its number. */
export type WorkerQuestion = {
  readonly [Name in keyof WorkerQuestions]: {
    readonly type: 'ask';
    readonly id: number;
    readonly name: Name;
    readonly argument: WorkerQuestions[Name]['argument'];
  };
}[keyof WorkerQuestions];

/** To a serving thread. */
export type ToWorker =
  | { readonly type: 'serve'; readonly socket: SocketHandOver }
  | { readonly type: 'kill'; readonly client: number }
  | { readonly type: 'drain' }
  | { readonly type: 'resume' }
  | { readonly type: 'configure'; readonly settings: EngineSettings }
  | { readonly type: 'share'; readonly shared: SharedLimits }
  | { readonly type: 'steal'; readonly members: StealingMembers }
  /** One of those it takes from is no more. */
  | { readonly type: 'stealerLost'; readonly number: number }
  | { readonly type: 'metrics'; readonly description: ThreadDescription }
  | { readonly type: 'isRead'; readonly id: number }
  | WorkerQuestion;

/** From a serving thread. */
export type FromWorker =
  | { readonly type: 'ready' }
  | { readonly type: 'closed'; readonly client: number }
  | { readonly type: 'refused'; readonly client: number; readonly why: string }
  | { readonly type: 'defect'; readonly text: string }
  | {
      readonly type: 'read';
      readonly id: number;
      readonly fd: number;
      readonly offset: number;
      readonly bytes: number;
    }
  | { readonly type: 'answer'; readonly id: number; readonly answer: unknown };
