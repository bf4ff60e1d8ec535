/** Schemas for host names and for where a daemon listens, shared by the settings of every daemon and of main. */
import { z } from 'zod';
import { type ListenPlace, placesMeet } from './listen-place.ts';

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

/** Longest path of a Unix socket, in bytes: the shortest that a system takes is 104, and its name is a little longer at first. */
const SOCKET_PATH_BYTES = 92;

/** The path of a Unix socket to listen on. */
export function listenPath() {
  return z
    .string()
    .refine(
      (text) =>
        text.startsWith('/') &&
        !text.endsWith('/') &&
        !text.includes('\0') &&
        new TextEncoder().encode(text).length <= SOCKET_PATH_BYTES,
      {
        error: `expected an absolute path of at most ${SOCKET_PATH_BYTES} bytes, such as "/run/signalbox/irc.sock"`,
      },
    );
}

/** Who may connect to a Unix socket, as `chmod` writes it. */
export function socketMode() {
  return z.string().regex(/^0?[0-7]{3}$/, {
    error: 'expected three octal digits such as "0600" (the owner) or "0660" (the group too)',
  });
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
