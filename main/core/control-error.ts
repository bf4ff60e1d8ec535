/** Turns outcomes back into exceptions inside the control plane; its boundary turns them into outcomes again. */
import { fromWireError, type Outcome } from '../../contract/errors.ts';

/** The result of `outcome`. Throws its error. */
export function unwrap<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.result;
  throw fromWireError(outcome.error);
}
