import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { COMMANDS } from './commands/registry.ts';
import { OPER_FLAGS } from './config.ts';
import { MemoryServer } from './memory-server.ts';

let irc: MemoryServer;

beforeEach(() => {
  irc = new MemoryServer();
});
afterEach(() => irc.close());

/** Every line a client may ever see: no control bytes inside, tags and body within their limits. */
function expectCleanLines(lines: readonly string[]): void {
  for (const line of lines) {
    expect(line).not.toContain('\0');
    expect(line).not.toContain('\r');
    expect(line).not.toContain('\n');
    const body = line.startsWith('@') ? line.slice(line.indexOf(' ') + 1) : line;
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(510);
  }
}

it('survives random bytes, registered or not, and nobody else notices', () => {
  const witness = irc.join('witness');
  witness.send('JOIN #safe');
  witness.received();
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 120 }), { maxLength: 8 }), (lines) => {
      for (const client of [irc.connect(), irc.join('fuzz')]) {
        expectCleanLines(client.send(...lines.map((line) => line.filter((byte) => byte !== 10))));
        client.drop();
      }
      expect(witness.received()).toEqual([]);
    }),
    { numRuns: 200 },
  );
  expect(irc.server.counters.handlerErrors).toBe(0);
});

it('survives every command with hostile parameters, from users and operators', () => {
  const names = [...COMMANDS.keys()];
  const word = fc.oneof(
    fc.constantFrom(
      '',
      '*',
      '#x',
      '#X',
      '@#x',
      'a',
      'b',
      'witness',
      '0',
      '-1',
      '1e9',
      '+ovbklIe-imnpst',
      '%tnf,1',
    ),
    fc.constantFrom(
      '*!*@*',
      '999999999',
      '192.0.2.0/24',
      '::1/64',
      ':',
      'C<5',
      '!#*',
      ',,,',
      '#x,#y,,#z',
      'x@y',
    ),
    fc.string({ unit: 'grapheme', maxLength: 12 }),
    fc.constant('é'.repeat(200)),
  );
  const command = fc.tuple(fc.constantFrom(...names), fc.array(word, { maxLength: 5 }), fc.boolean());
  fc.assert(
    fc.property(fc.array(command, { minLength: 1, maxLength: 12 }), (commands) => {
      // What one of them bans, reserves or has the network refuse would keep the next ones out.
      irc = new MemoryServer();
      const user = irc.join('a', 'batch labeled-response message-tags echo-message');
      const oper = irc.join('b', 'server-time multi-prefix extended-join away-notify');
      irc.promote(oper, OPER_FLAGS);
      for (const client of [user, oper]) client.send('JOIN #x');
      for (const [verb, params, labeled] of commands) {
        const line = `${labeled ? '@label=1;+a=b ' : ''}${[verb, ...params].join(' ')}`;
        const bytes = Buffer.from(line.replaceAll('\n', '')).subarray(0, 510);
        for (const client of [user, oper]) expectCleanLines(client.send(bytes));
      }
      for (const client of [user, oper]) {
        client.drop();
        expectCleanLines(client.received());
      }
      irc.close();
      expect(irc.server.state.channels.size).toBe(0);
      expect(irc.server.state.localUserCount).toBe(0);
      expect(irc.server.state.invisibleCount).toBe(0);
      expect(irc.server.state.opers.size).toBe(0);
      expect(irc.host.logs.filter((log) => log.event === 'handler_failed')).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

it('refuses NUL, CR and broken UTF-8 with a reason', () => {
  const client = irc.join('a');
  expect(client.send('PRIVMSG a :x\0y')[0]).toContain('FAIL * INVALID_MESSAGE');
  expect(client.send(Buffer.from('PRIVMSG a :\xff', 'latin1'))[0]).toContain('FAIL PRIVMSG INVALID_UTF8');
  irc.server.onOversizedLine(client);
  expect(client.received()[0]).toContain(' 417 a ');
});

it('bounds what waits while a password is checked', () => {
  const client = irc.join('a');
  client.send('OPER nobody guess');
  for (let i = 0; i < 100 && client.closedWith === null; i++) client.send(`PRIVMSG a :${'x'.repeat(490)}`);
  expect(client.closedWith).toBe('Excess Flood');
});
