/** Reads one request from a message transport: a line of the local socket, or a text message of a control WebSocket. */
import { type ControlRequestMessage, controlRequestMessageSchema } from '../../contract/control/messages.ts';

/** What is told about a message that is none. */
export const REQUEST_EXAMPLE = 'Expected one JSON object: {"id":1,"name":"status","args":{}}.';

/** The request in `text`; null for anything else. `args` may be left out; name and arguments are checked by ControlService. */
export function parseRequest(text: string): ControlRequestMessage | null {
  try {
    const raw: unknown = JSON.parse(text);
    if (typeof raw !== 'object' || raw === null) return null;
    const parsed = controlRequestMessageSchema.safeParse({ args: {}, ...raw });
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
