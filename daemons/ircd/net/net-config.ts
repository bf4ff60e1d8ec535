/**
 * The part of `[ircd]` that the network path reads: listeners, TLS, connection classes, lookups. The daemon's
 * manifest spreads {@link netConfigShape} into its own schema.
 */
import { isIP } from 'node:net';
import { z } from 'zod';
import { filePath, lineText } from '../../../contract/line-texts.ts';
import { listenSetting, tcpListener, webSocketOrigins } from '../../../contract/listen-setting.ts';
import { isHostName } from '../../../contract/network-addresses.ts';
import type { ConnectRate } from '../../runtime/net/connect-throttle.ts';
import { ConnectionClasses } from '../../runtime/net/connection-classes.ts';
import { AddressRanges, parseCidr } from '../../runtime/net/ip-address.ts';
import { limits } from '../limits.ts';
import type { ConnectionClass } from './connection.ts';
import { DNSBL_ACTIONS } from './dnsbl.ts';

const bytes = (max: number) => z.int().min(512).max(max);

const listenSchema = tcpListener().extend({
  protocol: z
    .enum(['irc', 'websocket', 'p10'])
    .default('irc')
    .describe(
      'What is spoken on this listener: lines over TCP, or over WebSocket for clients in browsers; p10 is for other servers (link).',
    ),
  proxy: z
    .boolean()
    .default(false)
    .describe(
      'Whether every connection has to begin with the header of one of trusted_proxies (PROXY protocol, version 1 or 2).',
    ),
});

const tlsSchema = z
  .strictObject({
    certificate: filePath().describe(
      'PEM file with the certificate and its chain; a relative path begins where Signalbox was started.',
    ),
    key: filePath().describe(
      'PEM file with the private key; a relative path begins where Signalbox was started.',
    ),
  })
  .describe('Without it a TLS listener uses a self-signed certificate kept in the data directory.');

/** An address or a block of them. */
export const cidr = z.string().refine((text) => parseCidr(text) !== null, {
  error: 'expected an address or a CIDR block such as 192.0.2.0/24',
});

const classSchema = z.strictObject({
  name: lineText({ max: 64 }).describe('Name of the class, shown in STATS and in reasons.'),
  match: z
    .array(cidr)
    .min(1)
    .default(['::/0'])
    .describe('CIDR blocks; the first class that matches wins. ::/0 is every address.'),
  throttle: z
    .boolean()
    .default(true)
    .describe('Whether the connect rate and the connections of one address are limited.'),
  flood: z.boolean().default(true).describe('Whether the rate of lines is limited.'),
  max_connections: z.int().min(1).default(limits.maxConnections.default).describe('Connections at once.'),
  max_per_address: z
    .int()
    .min(1)
    .default(limits.maxPerAddress.default)
    .describe(
      'Connections at once from one address, or one /64 of IPv6; without effect where throttle is false.',
    ),
  send_queue_bytes: bytes(1 << 30)
    .default(limits.sendQueueBytes.default)
    .describe('Bytes that may wait for a client that does not read.'),
  receive_queue_bytes: bytes(1 << 24)
    .default(limits.receiveQueueBytes.default)
    .describe('Bytes that may wait for flood control.'),
  max_per_address_network: z
    .int()
    .min(1)
    .optional()
    .describe(
      'Users of the whole network from one address, or one /64 of IPv6, whichever servers they are on; beyond it nobody of this class registers from there. Absent for no limit.',
    ),
  dnsbl: z.boolean().default(true).describe('Whether lists of bad addresses are asked about it (dnsbl).'),
  ping_seconds: z
    .int()
    .min(5)
    .max(3600)
    .default(limits.pingSeconds.default)
    .describe('Silence after which the server sends PING.'),
  batch_ms: z
    .number()
    .min(0)
    .max(50)
    .default(limits.batchMs.default)
    .describe(
      'Longest that a line from somebody else waits for further ones while the server is busy, so that they share a write, in milliseconds; 0 for never. An idle server lets nothing wait.',
    ),
});

