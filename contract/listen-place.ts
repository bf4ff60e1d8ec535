/** Where a listener is, apart from what is spoken there: how two are compared and how people read one. */

/** A TCP address. */
export interface TcpPlace {
  readonly host: string;
  readonly port: number;
}

/** A Unix socket. */
export interface UnixPlace {
  /** In the file system, absolute. */
  readonly path: string;
}

/** What two listeners are compared by. */
export type ListenPlace = TcpPlace | UnixPlace;

const EVERY_IPV4 = '0.0.0.0';
const EVERY_ADDRESS = '::';

/**
 * Whether two listeners cannot be open at once: one path, or one port and addresses that meet. `::` takes IPv4 too, as Node
 * listens. Port 0 is another port each time.
 */
export function placesMeet(a: ListenPlace, b: ListenPlace): boolean {
  if ('path' in a || 'path' in b) {
    return 'path' in a && 'path' in b && canonicalPath(a.path) === canonicalPath(b.path);
  }
  if (a.port === 0 || a.port !== b.port) return false;
  const [one, other] = [canonicalHost(a.host), canonicalHost(b.host)];
  if (one === other || one === EVERY_ADDRESS || other === EVERY_ADDRESS) return true;
  if (one === EVERY_IPV4) return !other.includes(':');
  return other === EVERY_IPV4 && !one.includes(':');
}

/** The place alone, of something that says more. */
export function placeOf(place: ListenPlace): ListenPlace {
  return 'path' in place ? { path: place.path } : { host: place.host, port: place.port };
}

/** The TCP port of a place; 0 where it has none. */
export function portOf(place: ListenPlace | undefined): number {
  return place !== undefined && 'port' in place ? place.port : 0;
}

/** `127.0.0.1:6667`, with IPv6 addresses in brackets; of a Unix socket its path. */
export function placeText(place: ListenPlace): string {
  if ('path' in place) return place.path;
  return `${place.host.includes(':') ? `[${place.host}]` : place.host}:${place.port}`;
}

/** The first port that Linux gives to connections that go out (`net.ipv4.ip_local_port_range`). */
const FIRST_OUTGOING_PORT = 32_768;

/** Who may hold a place that nobody of this Signalbox holds, as it follows `cannot listen on ...: `. */
export function strangerAt(place: ListenPlace): string {
  if (portOf(place) < FIRST_OUTGOING_PORT) return 'another process does';
  return `another process does, or a connection that goes out has that port; ports below ${FIRST_OUTGOING_PORT} are not given to those`;
}

/** One spelling of an address; that of IPv6 is the URL parser's. */
function canonicalHost(host: string): string {
  const lower = host.toLowerCase();
  if (!lower.includes(':')) return lower === 'localhost' ? '127.0.0.1' : lower;
  const address = lower.split('%', 1)[0]!;
  try {
    return new URL(`http://[${address}]`).hostname.slice(1, -1);
  } catch {
    return lower;
  }
}

/** One spelling of a path, as far as the file system need not be asked. */
function canonicalPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}
