/**
 * How servers are introduced: `SERVER` of the peer itself, `S` of those behind it. Pure; called by whoever keeps a link.
 */

import { type P10Line, writeLine } from './line.ts';
import { fromBase64, isServerNumeric, SERVER_DIGITS, toBase64, USER_DIGITS } from './numeric.ts';

/**
 * Flag by which servers of Signalbox know each other; other kinds pass over letters that they do not know.
 * `h` is a hub, `s` is services, `6` takes addresses of IPv6.
 */
export const OWN_KIND_FLAG = 'B';

/** By which services introduce themselves. */
export const SERVICES_FLAG = 's';

/** Says of one of our own kind that it reads what no other server does: tags before a line, and OWN_TOKEN (tokens.ts). */
export const OWN_TOKENS_FLAG = 't';

/** Says of one of our own kind that some server on its side holds short nicks only (SHORT_NICK), so that all do. */
export const SHORT_NICKS_FLAG = 'n';

/** Says of one of our own kind that members of channels may be halfops there, so that services of ours make some. */
export const HALFOPS_FLAG = 'H';

/** Says of one of our own kind that channels may be renamed while it is on the network (`BR`). */
export const RENAMES_FLAG = 'r';

/** The only version that is spoken: numerics have two and three characters. */
const PROTOCOL_VERSION = 10;

/** One server as it is introduced. */
export interface ServerLine {
  readonly name: string;
  /** Links between it and whoever reads this; 1 for the peer itself. */
  readonly hops: number;
  /** When it was started, Unix seconds; 0 where that is not told. */
  readonly bootSeconds: number;
  /** When it was linked, Unix seconds. */
  readonly linkSeconds: number;
  /** Whether its burst is still to come: `J10`, and `P10` of one that has told all. */
  readonly bursting: boolean;
  /** Two characters. */
  readonly numeric: string;
  /** The highest index of a user there. */
  readonly maxUser: number;
  /** Letters without their sign. */
  readonly flags: string;
  /** With one character for each byte. */
  readonly description: string;
}

/** Reads the parameters of `SERVER` or `S`; in words what is wrong with them otherwise. */
export function readServer(line: P10Line): ServerLine | string {
  const { params } = line;
  if (params.length < 7) return `SERVER has ${params.length} parameters, at least 7 are needed.`;
  const [name, hops, boot, link, protocol, capacity] = params as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  if (!isServerName(name))
    return `${name.slice(0, 63)} is no name of a server: it needs a dot and no wildcards.`;
  const version = /^([JP])(\d{1,4})$/.exec(protocol);
  if (version === null || Number(version[2]) !== PROTOCOL_VERSION) {
    return `protocol ${protocol.slice(0, 16)} is not spoken here, only J10 and P10.`;
  }
  const times = [hops, boot, link].map(readWhole);
  if (times.some((time) => time < 0)) return 'hops, boot and link time of SERVER must be whole numbers.';
  const numeric = capacity.slice(0, SERVER_DIGITS);
  const maxUser = fromBase64(capacity.slice(SERVER_DIGITS));
  if (capacity.length !== USER_DIGITS || !isServerNumeric(numeric) || maxUser < 0) {
    return `numeric ${capacity.slice(0, 16)} is not two characters and three of capacity.`;
  }
  if (fromBase64(numeric) === 0) return 'numeric 0 stands for no server.';
  const flags = params.length > 7 && params[6]!.startsWith('+') ? lettersOf(params[6]!) : '';
  return {
    name,
    hops: times[0]!,
    bootSeconds: times[1]!,
    linkSeconds: times[2]!,
    bursting: version[1] === 'J',
    numeric,
    maxUser,
    flags,
    description: params[params.length - 1]!,
  };
}

/** Each once, so that there is room behind them. */
function lettersOf(flags: string): string {
  return [...new Set(flags.replaceAll(/[^A-Za-z0-9]/g, ''))].join('');
}

/** @param source empty for the peer's own introduction, the numeric of the uplink for a server behind it. */
export function writeServer(source: string, server: ServerLine): string {
  const words = [
    server.name,
    server.hops,
    server.bootSeconds,
    server.linkSeconds,
    `${server.bursting ? 'J' : 'P'}${PROTOCOL_VERSION}`,
    server.numeric + toBase64(server.maxUser, USER_DIGITS - SERVER_DIGITS),
    `+${server.flags}`,
  ];
  return writeLine(source, source === '' ? 'SERVER' : 'S', words, server.description);
}

/** What a server may be called: a host name with a dot, at most 63 bytes (HOSTLEN of ircu). */
export function isServerName(name: string): boolean {
  return name.length <= 63 && /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+$/.test(name);
}

/** A whole number of at most 12 digits, or -1: seconds of more are no date that can be written. */
export function readWhole(text: string): number {
  return wholeAt(text, 0, text.length);
}

/** The same of a part of a text. */
export function wholeAt(text: string, start: number, end: number): number {
  if (end === start || end - start > 12) return -1;
  let value = 0;
  for (let i = start; i < end; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}
