/** For tests: headers of the PROXY protocol, version 2, as a proxy writes them. */
import { isIPv4 } from 'node:net';
import { parseAddress } from '../net/ip-address.ts';

/** What is written; a connection that is passed on where nothing else is said. */
export interface ProxyHeaderV2 {
  /** Version and command: 0x20 is LOCAL, 0x21 PROXY. */
  readonly command?: number;
  /** Family and transport; that of the address where absent. */
  readonly family?: number;
  /** Address of the client, which is that of the server as well. */
  readonly source?: string;
  readonly port?: number;
  /** What follows the addresses. */
  readonly more?: Buffer;
}

export function proxyHeaderV2({
  command = 0x21,
  family,
  source,
  port = 0,
  more = Buffer.alloc(0),
}: ProxyHeaderV2): Buffer {
  const address = source === undefined ? Buffer.alloc(0) : bytesOf(source);
  const ports = Buffer.alloc(source === undefined ? 0 : 4);
  if (source !== undefined) ports.writeUInt16BE(port, 0);
  const body = Buffer.concat([address, address, ports, more]);
  const head = Buffer.from('\r\n\r\n\0\r\nQUIT\n\0\0\0\0');
  head[12] = command;
  head[13] = family ?? (address.length === 16 ? 0x21 : 0x11);
  head.writeUInt16BE(body.length, 14);
  return Buffer.concat([head, body]);
}

function bytesOf(address: string): Buffer {
  const bytes = Buffer.alloc(16);
  for (const [group, value] of parseAddress(address)!.entries()) bytes.writeUInt16BE(value, 2 * group);
  return isIPv4(address) ? bytes.subarray(12) : bytes;
}
