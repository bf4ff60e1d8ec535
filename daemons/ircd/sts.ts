/** Strict transport security (IRCv3 sts): clients that came in clear are told to come by TLS. Asked by CAP. */
import type { IrcdConfig } from './config.ts';
import { type Connection, FRAMING } from './net/connection.ts';

/**
 * The capability `sts` with its value for this client, or null where it has none. It says the port to who came in clear, and how long the
 * policy holds to who came by TLS: nobody else would believe it. Nobody can ask for it (CAP REQ), because it is no setting.
 */
export function stsPolicy({ sts }: IrcdConfig, connection: Connection<unknown>): string | null {
  // A page cannot choose how its browser connects.
  if (sts === undefined || connection.framing !== FRAMING.line) return null;
  if (connection.tls === null) return `sts=port=${sts.port}`;
  return `sts=duration=${sts.duration_seconds}${sts.preload ? ',preload' : ''}`;
}
