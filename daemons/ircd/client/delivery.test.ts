import { afterEach, beforeEach, expect, it } from 'vitest';
import { MemoryServer } from '../memory-server.ts';
import type { Outbox } from '../net/connection.ts';
import { Delivery } from './delivery.ts';

let irc: MemoryServer;

beforeEach(() => {
  irc = new MemoryServer();
});
afterEach(() => irc.close());

function countingOutbox(): Outbox & { encoded: string[] } {
  const encoded: string[] = [];
  return {
    encoded,
    encode: (line) => {
      encoded.push(line);
      return irc.host.arena.encode(line);
    },
  };
}

it('serializes once for each variant, however many receive it', () => {
  const outbox = countingOutbox();
  const message = new Delivery(outbox, ':a!b@c PRIVMSG #x :hi', {
    account: null,
    msgid: 'id1',
    clientTags: '+x=y',
    bot: false,
  });
  const receivers = [];
  for (let i = 0; i < 30; i++) {
    const caps = ['', 'message-tags', 'server-time message-tags', 'batch'][i % 4]!;
    receivers.push(irc.join(`user${i}`, caps));
  }
  for (const receiver of receivers) message.to(receiver.client!);
  // batch makes no difference to a message.
  expect(outbox.encoded).toHaveLength(3);
  expect(receivers[0]?.received()).toEqual([':a!b@c PRIVMSG #x :hi']);
  expect(receivers[1]?.received()).toEqual(['@msgid=id1;+x=y :a!b@c PRIVMSG #x :hi']);
  expect(receivers[2]?.received()[0]).toMatch(/^@time=\S+Z;msgid=id1;\+x=y :a!b@c/);
  expect(receivers[3]?.received()).toEqual([':a!b@c PRIVMSG #x :hi']);
});

it('cuts a body that is too long between characters', () => {
  const receiver = irc.join('bob');
  new Delivery(irc.host.arena, `:a!b@c PRIVMSG bob :${'😃'.repeat(200)}`).to(receiver.client!);
  const [line = ''] = receiver.received();
  expect(Buffer.byteLength(line)).toBeLessThanOrEqual(510);
  expect(line.endsWith('😃')).toBe(true);
});
