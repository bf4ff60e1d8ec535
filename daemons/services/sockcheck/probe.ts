/**
 * What is asked of an address to find out whether it is an open proxy: connect to a port, send something, and see what comes back,
 * once or several times. Pure; `scan.ts` has the socket.
 */
import { type AddressGroups, dottedIPv4, isMappedIPv4, parseAddress } from '../../runtime/net/ip-address.ts';

/** What a proxy is asked to connect to, should it be one. */
export interface ProbeTarget {
  /** IPv4 address. */
  readonly address: string;
  readonly port: number;
}

/** A turn: what is sent, and what has to come back. */
export interface ProbeTurn {
  readonly send: string;
  readonly expect: string;
}

/** A probe as it is configured. */
export interface ProbeScript {
  /** What it finds, in words. */
  readonly name: string;
  readonly port: number;
  readonly turns: readonly ProbeTurn[];
}

/** A byte that is expected; null for any. */
type Expected = readonly (number | null)[];

/** A probe that can be run. */
export interface Probe {
  readonly name: string;
  readonly port: number;
  readonly turns: readonly { readonly send: Buffer; readonly expect: Expected }[];
}

/**
 * Bytes in hex, with spaces between them as one likes; `"text"` stands for its characters, `{address}` and `{port}` for four and two
 * bytes of the target, `{address_text}` and `{port_text}` for them in characters. Where bytes are expected `..` is any.
 */
const PART = /\s+|"([^"]*)"|\{(address|port|address_text|port_text)\}|([0-9a-fA-F]{2})|(\.\.)/y;

/** @throws RangeError in words of what is wrong */
export function compileProbe({ name, port, turns }: ProbeScript, target: ProbeTarget): Probe {
  return {
    name,
    port,
    turns: turns.map(({ send, expect }) => {
      const bytes = readBytes(send, target);
      if (bytes.includes(null)) throw new RangeError(`“${send}”: what is sent has no .. in it`);
      return { send: Buffer.from(bytes as number[]), expect: readBytes(expect, target) };
    }),
  };
}

/** @throws RangeError */
export function readBytes(text: string, { address, port }: ProbeTarget): (number | null)[] {
  const bytes: (number | null)[] = [];
  for (PART.lastIndex = 0; PART.lastIndex < text.length; ) {
    const at = PART.lastIndex;
    const found = PART.exec(text);
    if (found === null)
      throw new RangeError(
        `“${text}”: expected hex, "text", .. or a place such as {address} at character ${at + 1}`,
      );
    const [, characters, place, hex, any] = found;
    if (characters !== undefined)
      bytes.push(...Buffer.from(characters.replaceAll('\\r\\n', '\r\n'), 'latin1'));
    else if (hex !== undefined) bytes.push(Number.parseInt(hex, 16));
    else if (any !== undefined) bytes.push(null);
    else if (place !== undefined) bytes.push(...placeBytes(place, address, port));
  }
  return bytes;
}

function placeBytes(place: string, address: string, port: number): number[] {
  if (place === 'address') return address.split('.').map(Number);
  if (place === 'port') return [port >> 8, port & 255];
  return [...Buffer.from(place === 'port_text' ? String(port) : address, 'latin1')];
}

/** How far a probe is. */
export type ProbeStep = { readonly send: Buffer } | 'wait' | 'open' | 'closed';

/** One run of a probe against one address. */
export class ProbeRun {
  readonly #turns: Probe['turns'];
  readonly #mostBytes: number;
  #at = 0;
  #matched = 0;
  #read = 0;

  /** @param mostBytes that are read before it is given up */
  constructor({ turns }: Probe, mostBytes: number) {
    this.#turns = turns;
    this.#mostBytes = mostBytes;
  }

  /** The connection stands: what is sent first. A probe without turns has found what it looks for by that. */
  connected(): ProbeStep {
    return this.#turn();
  }

  /** Something has come. What comes behind what was expected belongs to nothing. */
  take(bytes: Uint8Array): ProbeStep {
    for (const byte of bytes) {
      const turn = this.#turns[this.#at];
      if (turn === undefined) return 'open';
      if (++this.#read > this.#mostBytes) return 'closed';
      const wanted = turn.expect[this.#matched];
      if (wanted !== null && wanted !== byte) return 'closed';
      this.#matched++;
      if (this.#matched < turn.expect.length) continue;
      this.#at++;
      this.#matched = 0;
      return this.#turn();
    }
    return 'wait';
  }

  #turn(): ProbeStep {
    const turn = this.#turns[this.#at];
    if (turn === undefined) return 'open';
    if (turn.expect.length === 0) throw new RangeError('A turn of a probe expects at least one byte.');
    return turn.send.length === 0 ? 'wait' : { send: turn.send };
  }
}

/** Probes of what is found most. Each asks for a connection, so that a proxy that asks for a password is none that is open. */
export const PROBES: readonly ProbeScript[] = [
  ...[1080, 1081, 9050].map((port) => ({
    ...{ name: 'an open SOCKS5 proxy', port },
    turns: [
      { send: '05 01 00', expect: '05 00' },
      { send: '05 01 00 01 {address} {port}', expect: '05 00' },
    ],
  })),
  ...[1080, 1081].map((port) => ({
    ...{ name: 'an open SOCKS4 proxy', port },
    turns: [{ send: '04 01 {port} {address} "proxy" 00', expect: '00 5a' }],
  })),
  ...[80, 3128, 8080].map((port) => ({
    ...{ name: 'an open HTTP proxy', port },
    turns: [
      {
        send: '"CONNECT " {address_text} ":" {port_text} " HTTP/1.0" 0d0a 0d0a',
        expect: '"HTTP/1." .. " 200"',
      },
    ],
  })),
];

/** An address that a scan may go to: one of IPv4 or IPv6 that is of no private network and not of this machine. */
export function isPublicAddress(text: string): boolean {
  const groups = parseAddress(text);
  return groups !== null && !isLocal(groups);
}

function isLocal(groups: AddressGroups): boolean {
  if (isMappedIPv4(groups)) {
    const [a = 0, b = 0] = dottedIPv4(groups).split('.').map(Number);
    return (
      a === 0 ||
      a === 10 ||
      a === 127 ||
      a >= 224 ||
      (a === 100 && b >= 64 && b < 128) ||
      (a === 169 && b === 254) ||
      (a === 172 && b >= 16 && b < 32) ||
      (a === 192 && b === 168)
    );
  }
  const first = groups[0]!;
  const isLoopback = groups.every((group, at) => (at === 7 ? group <= 1 : group === 0));
  // Unique local, link local and multicast.
  return (
    isLoopback || (first & 0xfe00) === 0xfc00 || (first & 0xffc0) === 0xfe80 || (first & 0xff00) === 0xff00
  );
}
