/**
 * The setting `listen` of a daemon: how its entries are written, and where they make the daemon listen. A daemon adds its own
 * fields by `.extend()`.
 */
import { z } from 'zod';
import { type ListenPlace, placeOf } from './listen-place.ts';
import type { ConfiguredPlace } from './manifest.ts';
import { listenHost, listenPath, refuseMeeting, socketMode } from './network-addresses.ts';

/** An entry for TCP. @param port where the entry names none; without it each has to name one */
export function tcpListener(port?: number) {
  const number = z.int().min(0).max(65_535);
  return z.strictObject({
    host: listenHost().default('127.0.0.1').describe('Address to listen on; "::" is every address.'),
    port: (port === undefined ? number : number.default(port)).describe('TCP port; 0 takes any free one.'),
    tls: z.boolean().default(false).describe('Whether clients speak TLS from the first byte.'),
  });
}

/** An entry for a Unix socket. */
export function unixListener() {
  return z.strictObject({
    path: listenPath().describe('Absolute path of a Unix socket.'),
    mode: socketMode().optional().describe('Who may connect to it; "0600", its owner, where absent.'),
  });
}

/** The list of entries, no two of which may want one place. Give it a `.default()`. */
export function listenSetting<Entry extends z.ZodType<ListenPlace>>(entry: Entry) {
  return z
    .array(entry)
    .superRefine((entries, context) =>
      refuseMeeting(entries, (index, message) =>
        context.addIssue({ code: 'custom', path: [index], message }),
      ),
    );
}

/** The places of such a setting: the `places` of a manifest. */
export function listenPlaces(config: { readonly listen: readonly ListenPlace[] }): ConfiguredPlace[] {
  return config.listen.map((entry, index) => ({ ...placeOf(entry), setting: ['listen', index] }));
}

/** As a browser writes it: scheme, host and a port that is not the usual one (RFC 6454 section 6.2). */
const origin = z
  .string()
  .refine((text) => text === '*' || (URL.canParse(text) && new URL(text).origin === text), {
    error: 'expected an origin such as https://chat.example.net, in lower case and without a path, or "*"',
  });

/** The setting of a daemon that lets pages in by where they are from. */
export const webSocketOrigins = () =>
  z
    .array(origin)
    .default(['*'])
    .describe(
      'Origins of the pages that may connect over WebSocket, such as https://chat.example.net; "*" is every page. Clients that are no pages name none and are let in.',
    );
