/**
 * The server that is loaded: one that was named with --against, or our own, started on loopback for as long as the load lasts. No other
 * address is ever called. Used by main.ts.
 */
import { randomBytes } from 'node:crypto';
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { SignalboxError } from '../../contract/errors.ts';
import { hashPassword } from '../../daemons/ircd/passwords.ts';
import { type Place, tlsOptions } from '../ircd/load-client.ts';
import { unlimitedIrcd } from '../ircd/servers.ts';
import { startDaemon } from '../shared/server-process.ts';
import type { LoadRequest, NamedServer } from './options.ts';
import { linkPassword, serverPassword } from './password-file.ts';
import { linkedServers } from './split-server.ts';

const PROBE_MS = 10_000;

/** Where clients and servers connect. */
export interface Target {
  /** As people call it. */
  readonly name: string;
  readonly port: number;
  readonly place: Place;
  /** What each client says first; nothing where absent. */
  readonly password?: string | undefined;
  /** Whether clients come over WebSockets. */
  readonly webSocket: boolean;
  /** The page that they say they come from then; null for none. */
  readonly origin: string | null;
  /** Whether it was started for this load. */
  readonly own: boolean;
  /** Of netsplit; 0 where no servers link. */
  readonly linkPort: number;
  readonly linkPassword: string;
  close(): Promise<void>;
}

/** Starts our own server or looks whether the named one is there. @throws SignalboxError `unavailable`, `refused`, `bad_request` */
export async function openTarget(request: LoadRequest): Promise<Target> {
  const { against, websocket: webSocket, origin, passwordFile, linkPasswordFile } = request;
  const guests = {
    ...{ webSocket, origin },
    password: passwordFile === null ? undefined : await serverPassword(passwordFile),
    linkPassword:
      linkPasswordFile === null ? randomBytes(16).toString('hex') : await linkPassword(linkPasswordFile),
  };
  if (against === null) return startOwn(request, guests);
  const named = placeOf(against.host, request);
  // All go to the address that was found: a name is looked up once, and not by every client.
  const place = { ...named, host: await lookAt(against, named), servername: against.host };
  const linkPort = request.numbers['link-port'] ?? 0;
  if (linkPort !== 0) await lookAt({ host: against.host, port: linkPort }, place);
  const name = `${isIP(against.host) === 6 ? `[${against.host}]` : against.host}:${against.port}`;
  return { ...guests, name, port: against.port, place, own: false, linkPort, close: async () => {} };
}

function placeOf(host: string, { tls, insecure }: Pick<LoadRequest, 'tls' | 'insecure'>): Place {
  return tls ? { host, tls: insecure ? 'any' : 'verified' } : { host };
}

async function startOwn(
  { tool, tls, numbers }: LoadRequest,
  guests: Pick<Target, 'webSocket' | 'origin' | 'password' | 'linkPassword'>,
): Promise<Target> {
  const secure = tls ? ', tls = true' : '';
  const links = tool === 'netsplit';
  const framed = guests.webSocket ? ', protocol = "websocket"' : '';
  const listeners = [`{ host = "127.0.0.1", port = 0${framed}${secure} }`];
  if (links) listeners.push(`{ host = "127.0.0.1", port = 0, protocol = "p10"${secure} }`);
  const blocks = links
    ? linkedServers(numbers).map(
        ({ name }) => `[[ircd.link]]\nname = "${name}"\npassword = "${guests.linkPassword}"\n`,
      )
    : [];
  const settings = links ? 'server_name = "hub.load.test"\nnumeric = 1\n' : '';
  const asked =
    guests.password === undefined ? '' : `password_hash = "${await hashPassword(guests.password)}"\n`;
  const config = `${unlimitedIrcd(listeners, settings + asked)}${blocks.join('')}`;
  const server = await startDaemon({ id: 'ircd', config, nodeOptions: [], quiet: true });
  return {
    ...guests,
    name: `our own ircd on 127.0.0.1:${server.port}`,
    port: server.port,
    // Its certificate is its own.
    place: placeOf('127.0.0.1', { tls, insecure: true }),
    own: true,
    linkPort: server.morePorts?.[0] ?? 0,
    close: server.stop,
  };
}

/**
 * Connects once, so that what is wrong with the address or its TLS is said before thousands try.
 * @returns the address that it found
 */
async function lookAt({ host: named, port }: NamedServer, place: Place): Promise<string> {
  const { host, tls } = place;
  const at = `${named}:${port}`;
  const socket: Socket =
    tls === undefined ? connect(port, host) : connectTls({ host, port, ...tlsOptions(place) });
  try {
    await new Promise<void>((there, failed) => {
      socket.once(tls === undefined ? 'connect' : 'secureConnect', there);
      socket.once('error', failed);
      socket.once('close', () => failed(new Error('it closed the connection')));
      socket.setTimeout(PROBE_MS, () => failed(new Error(`no answer within ${PROBE_MS / 1_000} s`)));
    });
    return socket.remoteAddress ?? host;
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    const reached = tls !== undefined && !/^E(CONN|HOST|NET|AI_|NOT|TIMED)/.test(code) && code !== '';
    if (!reached)
      throw new SignalboxError(
        'unavailable',
        `${at} cannot be reached: ${message}. Look at the address, and whether the server runs.`,
      );
    throw new SignalboxError(
      'refused',
      `TLS with ${at} failed: ${message}. Leave --tls out where it has none, or add --insecure where its certificate is not one that this machine trusts.`,
    );
  } finally {
    socket.destroy();
  }
}
