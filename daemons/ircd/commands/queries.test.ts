import { afterEach, beforeEach, expect, it } from 'vitest';
import { OPER_FLAGS } from '../config.ts';
import { type MemoryClient, MemoryServer } from '../memory-server.ts';

let irc: MemoryServer;
let alice: MemoryClient;

beforeEach(() => {
  irc = new MemoryServer();
  alice = irc.join('alice');
});
afterEach(() => irc.close());

const replies = (lines: readonly string[], code: string) =>
  lines.filter((line) => line.split(' ')[1] === code);

it('filters LIST by mask, users and age, and hides secret channels', () => {
  irc.join('bob').send('JOIN #one,#two,#hidden', 'MODE #hidden +s', 'TOPIC #two :Second');
  alice.send('JOIN #two');
  alice.received();
  const names = (line: string) => replies(alice.send(line), '322').map((reply) => reply.split(' ')[3]);
  expect(names('LIST')).toEqual(['#one', '#two']);
  expect(names('LIST >1')).toEqual(['#two']);
  expect(names('LIST !#T*')).toEqual(['#one']);
  expect(names('LIST #hidden,#one')).toEqual(['#one']);
  expect(names('LIST C<5,T<5')).toEqual(['#two']);
  expect(names('LIST C>5')).toEqual([]);
});

it('leaves out the rest of an answer that would fill the send queue', () => {
  const bob = irc.join('bob');
  for (let i = 0; i < 30; i++) bob.send(`JOIN #channel${i}`);
  alice.connectionClass = { ...alice.connectionClass, sendQueueBytes: 4096 };
  const lines = alice.send('LIST');
  expect(replies(lines, '416')).toHaveLength(1);
  expect(lines.at(-1)).toBe(':irc.test 323 alice :End of /LIST');
  expect(replies(lines, '322').length).toBeGreaterThan(5);
  expect(lines.join('\r\n').length).toBeLessThan(2048);
});

it('answers WHOX in its own field order, and hides addresses from strangers', () => {
  const bob = irc.join('bob');
  bob.send('JOIN #x', 'AWAY :lunch');
  expect(alice.send('WHO #x %rfnt,42')[0]).toBe(':irc.test 354 alice 42 bob G@ :Real bob');
  expect(alice.send('WHO bob %i')[0]).toBe(':irc.test 354 alice 255.255.255.255');
  irc.promote(alice, OPER_FLAGS);
  expect(alice.send('WHO bob %i')[0]).toBe(':irc.test 354 alice 192.0.2.1');
});

it('shows invisible users in WHO masks only to those who share a channel', () => {
  irc.join('bob').send('MODE bob +i', 'JOIN #x');
  expect(replies(alice.send('WHO bo*'), '352')).toHaveLength(0);
  expect(replies(alice.send('WHO bob'), '352')).toHaveLength(1);
  expect(replies(alice.send('NAMES #x'), '353')).toHaveLength(0);
  alice.send('JOIN #x');
  expect(replies(alice.send('WHO bo*'), '352')).toHaveLength(1);
});

it('ends NAMES for each channel that was asked for, and says which are too many', () => {
  irc.join('bob').send('JOIN #a,#b', 'MODE #b +s');
  const ends = (line: string) => alice.send(line).map((reply) => reply.split(' ').slice(1, 5).join(' '));
  expect(ends('NAMES #a,#b,#c')).toEqual([
    '353 alice = #a',
    '366 alice #a :End',
    '366 alice #b :End',
    '366 alice #c :End',
  ]);
  expect(ends('NAMES #a,#b,#c,#d,#e').at(-1)).toBe('407 alice NAMES :Too');
});

it('says so when a JOIN, PART or KICK names more than the limit', () => {
  const many = Array.from({ length: 21 }, (_, i) => `#c${i}`).join(',');
  for (const [line, most] of [
    [`JOIN ${many}`, 20],
    [`PART ${many}`, 20],
    ['KICK #own a,b,c,d,e', 4],
  ] as const) {
    const command = line.split(' ')[0];
    expect(alice.send(line).at(-1)).toBe(`:irc.test 407 alice ${command} :Too many targets, at most ${most}`);
  }
});

