/**
 * What a command would do, as the daemon says before it runs: with the checks that the run itself makes, so that nothing
 * is confirmed that would be refused.
 */
import type { ControlResults } from '../../contract/control/requests.ts';
import { type Outcome, refusalIn, type WireError } from '../../contract/errors.ts';
import type { CommandDescription } from '../../contract/manifest.ts';
import { sentence } from '../format/sentence.ts';
import { messages } from './messages.ts';

export type Impact =
  /** It may be run; `text` says what it would do. */
  | { readonly phase: 'stated'; readonly text: string }
  /** It would be refused. */
  | { readonly phase: 'refused'; readonly error: WireError };

/** Reads the answer to `command.impact`. */
export function impactOf(
  command: CommandDescription,
  outcome: Outcome<ControlResults['command.impact']>,
): Impact {
  if (outcome.ok) {
    const { text } = outcome.result;
    return { phase: 'stated', text: text === null ? messages.noImpact(command.danger) : sentence(text) };
  }
  const refusal = refusalIn(outcome);
  if (refusal !== null) return { phase: 'refused', error: refusal };
  return { phase: 'stated', text: messages.unknownImpact(sentence(outcome.error.message)) };
}
