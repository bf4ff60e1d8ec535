/** What `bench/objects.ts` and its load generator say to each other. */
import type { Target } from './load-socket.ts';

/** What is asked for, again and again. */
export type Ask =
  | { readonly wire: 'objects'; readonly mode: 'fdpass' | 'copy' | 'splice'; readonly uri: string }
  | { readonly wire: 'http'; readonly uri: string };

export interface Job {
  readonly target: Target;
  readonly connections: number;
  /** Requests under way on each connection. */
  readonly depth: number;
  /** Each connection asks for these in turns; one that stands there several times is asked for as often. */
  readonly asks: readonly Ask[];
  readonly warmupSeconds: number;
  readonly seconds: number;
}

export interface Measurement {
  readonly seconds: number;
  readonly answers: number;
  readonly bytes: number;
  readonly descriptors: number;
  /** From a request, or a batch of them, to its last byte, in microseconds. */
  readonly latencyUs: { readonly p50: number; readonly p99: number; readonly max: number };
  readonly generatorCpuSeconds: number;
}

export type GeneratorMessage =
  /** All are connected and have had an answer; the server's memory is read now. */
  | { readonly type: 'connected' }
  /** The measured time begins; the server's usage is read now and at `done`. */
  | { readonly type: 'start' }
  | { readonly type: 'done'; readonly measurement: Measurement }
  | { readonly type: 'error'; readonly message: string };
