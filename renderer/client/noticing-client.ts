/**
 * A control client that looks at every answer for what a person should be told beside its result: that what was done is
 * not in the audit trail, or not on disk. The model of a host makes one around its own.
 */
import { warningIn } from '../../contract/errors.ts';
import type { ControlClient } from './control-client.ts';

/** What is to be told. */
export interface AnswerNotices {
  /** What was done is not in the audit trail. */
  onNotAudited(): void;
  /** The result of a command came with a warning. */
  onWarning(message: string): void;
}

/** `client`, with its answers looked at. */
export function noticing(client: ControlClient, notices: AnswerNotices): ControlClient {
  return {
    request: async (name, args) => {
      const outcome = await client.request(name, args);
      if (outcome.audited === false) notices.onNotAudited();
      // The answer of a command has its result in it; others have none there.
      const { result } = ((outcome.ok ? outcome.result : null) ?? {}) as { readonly result?: unknown };
      const warning = warningIn(result);
      if (warning !== null) notices.onWarning(warning.message);
      return outcome;
    },
    onEvent: (listener) => client.onEvent(listener),
    onConnection: (listener) => client.onConnection(listener),
    openStream: (source, handlers) => client.openStream(source, handlers),
    openBytes: (source) => client.openBytes(source),
    retryNow: () => client.retryNow(),
    close: () => client.close(),
  };
}
