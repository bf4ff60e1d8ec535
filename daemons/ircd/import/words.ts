/** How other servers write times, sizes, ports and addresses. */
import { isIP } from 'node:net';

const SECONDS: Readonly<Record<string, number>> = {
  s: 1,
  m: 60,
  h: 3_600,
  d: 86_400,
  w: 604_800,
  mo: 2_592_000,
  y: 31_536_000,
};
const BYTES: Readonly<Record<string, number>> = { '': 1, k: 1_024, m: 1_048_576, g: 1_073_741_824 };
/** Ports of one range, at most. */
const MOST_PORTS = 64;

/** `90`, `1m30s`, `1 minutes 30 seconds`, `1mo2d`: in seconds; null for anything else. */
export function secondsOf(text: string): number | null {
  const whole = text.trim().toLowerCase();
  if (/^\d{1,9}$/.test(whole)) return Number(whole);
  let seconds = 0;
  let rest = whole;
  while (rest !== '') {
    const found = /^(\d{1,9})\s*([a-z]+)\s*/.exec(rest);
    if (found === null) return null;
    const [all, count, unit = ''] = found;
    const length = SECONDS[unit] ?? SECONDS[unit.startsWith('mo') ? 'mo' : unit[0]!];
    if (length === undefined) return null;
    seconds += Number(count) * length;
    rest = rest.slice(all.length);
  }
  return whole === '' ? null : seconds;
}

/** `10240`, `200k`, `1M`: in bytes; null for anything else. */
export function bytesOf(text: string): number | null {
  const found = /^(\d{1,9})([kmg]?)b?$/i.exec(text.trim());
  return found === null ? null : Number(found[1]) * BYTES[found[2]!.toLowerCase()]!;
}

/** `6667`, `6660-6669,7000`: each of them; empty where one is none. */
export function portsOf(text: string): number[] {
  const ports: number[] = [];
  for (const part of text.split(/[,\s]+/)) {
    const found = /^\+?(\d{1,5})(?:-(\d{1,5}))?$/.exec(part);
    if (found === null) return [];
    const [first, last] = [Number(found[1]), Number(found[2] ?? found[1])];
    if (first < 1 || last > 65_535 || last < first || last - first >= MOST_PORTS) return [];
    for (let port = first; port <= last; port++) ports.push(port);
  }
  return ports.length > MOST_PORTS ? [] : ports;
}

/** Where `*`, an empty text and a name for this machine listen. */
export function listenHostOf(text: string): string {
  const bare = text.replace(/^\[(.*)\]$/, '$1').replace(/^::ffff:/i, '');
  return bare === '' || bare === '*' ? '::' : bare === 'localhost' ? '127.0.0.1' : bare;
}

/** A mask of addresses as a network: `*`, `192.0.2.*`, an address, a network; null for masks of hosts. */
export function networkOf(mask: string): string | null {
  const host = mask.slice(mask.lastIndexOf('@') + 1).toLowerCase();
  if (host === '*' || host === '0.0.0.0/0') return '::/0';
  if (host === 'localhost') return '127.0.0.0/8';
  const [address = '', length, more] = host.split('/');
  const family = isIP(address);
  if (family !== 0 && more === undefined) {
    const most = family === 4 ? 32 : 128;
    if (length === undefined) return address;
    return /^\d{1,3}$/.test(length) && Number(length) <= most ? host : null;
  }
  const octets = /^((?:\d{1,3}\.){1,3})\*(?:\.\*)*$/.exec(host)?.[1]?.split('.').slice(0, -1);
  if (octets === undefined || octets.some((octet) => Number(octet) > 255)) return null;
  return `${[...octets, '0', '0', '0'].slice(0, 4).join('.')}/${octets.length * 8}`;
}

/** `user@host` of a mask that may be a host alone. */
export function userMaskOf(mask: string): string {
  return mask.includes('@') ? mask : `*@${mask}`;
}

/** Numbers and ranges with commas between them, such as `2,5-7`; null where something is none. */
export function numbersOf(text: string): number[] | null {
  const numbers: number[] = [];
  for (const part of text.split(',').filter((one) => one.trim() !== '')) {
    const [, first, last = first] = /^\s*(\d{1,3})\s*(?:-\s*(\d{1,3}))?\s*$/.exec(part) ?? [];
    if (first === undefined || Number(last) > 255 || Number(first) > Number(last)) return null;
    for (let one = Number(first); one <= Number(last); one++) numbers.push(one);
  }
  return numbers;
}

/** A whole number of nine digits at most; undefined for anything else. */
export function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
