/**
 * The first frame of a client that wants a sealed session: the name and version of the protocol and that of Noise. Both sides
 * put it into the handshake as prologue, so nobody on the way can have them speak another version.
 */
import { NOISE_NAME } from './handshake.ts';

/** What every version begins with. */
const PREFIX = 'signalbox-relay/';
export const PREAMBLE = new TextEncoder().encode(`${PREFIX}1 ${NOISE_NAME}`);

/** As a frame: its length in front of it. */
export const PREAMBLE_FRAME = Uint8Array.from([0, 0, 0, PREAMBLE.length, ...PREAMBLE]);

/** How far bytes that begin a connection are the frame: `other` from the first that is not. */
export function preambleIn(bytes: Uint8Array): 'whole' | 'part' | 'other' {
  const here = Math.min(bytes.length, PREAMBLE_FRAME.length);
  for (let at = 0; at < here; at++) if (bytes[at] !== PREAMBLE_FRAME[at]) return 'other';
  return here === PREAMBLE_FRAME.length ? 'whole' : 'part';
}

/** Whether a payload asks for a sealed session, of whatever version. */
export function asksForSession(payload: Uint8Array): boolean {
  if (payload.length < PREFIX.length || payload.length > 128) return false;
  for (let at = 0; at < PREFIX.length; at++) if (payload[at] !== PREFIX.charCodeAt(at)) return false;
  return true;
}
