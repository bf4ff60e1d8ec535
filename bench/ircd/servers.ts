/** The servers under load: our IRC server, those of its rivals that are installed, and the C loop. Used by `bench/ircd.ts`. */
import { C_LOOP, compileCLoopForNow, LINE_BY_LINE, type WriteShape } from '../shared/c-loop/c-loop.ts';
import { type RunningServer, type ServerKind, startDaemon, startRival } from '../shared/server-process.ts';
import { ergoArguments, findErgo } from './ergo.ts';
import { startWithKeeper } from './history-on-disk.ts';
import { findInspircd, inspircdArguments } from './inspircd.ts';

/** A server of the IRC benchmark. */
export interface IrcServerKind extends ServerKind {
  /** All its clients come over TCP, whatever the scenario says: what WebSocket is compared with. */
  readonly overTcp?: boolean;
  /** Takes no WebSockets here. */
  readonly noWebSockets?: boolean;
  /** The C loop, which knows little of IRC. */
  readonly onlyCLoop?: boolean;
  /** @param like how ours has written in the same scenario, for the C loop */
  start(like?: WriteShape): Promise<RunningServer>;
}

/** What is compared. */
export interface ComparedServers {
  /** Ours first. */
  readonly kinds: readonly IrcServerKind[];
  /** What is missing on this machine, and what brings it. */
  readonly skipped: readonly string[];
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

/** @param main the entry file of our daemon; another only for experiments */
export const ourServer = (nodeOptions: readonly string[], main?: string): ServerKind => ({
  name: 'signalbox',
  start: () => startDaemon({ id: 'ircd', config: IRCD_CONFIG, nodeOptions, main }),
});

/** Keeps what is said on every channel, as long as there is room. A server that stands alone keeps it in memory. */
export const HISTORY = `
[ircd.history]
keep_minutes = 60
new_channels = true
`;

/** Our server without history, with it in memory, and with it on disk as well. */
export const withHistory = (nodeOptions: readonly string[], main?: string): readonly ServerKind[] => [
  ourServer(nodeOptions, main),
  {
    name: 'signalbox +history',
    start: () => startDaemon({ id: 'ircd', config: IRCD_CONFIG + HISTORY, nodeOptions, main }),
  },
  {
    name: 'signalbox +history on disk',
    start: () => startWithKeeper({ id: 'ircd', config: IRCD_CONFIG + HISTORY, nodeOptions, main }),
  },
];

/** Our server with so many threads that own sockets, on all cores. */
export const sharded = (threads: number, nodeOptions: readonly string[]): ServerKind => ({
  name: threads === 0 ? 'signalbox' : `signalbox +${threads}`,
  start: () => {
    const config = unlimitedIrcd([TCP, WEBSOCKET], `io_threads = ${threads}\n`);
    return startDaemon({ id: 'ircd', config, nodeOptions, cores: 'all' });
  },
});

/** Our server, InspIRCd and Ergo where they are installed, and the C loop where there is a compiler. */
export function comparedServers(nodeOptions: readonly string[], main?: string): ComparedServers {
  const kinds: IrcServerKind[] = [ourServer(nodeOptions, main)];
  const skipped: string[] = [];
  const inspircd = findInspircd();
  if (inspircd === null) skipped.push('InspIRCd: it is not installed (apt install inspircd)');
  else
    kinds.push({
      name: `inspircd ${inspircd.version}`,
      start: () => startRival('inspircd', inspircd.path, inspircdArguments, 1),
    });
  const ergo = findErgo();
  if (ergo === null) skipped.push('Ergo: there is no "ergo" of IRC in the path (https://ergo.chat)');
  else
    kinds.push({
      name: `ergo ${ergo.version}`,
      noWebSockets: true,
      start: () =>
        startRival('ergo', ergo.path, (directory, port) => ergoArguments(ergo.path, directory, port)),
    });
  const startCLoop = compileCLoopForNow();
  if (typeof startCLoop === 'string') skipped.push(startCLoop);
  else kinds.push({ name: C_LOOP, onlyCLoop: true, start: (like = LINE_BY_LINE) => startCLoop('irc', like) });
  return { kinds, skipped };
}
