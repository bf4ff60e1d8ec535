/** Gates at which tasks stand still until a test lets them go on. */
import { SharedSignal } from '../shared-signal.ts';

/** Shared memory: the first word counts who has begun, the second lets them go on, the third counts who waits for it. */
export type Gate = Int32Array;

export const makeGate = (): Gate => new Int32Array(new SharedArrayBuffer(12));

/** Resolves when so many have begun. */
export async function begun(gate: Gate, count = 1): Promise<void> {
  for (let now = Atomics.load(gate, 0); now < count; now = Atomics.load(gate, 0))
    await Atomics.waitAsync(gate, 0, now).value;
}

export function open(gate: Gate): void {
  new SharedSignal(gate, 1, 2).wake();
}
