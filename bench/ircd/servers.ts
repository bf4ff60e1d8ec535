/** The servers under load: our IRC server, and InspIRCd where it is installed. Used by `bench/ircd.ts`. */
import { type ServerKind, startDaemon, startRival } from '../shared/server-process.ts';
import { findInspircd, inspircdArguments } from './inspircd.ts';

/** A server of the IRC benchmark. */
export interface IrcServerKind extends ServerKind {
  /** All its clients come over TCP, whatever the scenario says: what WebSocket is compared with. */
  readonly overTcp?: boolean;
}

/** Takes clients. */
export const TCP = '{ host = "127.0.0.1", port = 0 }';
const WEBSOCKET = '{ host = "127.0.0.1", port = 0, protocol = "websocket" }';

/** The `[ircd]` of a server under load, in whose way no limit is. @param settings more of its lines */
export const unlimitedIrcd = (listeners: readonly string[], settings = '') => `
[ircd]
${settings}listen = [${listeners.join(', ')}]
dns = false
ident = false
[[ircd.class]]
name = "bench"
match = ["127.0.0.0/8"]
throttle = false
flood = false
max_connections = 100000
send_queue_bytes = 67108864
receive_queue_bytes = 16777216
ping_seconds = 600
`;

/** No limit is in the way. The second listener takes WebSockets. */
export const IRCD_CONFIG = unlimitedIrcd([TCP, WEBSOCKET]);

/** The same without WebSockets, which older checkouts do not know: part of the host's configuration in bench/metrics/host.ts. */
export const IRCD_TCP_CONFIG = unlimitedIrcd([TCP]);

/**
 * Our server, and InspIRCd where it is installed.
 * @param main the entry file of our daemon; another only for experiments.
 */
export function serverKinds(nodeOptions: readonly string[], main?: string): IrcServerKind[] {
  const kinds: IrcServerKind[] = [
    {
      name: 'signalbox',
      start: () => startDaemon({ id: 'ircd', config: IRCD_CONFIG, nodeOptions, main }),
    },
  ];
  const rival = findInspircd();
  if (rival !== null) {
    kinds.push({
      name: `inspircd ${rival.version}`,
      start: () => startRival('inspircd', rival.path, inspircdArguments, 1),
    });
  }
  return kinds;
}
