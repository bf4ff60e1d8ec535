/** IRCv3 sts: who is told what of TLS. */
import { afterEach, expect, it } from 'vitest';
import { ircdConfigSchema } from './config.ts';
import { MemoryServer } from './memory-server.ts';
import { FRAMING } from './net/connection.ts';

let irc: MemoryServer;
afterEach(() => irc.close());

const TLS = { version: 'TLSv1.3', cipher: 'x', fingerprint: null };

function offered({
  tls = false,
  framing = FRAMING.line as number,
  line = 'CAP LS 302',
  sts = {} as object | null,
}): string | undefined {
  const policy = sts === null ? {} : { sts: { port: 6697, duration_seconds: 86_400, ...sts } };
  irc = new MemoryServer(ircdConfigSchema.parse({ server_name: 'irc.test', ...policy }));
  const client = irc.connect();
  if (tls) client.tls = TLS;
  Object.assign(client, { framing });
  return client
    .send(line)
    .join(' ')
    .split(' ')
    .find((word) => word.startsWith('sts') || word.startsWith(':sts'));
}

it('a client in clear is told the port, and one on TLS for how long', () => {
  expect(offered({})).toBe('sts=port=6697');
  irc.close();
  expect(offered({ tls: true })).toBe('sts=duration=86400');
  irc.close();
  expect(offered({ tls: true, sts: { preload: true } })).toBe('sts=duration=86400,preload');
  irc.close();
  expect(offered({ sts: { preload: true } })).toBe('sts=port=6697');
});

it.each([
  ['without a policy', { sts: null }],
  ['to a client that knows no values', { line: 'CAP LS' }],
  ['to a page, which cannot choose', { framing: FRAMING.text }],
])('nothing is said %s', (_what, given) => {
  expect(offered(given)).toBeUndefined();
});

it('nobody can ask for it', () => {
  offered({});
  const client = irc.connect();
  client.send('CAP LS 302');
  expect(client.send('CAP REQ :sts')[0]).toContain(' NAK :sts');
  expect(client.send('CAP LIST').join()).not.toContain('sts');
});