it('shows with a bare NAMES who is on the channels that one may know of', () => {
  irc.join('bob').send('JOIN #open,#hidden', 'MODE #hidden +s');
  alice.send('JOIN #own', 'MODE #own +p');
  alice.received();
  expect(alice.send('NAMES')).toEqual([
    ':irc.test 353 alice = #open :@bob',
    ':irc.test 353 alice * #own :@alice',
    ':irc.test 366 alice * :End of /NAMES list',
  ]);
  expect(alice.penalty).toBeGreaterThanOrEqual(3);
});

it('says in WHOIS that somebody is not there, and answers for the first of several', () => {
  irc.join('bob');
  const codes = (line: string) => alice.send(line).map((reply) => reply.split(' ').slice(1, 4).join(' '));
  const absent = ['401 alice x', '318 alice x'];
  expect(codes('WHOIS x')).toEqual(absent);
  expect(codes('WHOIS x x')).toEqual(absent);
  expect(codes('WHOIS x,bob')).toEqual(absent);
  expect(codes('WHOIS bob,x')[0]).toBe('311 alice bob');
  expect(codes('WHOIS bob,x').at(-1)).toBe('318 alice bob');
  expect(codes('WHOIS elsewhere.test bob')).toEqual(['402 alice elsewhere.test']);
});

it('lists with LINKS the servers that fit the mask', () => {
  expect(replies(alice.send('LINKS'), '364')).toHaveLength(1);
  expect(alice.send('LINKS *.TEST').map((line) => line.split(' ')[1])).toEqual(['364', '365']);
  expect(alice.send('LINKS *.example')).toEqual([':irc.test 365 alice *.example :End of /LINKS list']);
  expect(replies(alice.send('LINKS irc.test *'), '364')).toHaveLength(1);
  expect(replies(alice.send('LINKS elsewhere.test *'), '402')).toHaveLength(1);
});

it('names in STATS who set a ban, however long its reason, and keeps the line parsable', () => {
  irc.promote(alice, OPER_FLAGS);
  const ban = { reason: 'r'.repeat(500), by: 'oper!~oper@192.0.2.1', setMs: 0, expiresMs: null };
  irc.server.bans.add({ ...ban, kind: 'dline', mask: '::1' });
  irc.server.bans.add({ ...ban, kind: 'kline', mask: '*@evil.example' });
  expect(replies(alice.send('STATS d'), '225')[0]).toMatch(
    /^:irc\.test 225 alice D 0::1 :r+ \(oper!~oper@192\.0\.2\.1\)$/,
  );
  expect(replies(alice.send('STATS k'), '216')[0]).toMatch(/ K \*@evil\.example :r+ \(oper!\S+\)$/);
  alice.connectionClass = { ...alice.connectionClass, sendQueueBytes: 4096 };
  for (let i = 0; i < 50; i++) irc.server.bans.add({ ...ban, kind: 'dline', mask: `10.0.0.${i}` });
  expect(replies(alice.send('STATS d'), '416')).toHaveLength(1);
});

it('remembers who left under a nick, newest first', () => {
  for (const name of ['one', 'two']) {
    const bob = irc.connect();
    bob.send('NICK bob', `USER ${name} 0 * :x`);
    bob.drop();
  }
  const found = replies(alice.send('WHOWAS bob'), '314').map((line) => line.split(' ')[4]);
  expect(found).toEqual(['~two', '~one']);
  expect(replies(alice.send('WHOWAS bob 1'), '314')).toHaveLength(1);
  expect(replies(alice.send('WHOWAS nobody'), '406')).toHaveLength(1);
});

it('keeps STATS to operators, but for uptime and the own connection', () => {
  irc.join('bob');
  expect(replies(alice.send('STATS l'), '211')).toHaveLength(1);
  expect(replies(alice.send('STATS u'), '242')).toHaveLength(1);
  expect(replies(alice.send('STATS m'), '481')).toHaveLength(1);
  irc.promote(alice, OPER_FLAGS);
  expect(replies(alice.send('STATS l'), '211')).toHaveLength(2);
  for (const [letter, code] of [
    ['m', '212'],
    ['p', '217'],
    ['P', '249'],
    ['t', '249'],
    ['z', '249'],
    ['C', '249'],
    ['B', '249'],
    ['T', '249'],
  ]) {
    expect(replies(alice.send(`STATS ${letter}`), code as string).length, letter).toBeGreaterThan(0);
  }
});

