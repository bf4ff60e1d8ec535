/** Whatever the length of nicks, hosts, channels and texts: every line fits, and nothing in it is cut or left out. */
import fc from 'fast-check';
import { afterEach, expect, it } from 'vitest';
import { truncateUtf8 } from '../irc/line-text.ts';
import { limits } from './limits.ts';
import { type MemoryClient, MemoryServer } from './memory-server.ts';

const SERVER = `${'s'.repeat(57)}.local`;
const HOST = `${'h'.repeat(55)}.example`;

let irc: MemoryServer;
afterEach(() => irc.close());

function start(): void {
  irc = new MemoryServer({ server_name: SERVER });
  irc.host.names = { host: HOST, ident: 'i'.repeat(10) };
}

/** A client with the longest prefix, and a check of every line that it receives. */
function join(nick: string, caps = ''): MemoryClient {
  const client = irc.join(nick, caps);
  const received = client.received.bind(client);
  client.received = () => {
    const lines = received();
    for (const line of lines) expect(Buffer.byteLength(line), line).toBeLessThanOrEqual(510);
    return lines;
  };
  return client;
}

const codeOf = (line: string) => line.split(' ')[1];
const textOf = (line: string) => line.slice(line.indexOf(' :', 1) + 2);
/** The words in the texts of all replies of one numeric. */
const wordsOf = (lines: readonly string[], code: string) =>
  lines.filter((line) => codeOf(line) === code).flatMap((line) => textOf(line).split(' '));
const sorted = (words: Iterable<string>) => [...words].sort();

const scripts = fc.constantFrom('a', 'é', '名', '🙂');
/** Nicks of any length that differ in their first characters; no more than are welcomed in one turn of the loop. */
const nicks = fc.array(fc.integer({ min: 4, max: limits.nickLength.default }), {
  minLength: 2,
  maxLength: limits.registrationsPerTurn.default,
});
const nickOf = (length: number, i: number) => `n${String(i).padStart(2, '0')}${'x'.repeat(length - 3)}`;
const channels = fc.array(fc.tuple(scripts, fc.integer({ min: 0, max: 60 })), {
  minLength: 1,
  maxLength: 45,
});
const channelOf = ([letter, count]: [string, number], i: number) =>
  truncateUtf8(`#${i}${letter.repeat(count)}`, limits.channelNameBytes.default);
const texts = fc
  .tuple(scripts, fc.integer({ min: 1, max: 420 }))
  .map(([letter, count]) => letter.repeat(count));

it('lists every channel in WHOIS and LIST, every nick in NAMES, ISON and USERHOST, whole', () => {
  fc.assert(
    fc.property(nicks, channels, (lengths, parts) => {
      start();
      const names = parts.map(channelOf);
      const all = lengths.map(nickOf);
      const clients = all.map((nick) => join(nick, 'multi-prefix userhost-in-names'));
      const [first, last] = [clients[0]!, clients.at(-1) as MemoryClient];
      const firstNick = all[0]!;
      for (const client of clients) client.send(`JOIN ${names[0]}`);
      for (const name of names.slice(1)) first.send(`JOIN ${name}`);
      expect(
        wordsOf(last.send(`WHOIS ${firstNick}`), '319').map((name) => name.replace(/^[@+]+/, '')),
      ).toEqual(names);
      const shown = wordsOf(last.send(`NAMES ${names[0]}`), '353').map((name) => name.replace(/^[@+]+/, ''));
      expect(sorted(shown)).toEqual(sorted(all.map((nick) => `${nick}!iiiiiiiiii@${HOST}`)));
      expect(wordsOf(last.send(`ISON ${all.slice(0, 16).join(' ')}`), '303')).toEqual(all.slice(0, 16));
      const asked = all.slice(0, 5);
      expect(wordsOf(last.send(`USERHOST ${asked.join(' ')}`), '302')).toEqual(
        asked.map((nick) => `${nick}=+iiiiiiiiii@${HOST}`),
      );
      const listed = last.send('LIST').filter((line) => codeOf(line) === '322');
      expect(listed.map((line) => line.split(' ')[3])).toEqual(names);
      const who = last.send(`WHO ${names[0]}`).filter((line) => codeOf(line) === '352');
      expect(sorted(who.map((line) => line.split(' ')[7]!))).toEqual(sorted(all));
      expect(wordsOf(last.send('NAMES'), '353').length).toBe(all.length + names.length - 1);
      expect(last.send('VERSION').length).toBeGreaterThan(3);
      irc.close();
    }),
    { numRuns: 25 },
  );
});

it('shows a topic, a reason and an absence to everybody as they were kept, at any length', () => {
  fc.assert(
    fc.property(
      texts,
      fc.integer({ min: 4, max: limits.nickLength.default }),
      channels,
      (text, length, parts) => {
        start();
        const name = channelOf(parts[0] as [string, number], 0);
        const op = join(nickOf(length, 0));
        const member = join(nickOf(limits.nickLength.default, 1));
        const opNick = nickOf(length, 0);
        const memberNick = nickOf(limits.nickLength.default, 1);
        for (const client of [op, member]) client.send(`JOIN ${name}`);
        for (const client of [op, member]) client.received();
        const kept = (limit: { default: number }) => truncateUtf8(text, limit.default);

        irc.server.onLine(
          op,
          Buffer.from(`TOPIC ${name} :${text}`),
          0,
          Buffer.byteLength(`TOPIC ${name} :${text}`),
        );
        const topic = kept(limits.topicBytes);
        expect(member.received().map(textOf)).toEqual([topic]);
        expect(op.received().map(textOf)).toEqual([topic]);
        const shown = member.send(`TOPIC ${name}`).find((line) => codeOf(line) === '332') as string;
        expect(textOf(shown)).toBe(topic);
        const listed = member.send('LIST').find((line) => codeOf(line) === '322') as string;
        expect(textOf(listed)).toBe(topic);

        op.send(`AWAY :${text}`);
        expect(textOf(member.send(`PRIVMSG ${opNick} :x`)[0]!)).toBe(kept(limits.awayBytes));
        op.received();
        expect(textOf(op.send(`KICK ${name} ${memberNick} :${text}`)[0]!)).toBe(kept(limits.kickBytes));
        member.received();
        member.send(`JOIN ${name}`);
        op.received();
        member.send(`PART ${name} :${text}`);
        expect(textOf(op.received()[0]!)).toBe(kept(limits.partBytes));
        member.send(`JOIN ${name}`);
        op.received();
        irc.promote(op, ['kill']);
        const quit = op.send(`KILL ${memberNick} :${text}`).find((line) => line.includes(' QUIT ')) as string;
        expect(textOf(quit)).toBe(`Killed (${opNick} (${kept(limits.killBytes)}))`);
        expect(textOf(member.received().find((line) => line.includes(' KILL ')) as string)).toBe(
          kept(limits.killBytes),
        );
        irc.close();
      },
    ),
    { numRuns: 40 },
  );
});

