/** Functions for tests of a pool: once time stands still on a thread, a task takes as long as the test says. */
import { waitAt } from './any-tasks.ts';
import type { Gate } from './gates.ts';

let passedMs = 0;

/** From now on it is a second ago, and only {@link timed} and {@link other} let time pass on this thread. Ends when the gate opens. */
export function stopTime({ gate }: { gate: Gate }): void {
  const began = performance.now() - 1_000;
  performance.now = () => began + passedMs;
  waitAt({ gate });
}

export interface Timed {
  readonly ms?: number;
  readonly gate?: Gate;
  readonly value?: number;
  readonly moved?: Uint8Array;
}

/** Takes `ms`, and stands still at a gate if it is given one. */
export function timed({ ms = 0, gate, value = 0 }: Timed): number {
  passedMs += ms;
  return gate === undefined ? value : waitAt({ gate, value });
}

/** Like {@link timed}; a pool knows the price of each function by itself. */
export function other(what: Timed): number {
  return timed(what);
}

/** Lets the loop of its thread go on until the gate opens. */
export async function awaitGate({ gate, value }: { gate: Gate; value: number }): Promise<number> {
  Atomics.add(gate, 0, 1);
  Atomics.notify(gate, 0);
  while (Atomics.load(gate, 1) === 0) await Atomics.waitAsync(gate, 1, 0).value;
  return value;
}

/** Looks whether it was cancelled. */
export function looks(_: null, call: { readonly cancelled: boolean }): boolean {
  return call.cancelled;
}
