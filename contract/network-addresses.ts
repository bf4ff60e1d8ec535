/** Schemas for host names and for where a daemon listens, shared by the settings of every daemon and of main. */
import { z } from 'zod';

/** RFC 1123 section 2.1 and the underscore that some networks use; no wildcard, no port. */
const NAME =
  /^(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*$/;
/** What an IPv6 address is written with, with a zone; whether it is one is found when it is used. */
const IPV6 = /^(?=.*:.*:)[0-9A-Fa-f:.]+(%[A-Za-z0-9._-]+)?$/;

/** Whether a text is a host name or an IPv4 address, as it is written. */
export function isHostName(text: string): boolean {
  return NAME.test(text);
}

/** An address to listen on. */
export function listenHost() {
  return z
    .string()
    .max(253)
    .refine((text) => isHostName(text) || IPV6.test(text), {
      error: 'expected an address such as "127.0.0.1", a host name, or "::" for every address',
    });
}

/** The name under which a proxy serves the dashboard. */
export function servedName() {
  return z
    .string()
    .max(253)
    .refine(
      (text) =>
        isHostName(text) || (text.startsWith('[') && text.endsWith(']') && IPV6.test(text.slice(1, -1))),
      {
        error: 'expected one host name such as "signalbox.example.org", without port or wildcard',
      },
    );
}

/** What two listeners are compared by. */
export interface ListenPlace {
  readonly host: string;
  readonly port: number;
}

const EVERY_IPV4 = '0.0.0.0';
const EVERY_ADDRESS = '::';

/**
 * Whether two listeners cannot be open at once: one port, and addresses that meet. `::` takes IPv4 too, as Node listens.
 * Port 0 is another port each time.
 */
export function placesMeet(a: ListenPlace, b: ListenPlace): boolean {
  if (a.port === 0 || a.port !== b.port) return false;
  const [one, other] = [canonicalHost(a.host), canonicalHost(b.host)];
  if (one === other || one === EVERY_ADDRESS || other === EVERY_ADDRESS) return true;
  if (one === EVERY_IPV4) return !other.includes(':');
  return other === EVERY_IPV4 && !one.includes(':');
}

/** One spelling of an address; that of IPv6 is the URL parser's. */
function canonicalHost(host: string): string {
  const lower = host.toLowerCase();
  if (!lower.includes(':')) return lower === 'localhost' ? '127.0.0.1' : lower;
  const address = lower.split('%', 1)[0] as string;
  try {
    return new URL(`http://[${address}]`).hostname.slice(1, -1);
  } catch {
    return lower;
  }
}

/** A rule for `listen`: no two of its entries may want the same place. */
export function refuseMeeting(
  entries: readonly ListenPlace[],
  complain: (index: number, message: string) => void,
): void {
  entries.forEach((entry, index) => {
    const first = entries.slice(0, index).findIndex((earlier) => placesMeet(earlier, entry));
    if (first >= 0) complain(index, `expected a place of its own; listen[${first}] has it already`);
  });
}
