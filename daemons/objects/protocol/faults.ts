/** What the parser says of requests that cannot be carried out, in words for the answer. */
import type { Fault } from './request.ts';
import { MAX_URI_BYTES, MODES, type ProtocolVersion } from './wire.ts';

/** Of a request: its id, and whether its answer waits for those before. */
export interface FaultPlace {
  readonly id: number;
  readonly ordered: boolean;
}

/** The URI is longer than the protocol allows. */
export const uriTooLong = ({ id, ordered }: FaultPlace, uriBytes: number): Fault => ({
  id,
  ordered,
  status: 'uri_too_long',
  message: `The URI has ${uriBytes} bytes; at most ${MAX_URI_BYTES} are allowed.`,
  closes: false,
});

/** The URI cannot be read. */
export const uriNotText = ({ id, ordered }: FaultPlace): Fault => ({
  id,
  ordered,
  status: 'invalid_request',
  message: 'The URI is not valid UTF-8.',
  closes: false,
});

/** No mode has that byte in this version, or the one that has it is not built. */
export function noSuchMode({ id, ordered }: FaultPlace, version: ProtocolVersion, byte: number): Fault {
  if (byte === MODES.segmented) {
    const message = 'Mode 4 (segmented) is not built; use 1, 2 or 3.';
    return { id, ordered, status: 'unsupported', message, closes: false };
  }
  const expected = version === 2 ? '1, 2, 3, a, d, l, p or s' : '1, 2 or 3';
  const message = `No mode has the byte ${byte}; expected ${expected}.`;
  return { id, ordered, status: 'invalid_mode', message, closes: false };
}

/** Where the next message begins is unknown, or too far away. */
export const brokenOff = (id: number, message: string): Fault => ({
  id,
  ordered: true,
  status: 'protocol',
  message,
  closes: true,
});