it('passes knocks on to the operators of an invite-only channel, once a minute', () => {
  const op = irc.join('op');
  op.send('JOIN #x', 'MODE #x +i');
  op.received();
  expect(replies(alice.send('KNOCK #x'), '711')).toHaveLength(1);
  expect(op.received()[0]).toContain(' 710 op #x alice!~alice@192.0.2.1 :');
  expect(replies(alice.send('KNOCK #x'), '712')).toHaveLength(1);
  expect(replies(op.send('KNOCK #x'), '714')).toHaveLength(1);
  expect(replies(alice.send('KNOCK #none'), '403')).toHaveLength(1);
});

it('tells the operator why a rehash failed, in one line', async () => {
  irc.promote(alice, OPER_FLAGS);
  const message = 'signalbox.toml:4: ircd.dns: expected\r\ntrue or false';
  irc.host.lifecycleOutcome = { ok: false, error: { code: 'config_invalid', message } };
  alice.send('REHASH');
  await Promise.resolve();
  expect(alice.send('PING x')).toContain(
    ':irc.test NOTICE alice :*** REHASH failed, the configuration in force stays: signalbox.toml:4: ircd.dns: expected true or false',
  );
});

it('tells the operator what a rehash found odd, such as lines of the message of the day', async () => {
  irc.promote(alice, OPER_FLAGS);
  const warnings = ['ircd.motd_file: /etc/motd: line 3: cut'];
  irc.host.lifecycleOutcome = { ok: true, result: { daemons: [{ id: 'ircd', warnings }] } };
  alice.send('REHASH');
  await Promise.resolve();
  expect(alice.send('PING x')).toContain(
    ':irc.test NOTICE alice :*** ircd.motd_file: /etc/motd: line 3: cut',
  );
});

it('asks the control plane to rehash, stop and restart', () => {
  expect(replies(alice.send('DIE'), '481')).toHaveLength(1);
  irc.promote(alice, OPER_FLAGS);
  alice.send('REHASH', 'RESTART :upgrade', 'DIE');
  expect(irc.host.lifecycle).toEqual(['reload', 'restart', 'stop']);
  expect(irc.host.begun.map((entry) => entry.command)).toEqual(['REHASH', 'RESTART', 'DIE']);
});

it('explains every command it has', () => {
  const overview = alice.send('HELP').join(' ');
  for (const name of ['JOIN', 'WHOIS', 'KLINE']) expect(overview).toContain(name);
  expect(alice.send('HELP kick')[0]).toContain(' 704 alice KICK :KICK <channel>');
  expect(replies(alice.send('HELP NONSENSE'), '524')).toHaveLength(1);
  for (const name of irc.server.commands.keys()) {
    const lines = alice.send(`HELP ${name.toLowerCase()}`);
    const codes = lines.map((line) => line.split(' ')[1]);
    // Its syntax, at least a sentence, and the end.
    expect([codes[0], codes[1], codes.at(-1)], name).toEqual(['704', '705', '706']);
    expect(lines[0], name).toMatch(new RegExp(`^:irc\\.test 704 alice ${name} :${name}( |$)`));
  }
  // Eight names a line, in alphabetical order.
  const names = alice
    .send('HELP')
    .slice(1, -1)
    .map((line) => line.slice(line.lastIndexOf(':') + 1).split(' '));
  expect(names.flat()).toEqual([...irc.server.commands.keys()].sort());
  expect(names.slice(0, -1).every((line) => line.length === 8)).toBe(true);
});

it('keeps the newest hundred invitations of a user, so that strangers can fill neither memory nor list', () => {
  const irc = new MemoryServer();
  try {
    const guest = irc.join('guest');
    for (const who of ['one', 'two']) {
      const host = irc.join(who);
      for (let at = 0; at < 80; at++) host.send(`JOIN #${who}${at}`, `INVITE guest #${who}${at}`);
    }
    guest.received();
    const listed = guest.send('INVITE').filter((line) => line.includes(' 336 '));
    expect(listed).toHaveLength(100);
    expect(listed.at(-1)).toContain('#two79');
    expect(listed.join()).not.toContain('#one59,');
    for (const channel of irc.server.state.channels.values()) {
      expect(channel.invited?.has(guest.user as never) ?? false).toBe(guest.user?.invites?.has(channel));
    }
  } finally {
    irc.close();
  }
});
