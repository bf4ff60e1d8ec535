/** Reads one request from a message transport: a line of the local socket, or a text message of a control WebSocket. */
import { controlRequestMessageSchema } from '../../daemons/contract/control-api.ts';

/** A request that has the right shape; its name and arguments are checked by the ControlService. */
export interface ParsedRequest {
  readonly id: number;
  readonly name: string;
  readonly args: unknown;
}

/** What is told about a message that is none. */
export const REQUEST_EXAMPLE = 'Expected one JSON object: {"id":1,"name":"status","args":{}}.';

/** The request in `text`; null for anything else. `args` may be left out. */
export function parseRequest(text: string): ParsedRequest | null {
  try {
    const raw: unknown = JSON.parse(text);
    if (typeof raw !== 'object' || raw === null) return null;
    const parsed = controlRequestMessageSchema.safeParse({ args: {}, ...raw });
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
