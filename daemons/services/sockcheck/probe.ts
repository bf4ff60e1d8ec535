/**
 * What is asked of an address to find out whether it is an open proxy: connect to a port, send something, and see what comes back,
 * once or several times. Pure; `scan.ts` has the socket.
 */
import { type AddressGroups, cidrContains, isMappedIPv4, parseCidr } from '../../runtime/net/ip-address.ts';

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
      const expected = readBytes(expect, target);
      if (expected.length === 0) throw new RangeError('expected at least one byte that has to come back');
      return { send: Buffer.from(bytes as number[]), expect: expected };
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
    if (characters !== undefined) bytes.push(...Buffer.from(characters, 'latin1'));
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

/** Networks of IPv4 that are nobody's on the internet (IANA's registry of special addresses), multicast and what is reserved. */
const SPECIAL_IPV4 = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12'],
  ...['192.0.0.0/24', '192.0.2.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24'],
  ...['203.0.113.0/24', '224.0.0.0/3'],
].map((network) => parseCidr(network)!);

/** What is given out of IPv6, and what of that is for documents and tunnels, whose other end nobody knows. */
const GLOBAL_IPV6 = parseCidr('2000::/3')!;
const SPECIAL_IPV6 = ['2001::/32', '2001:db8::/32', '2002::/16', '3fff::/20'].map(
  (network) => parseCidr(network)!,
);

/** Whether a scan may go to an address: one of the internet, and of no private network, nor of this machine. */
export function isPublicAddress(groups: AddressGroups): boolean {
  const isIn = (network: (typeof SPECIAL_IPV4)[number]) => cidrContains(network, groups);
  if (isMappedIPv4(groups)) return !SPECIAL_IPV4.some(isIn);
  return isIn(GLOBAL_IPV6) && !SPECIAL_IPV6.some(isIn);
}
