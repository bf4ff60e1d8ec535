import { afterEach, beforeEach, expect, it } from 'vitest';
import { MemoryServer } from '../memory-server.ts';
import { FRAMING, type Framing, type Outbox } from '../net/connection.ts';
import { CAP, FRAMING_SHIFT } from './capabilities.ts';
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

it('is the same for those with tags and without where it has none for them', () => {
  const none = { account: null, msgid: '', clientTags: '', bot: false };
  const receivers = ['', 'message-tags'].map((caps, i) => irc.join(`user${i}`, caps));
  for (const client of receivers) client.client!.caps |= client === receivers[1] ? CAP.accountTag : 0;
  for (const [tags, lines] of [
    [{}, [':x', ':x']],
    [{ account: 'ann' }, [':x', '@account=ann :x']],
    [{ msgid: 'id1' }, [':x', '@msgid=id1 :x']],
    [{ clientTags: '+x=y' }, [':x', '@+x=y :x']],
    [{ bot: true }, [':x', '@bot :x']],
    [{ batch: 'b1' }, ['@batch=b1 :x', '@batch=b1 :x']],
    [{ account: 'ann', msgid: 'id1', bot: true }, [':x', '@account=ann;msgid=id1;bot :x']],
  ] as const) {
    const outbox = countingOutbox();
    const message = new Delivery(outbox, ':x', { ...none, ...tags });
    for (const { client } of receivers) message.to(client!);
    expect(receivers.map((client) => client.received())).toEqual(lines.map((line) => [line]));
    expect(outbox.encoded).toEqual([...new Set(lines)]);
  }
});

it('serializes once for each sort of frames, however many clients are on WebSockets', () => {
  const encoded: [string, Framing | undefined][] = [];
  const outbox: Outbox = {
    encode: (line, lane, framing) => {
      encoded.push([line, framing]);
      return irc.host.arena.encode(line, lane, framing);
    },
  };
  const framings = [FRAMING.line, FRAMING.text, FRAMING.binary];
  const received: Buffer[] = [];
  const receivers = framings.flatMap((framing) =>
    ['', 'server-time', 'batch'].map((caps) => {
      const client = irc.join(`u${framing}${caps}`, caps);
      const local = client.client!;
      local.caps |= framing << FRAMING_SHIFT;
      client.push = ({ slab, start, end }) =>
        void received.push(Buffer.from(slab.bytes.subarray(start, end)));
      return local;
    }),
  );
  const message = new Delivery(outbox, ':a!b@c PRIVMSG #x :hi');
  for (const local of [...receivers, ...receivers]) message.to(local);
  // With the time and without it, for each of the three.
  expect(encoded.map(([, framing]) => framing)).toEqual([0, 0, 1, 1, 2, 2]);
  expect(received[0]?.toString()).toBe(':a!b@c PRIVMSG #x :hi\r\n');
  expect(received[3]).toEqual(Buffer.from('\x81\x15:a!b@c PRIVMSG #x :hi', 'latin1'));
  expect(received[6]).toEqual(Buffer.from('\x82\x15:a!b@c PRIVMSG #x :hi', 'latin1'));
  expect(received[4]?.subarray(2).toString()).toMatch(/^@time=\S+Z :a!b@c PRIVMSG #x :hi$/);
});

it('cuts a body that is too long between characters', () => {
  const receiver = irc.join('bob');
  new Delivery(irc.host.arena, `:a!b@c PRIVMSG bob :${'😃'.repeat(200)}`).to(receiver.client!);
  const [line = ''] = receiver.received();
  expect(Buffer.byteLength(line)).toBeLessThanOrEqual(510);
  expect(line.endsWith('😃')).toBe(true);
});