/** The keys of `[ircd]` that the network path owns; spread them into the daemon's schema. */
export const netConfigShape = {
  listen: listenSetting(listenSchema)
    .default([{ host: '127.0.0.1', port: 6667, tls: false, protocol: 'irc', proxy: false }])
    .describe('Addresses to accept clients on.'),
  io_threads: z
    .int()
    .min(0)
    .max(limits.ioThreads.default)
    .default(0)
    .describe(
      'Threads that own the sockets of clients, on listeners of irc and websocket, with TLS and without: reading, handshakes, frames and writing are done there; 0 for all of it in the one thread that has the state. Read at the start. Worth trying where cores are idle.',
    ),
  tls: tlsSchema.optional(),
  websocket_origins: webSocketOrigins(),
  trusted_proxies: z
    .array(cidr)
    .default([])
    .describe(
      'Addresses and CIDR blocks of proxies whose header (PROXY protocol) is believed: whoever it names is who is counted, limited and banned. One of them may bring it to any listener.',
    ),
  class: z
    .array(classSchema)
    .default([])
    .refine((classes) => new Set(classes.map((one) => one.name)).size === classes.length, {
      error: 'two classes have the same name',
    })
    .describe('Connection classes; an address that none matches is in the class "default".'),
  send_queue_total_bytes: bytes(2 ** 36)
    .default(limits.sendQueueTotalBytes.default)
    .describe('Bytes that may wait for all clients that do not read; above it the worst go first.'),
  receive_queue_total_bytes: bytes(2 ** 36)
    .default(limits.receiveQueueTotalBytes.default)
    .describe('Bytes of unfinished and waiting lines of all clients; above it the worst go first.'),
  dns: z.boolean().default(true).describe('Whether the host name of a client is looked up.'),
  dns_servers: z
    .array(
      z.string().refine((text) => isDnsServer(text), {
        error: 'expected an address, with a port or without, such as 192.0.2.53 or [2001:db8::53]:5353',
      }),
    )
    .max(8)
    .default([])
    .describe(
      'Name servers that are asked for host names and lists of bad addresses; those of the system where there are none.',
    ),
  ident: z.boolean().default(false).describe('Whether the ident server of a client is asked (RFC 1413).'),
};

/** A domain that is asked. */
const zone = z.string().max(190).refine(isHostName, { error: 'expected a domain such as dnsbl.example.net' });

const dnsblSchema = z.strictObject({
  zone: zone.describe('Domain of the list.'),
  replies: z
    .array(z.int().min(0).max(255))
    .default([])
    .describe('Last numbers of the replies that count, such as 2 for 127.0.0.2; none for every reply.'),
  action: z
    .enum(DNSBL_ACTIONS)
    .default('refuse')
    .describe(
      'What becomes of somebody who is listed: refuse; require-sasl lets in who has logged in to an account before registering; mark lets in, and operators are told.',
    ),
  reason: lineText({ max: 200 })
    .default('Your address is on a list of bad addresses')
    .describe('What whoever is refused reads.'),
});

/** The lists that are asked, and of whom. */
export const dnsblSetting = z
  .array(dnsblSchema)
  .max(32)
  .default([])
  .describe(
    'Lists of bad addresses that are asked by DNS about newcomers; the same zone may stand with other replies.',
  );

export const netConfigSchema = z.strictObject(netConfigShape);

/** The network configuration as written in TOML, with defaults filled in. */
export type NetConfig = z.infer<typeof netConfigSchema>;
/** One entry of `listen`. */
export type ListenConfig = z.infer<typeof listenSchema>;

type ClassConfig = z.infer<typeof classSchema>;

const CONNECT_RATE: ConnectRate = {
  connectBurst: limits.throttleBurst.default,
  connectsPerSecond: 1 / limits.throttleRefillSeconds.default,
};

/** An address, with a port where it stands in brackets or has dots. */
function isDnsServer(text: string): boolean {
  if (isIP(text) !== 0) return true;
  const [, six, four, port] = /^(?:\[(.+)\]|([\d.]+))(?::([1-9]\d{0,4}))?$/.exec(text) ?? [];
  return isIP(six ?? four ?? '') !== 0 && Number(port ?? 1) <= 65_535;
}

function toRule(config: ClassConfig, rate: ConnectRate): ConnectionClass {
  return {
    name: config.name,
    match: config.match,
    throttle: config.throttle,
    flood: config.flood,
    maxConnections: config.max_connections,
    maxPerAddress: config.max_per_address,
    ...rate,
    sendQueueBytes: config.send_queue_bytes,
    receiveQueueBytes: config.receive_queue_bytes,
    pingSeconds: config.ping_seconds,
    batchMs: config.batch_ms,
    maxPerAddressNetwork: config.max_per_address_network ?? null,
    dnsbl: config.dnsbl,
  };
}

/** The addresses in a list of `netConfigShape`. */
export function addressRanges(blocks: readonly string[]): AddressRanges {
  return new AddressRanges(blocks.map((text) => parseCidr(text)!));
}

/**
 * The classes of a configuration, and the one that takes whom no other matches: the class named "default" where
 * there is one, else the defaults of `limits.ts`.
 */
export function connectionClasses(
  config: NetConfig,
  rate: ConnectRate = CONNECT_RATE,
): ConnectionClasses<ConnectionClass> {
  const rules = config.class.map((entry) => toRule(entry, rate));
  const fallback =
    rules.find((rule) => rule.name === 'default') ?? toRule(classSchema.parse({ name: 'default' }), rate);
  return new ConnectionClasses(rules, fallback);
}