it('answers the cases that were once cut', async () => {
  start();
  const nick = 'n'.repeat(30);
  const user = join(nick);
  const member = join('member');
  const names = Array.from({ length: 40 }, (_, i) => `#${'名'.repeat(20)}${i}`);
  for (const name of names) user.send(`JOIN ${name}`);
  expect(wordsOf(member.send(`WHOIS ${nick}`), '319')).toEqual(names.map((name) => `@${name}`));

  const friends = Array.from({ length: 16 }, (_, i) => nickOf(30, i));
  // The server welcomes only so many clients in one turn of the loop.
  await new Promise((resolve) => setImmediate(resolve));
  for (const friend of friends) join(friend);
  expect(wordsOf(member.send(`ISON ${friends.join(' ')}`), '303')).toEqual(friends);

  const channel = `#${'c'.repeat(63)}`;
  for (const client of [user, member]) client.send(`JOIN ${channel}`);
  for (const client of [user, member]) client.received();
  user.send(`TOPIC ${channel} :${'t'.repeat(390)}`);
  const seen = textOf(member.received()[0]!);
  member.send(`PART ${channel}`);
  const later = member.send(`JOIN ${channel}`).find((line) => codeOf(line) === '332') as string;
  expect(textOf(later)).toBe(seen);
  expect(seen).toBe('t'.repeat(325));
});

it('keeps every field of WHOX whole but the real name, which stands last', () => {
  start();
  const nick = 'n'.repeat(30);
  const client = join(nick);
  const channel = `#${'c'.repeat(63)}`;
  const realname = 'é'.repeat(75);
  client.send(`SETNAME :${realname}`, `JOIN ${channel}`);
  const line = client
    .send(`WHO ${channel} %tcuihsnfdlaor,123`)
    .find((one) => codeOf(one) === '354') as string;
  const [, , , ...fields] = line.slice(0, line.indexOf(' :', 1)).split(' ');
  const [token, at, user, address, host, server, name] = fields;
  expect([token, at, user, address, host, server, name]).toEqual([
    ...['123', channel, 'i'.repeat(10), '192.0.2.1', HOST, SERVER, nick],
  ]);
  expect(fields).toHaveLength(12);
  expect(realname.startsWith(textOf(line))).toBe(true);
  expect(Buffer.byteLength(line)).toBeLessThanOrEqual(510);
  const plain = client.send(`WHO ${channel}`).find((one) => codeOf(one) === '352') as string;
  expect(textOf(plain)).toBe(`0 ${realname}`);
  const whois = client.send(`WHOIS ${nick}`).find((one) => codeOf(one) === '311') as string;
  expect(textOf(whois)).toBe(realname);
});

it('shows masks of any length whole, in the announcement and in the lists', () => {
  start();
  const op = join(nickOf(limits.nickLength.default, 0));
  const name = `#${'c'.repeat(limits.channelNameBytes.default - 1)}`;
  op.send(`JOIN ${name}`);
  const masks = [0, 1].map((i) => `${i}${'m'.repeat(90)}!*@${'h'.repeat(100)}`);
  const lines = op.send(`MODE ${name} +bb ${masks.join(' ')}`);
  expect(lines.flatMap((line) => line.split(' ').slice(4))).toEqual(masks);
  const listed = op.send(`MODE ${name} +b`).filter((line) => codeOf(line) === '367');
  expect(listed.map((line) => line.split(' ')[4])).toEqual(masks);
  for (const line of listed) expect(line.split(' ')).toHaveLength(7);
});

it('acknowledges every capability that was asked for, in as many lines as that takes', () => {
  start();
  const client = join(nickOf(limits.nickLength.default, 0));
  const asked = Array.from({ length: 34 }, () => ['batch', 'setname']).flat();
  const lines = client.send(`CAP REQ :${asked.join(' ')}`);
  expect(lines.length).toBeGreaterThan(1);
  expect(lines.flatMap((line) => textOf(line).split(' '))).toEqual(asked);
  expect(client.send('CAP LS')).toHaveLength(1);
});

it('announces lengths that a client may use in full', () => {
  start();
  const client = join('a');
  const tokens = client
    .send('VERSION')
    .filter((line) => codeOf(line) === '005')
    .join(' ');
  for (const [token, value] of [
    ['TOPICLEN', 325],
    ['KICKLEN', 295],
    ['AWAYLEN', 378],
    ['NAMELEN', 150],
    ['HOSTLEN', 63],
  ]) {
    expect(tokens).toContain(` ${token}=${value} `);
  }
  expect(tokens).toContain(' SAFELIST ');
});
