/**
 * Refuses requests that another web site sent: the Host header must name this host (so that no foreign name rebound to
 * 127.0.0.1 works), and where a browser names an Origin it must be ours. Asked first by the HTTP server.
 */
import type { IncomingHttpHeaders } from 'node:http';

const LOOPBACK_NAMES = ['127.0.0.1', 'localhost', '[::1]'];

/** Why a request is refused, in words; null when it may go on. */
export function refusalOf(headers: IncomingHttpHeaders, allowedHosts: readonly string[]): string | null {
  const host = headers.host;
  if (host === undefined) return 'A Host header is needed.';
  const name = hostName(host);
  const names = [...LOOPBACK_NAMES, ...allowedHosts.map((allowed) => allowed.toLowerCase())];
  if (name === null || !names.includes(name)) {
    return `Signalbox is not reached under the name "${host.slice(0, 100)}"; allow it with [signalbox] allowed_hosts.`;
  }
  const { origin } = headers;
  if (origin === undefined) return null;
  // Behind a proxy that ends TLS the scheme differs, the host does not.
  if (origin === `http://${host}` || origin === `https://${host}`) return null;
  return `Requests from ${origin.slice(0, 100)} are not accepted.`;
}

/** The name in a Host header without its port, lower case; null for what is none. */
function hostName(host: string): string | null {
  const match = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i.exec(host);
  return match?.[1]?.toLowerCase() ?? null;
}
