/** Functions for the tests of ThreadPool. */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { MessageChannel, threadId, threadName } from 'node:worker_threads';
import { SignalboxError } from '../../../../contract/errors.ts';
import type { TaskCall } from '../pool-task.ts';
import { SharedSignal } from '../shared-signal.ts';
import type { Gate } from './gates.ts';

export function echo<Value>(value: Value): Value {
  return value;
}

/** Stands still until the gate opens. */
export function waitAt({ gate, value = 0 }: { gate: Gate; value?: number }): number {
  Atomics.add(gate, 0, 1);
  Atomics.notify(gate, 0);
  new SharedSignal(gate, 1, 2).block(() => Atomics.load(gate, 1) > 0, Number.POSITIVE_INFINITY);
  return value;
}

/** Writes down its number, where tasks before it did. */
export function note({ order, number }: { order: Int32Array; number: number }): void {
  order[Atomics.add(order, 0, 1) + 1] = number;
}

/** Goes on until it is cancelled. */
export function untilCancelled(
  { gate, how }: { gate: Gate; how: 'return' | 'throw' },
  call: TaskCall,
): string {
  Atomics.add(gate, 0, 1);
  Atomics.notify(gate, 0);
  while (!call.cancelled);
  if (how === 'throw') throw new Error('interrupted');
  return 'half';
}

/** Does not look whether it was cancelled. */
export async function deaf({ gate }: { gate: Gate }): Promise<string> {
  return `done ${waitAt({ gate })}`;
}

export async function later(value: number): Promise<number> {
  await new Promise(setImmediate);
  if (value < 0) throw new RangeError('below zero');
  return value * 2;
}

export function throwing(how: 'error' | 'text' | 'known' | 'strange'): never {
  if (how === 'text') throw 'only a text';
  if (how === 'known') throw new SignalboxError('conflict', 'is there already', { detail: { limit: 'x' } });
  if (how === 'strange') throw new SignalboxError('of another version' as 'conflict', 'is not known here');
  throw new TypeError('not of that type');
}

export function hang({ gate }: { gate: Gate }): void {
  Atomics.add(gate, 0, 1);
  Atomics.notify(gate, 0);
  for (;;);
}

/** Quick, or for ever. */
export function maybeHang(value: number): number {
  while (value < 0);
  return value;
}

export function exit(code: number): void {
  process.exit(code);
}

/** Its thread ends by an exception that no task is asked about. */
export function throwBehindItsBack(): Promise<never> {
  setImmediate(() => {
    throw new RangeError('nobody caught it');
  });
  return new Promise(() => {});
}

export function notData(): () => void {
  return () => {};
}

let lastMoved = new Uint8Array(0);

export function moved(bytes: number, call: TaskCall): Uint8Array {
  lastMoved = new Uint8Array(bytes).fill(7);
  call.transfer([lastMoved.buffer]);
  return lastMoved;
}

/** What its thread still has of the last that was moved. */
export function leftOfMoved(): number {
  return lastMoved.length;
}

export function port(_: null, call: TaskCall) {
  const { port1 } = new MessageChannel();
  call.transfer([port1]);
  return port1;
}

/** Reads by the threads that Node shares. */
export function readAsync(file: string): Promise<string> {
  return readFile(file, 'utf8');
}

/** Which thread runs it, and its niceness. */
export function whoAmI(): { id: number; name: string; nice: number } {
  const stat = readFileSync('/proc/thread-self/stat', 'utf8');
  // The second field is a name that may have spaces, in brackets.
  const nice = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]);
  return { id: threadId, name: String(threadName), nice };
}

export const noFunction = 3;
