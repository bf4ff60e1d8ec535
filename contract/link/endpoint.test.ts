/** Where a daemon says that it listens: it is shown to people and told to other daemons. */
import { expect, it } from 'vitest';
import { endpointSchema } from './endpoint.ts';
import { fromDaemonSchema } from './from-daemon.ts';

const TCP = { kind: 'tcp', protocol: 'irc', host: '127.0.0.1', port: 6667, tls: false };
const UNIX = { kind: 'unix', protocol: 'frames', path: '/run/signalbox/relay.sock' };

it.each([
  TCP,
  { ...TCP, host: 'irc.example.org' },
  { ...TCP, host: '::' },
  { ...TCP, host: 'fe80::1%eth0' },
  UNIX,
  { ...UNIX, path: '/home/Jörg Müller/relay.sock' },
  { kind: 'none', protocol: 'p10' },
])('takes %j', (endpoint) => {
  expect(endpointSchema.safeParse(endpoint).success).toBe(true);
});

it.each([
  { ...TCP, host: 'localhost\r\nPRIVMSG' },
  { ...TCP, host: 'a b' },
  { ...TCP, host: '' },
  { ...TCP, host: 'a'.repeat(254) },
  { ...TCP, port: 65_536 },
  { ...TCP, protocol: '\u001b[31mirc' },
  { ...UNIX, path: 'relay.sock' },
  { ...UNIX, path: '/run/\u0000relay' },
  { ...UNIX, path: '/run/relay\u202ekcos' },
  { ...UNIX, path: `/${'a'.repeat(1_024)}` },
])('does not take %j', (endpoint) => {
  expect(endpointSchema.safeParse(endpoint).success).toBe(false);
});

it('takes no more places of one daemon than a window can list', () => {
  const listeners = (count: number) => ({
    type: 'listeners',
    listeners: Array.from({ length: count }, () => TCP),
  });
  expect(fromDaemonSchema.safeParse(listeners(256)).success).toBe(true);
  expect(fromDaemonSchema.safeParse(listeners(257)).success).toBe(false);
});
