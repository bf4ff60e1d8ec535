/** CHATHISTORY (IRCv3 chathistory), and who may read what. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { SERVICES_FLAG } from '../../irc/p10/server-line.ts';
import { ircdConfigSchema } from '../config.ts';
import { limits } from '../limits.ts';
import { LinkedServer, settle, Wire } from '../links/memory-links.ts';
import { introduce, linkServer } from '../memory-network.ts';
import { type MemoryClient, MemoryServer } from '../memory-server.ts';

const CAPS = 'batch message-tags server-time draft/chathistory';
const START = Date.UTC(2026, 0, 1);
const config = (history: object) => ircdConfigSchema.parse({ server_name: 'irc.test', history });
const KEPT = config({ keep_minutes: 60, new_channels: true, direct_messages: true });

let irc: MemoryServer;
let ann: MemoryClient;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: START });
  irc = new MemoryServer(KEPT);
  ann = irc.join('ann', CAPS);
  ann.send('JOIN #c');
});
afterEach(() => {
  irc.close();
  vi.useRealTimers();
});

/** One message a second. */
function say(client: MemoryClient, target: string, ...texts: string[]): void {
  for (const text of texts) {
    vi.setSystemTime(Date.now() + 1_000);
    client.send(`PRIVMSG ${target} :${text}`);
  }
}

const logIn = (client: MemoryClient, account: string) => void Object.assign(client.user!, { account });
const linesOf = (client: MemoryClient, asked: string) => {
  client.received();
  return client.send(`CHATHISTORY ${asked}`);
};
/** The texts that are played back; what else comes as it is. */
const read = (client: MemoryClient, asked: string) =>
  linesOf(client, asked)
    .filter((line) => !/ BATCH [+-]/.test(line))
    .map((line) => / PRIVMSG \S+ :(.*)$/.exec(line)?.[1] ?? line);
const join = (nick: string, caps = CAPS, account = '') => {
  const client = irc.join(nick, caps);
  if (account !== '') logIn(client, account);
  client.send('JOIN #c');
  client.received();
  return client;
};

it('plays back what was said, as it was told then, in one batch', () => {
  const bob = join('bob', `${CAPS} echo-message`);
  vi.setSystemTime(START + 5_000);
  const [echo = ''] = bob.send('@+react=x PRIVMSG #c :hi');
  vi.setSystemTime(START + 9_000);
  const [begin, line, end] = linesOf(ann, 'LATEST #C * 10');
  expect(begin).toMatch(/ :irc\.test BATCH \+(\w+) chathistory #c$/);
  const id = / \+(\w+) /.exec(begin!)![1]!;
  expect(line).toBe(echo.replace('@', `@batch=${id};`));
  expect(line).toContain('+react=x');
  expect(end).toContain(` :irc.test BATCH -${id}`);
  const plain = join('cat', 'draft/chathistory');
  say(ann, '#c', 'there');
  expect(plain.received()).toHaveLength(1);
  expect(plain.send('CHATHISTORY LATEST #c * 10')).toEqual([':ann!~ann@192.0.2.1 PRIVMSG #c :there']);
});

it('finds by time and id, before, behind, around and between, in both directions', () => {
  say(ann, '#c', ...'abcdefghij');
  const at = (n: number) => `timestamp=${new Date(START + n * 1_000).toISOString()}`;
  const ids = linesOf(ann, 'LATEST #c * 100').map((line) => /msgid=([\w-]+)/.exec(line)?.[1]);
  const id = (n: number) => `msgid=${ids[n]}`;
  for (const mark of [at, id]) {
    const asked: [string, string][] = [
      [`LATEST #c ${mark(7)} 2`, 'ij'],
      [`BEFORE #c ${mark(5)} 2`, 'cd'],
      [`AFTER #c ${mark(5)} 2`, 'fg'],
      [`AROUND #c ${mark(5)} 3`, 'def'],
      [`AROUND #c ${mark(5)} 1`, 'e'],
      [`AROUND #c ${mark(10)} 4`, 'ghij'],
      [`BETWEEN #c ${mark(2)} ${mark(8)} 3`, 'cde'],
      [`BETWEEN #c ${mark(8)} ${mark(2)} 3`, 'efg'],
      [`between #c ${mark(2)} ${mark(4)} 100`, 'c'],
    ];
    for (const [command, found] of asked) expect(read(ann, command).join(''), command).toBe(found);
  }
  expect(read(ann, `BETWEEN #c ${at(2)} ${id(5)} 9`).join('')).toBe('cd');
  expect(linesOf(ann, `BEFORE #c ${at(0)} 9`)).toHaveLength(2);
});

it('says what is wrong with a request', () => {
  const bob = irc.join('bob', CAPS);
  bob.send('JOIN #other');
  const refused: [string, string][] = [
    ['NEXT #c * 1', 'INVALID_PARAMS NEXT'],
    ['LATEST #c *', 'INVALID_PARAMS LATEST'],
    ['LATEST #c * 1 2', 'INVALID_PARAMS LATEST'],
    ['LATEST #c * 0', 'INVALID_PARAMS LATEST 0'],
    ['LATEST #c * many', 'INVALID_PARAMS LATEST many'],
    ['BEFORE #c * 1', 'INVALID_PARAMS BEFORE #c *'],
    ['BEFORE #c timestamp=yesterday 1', 'INVALID_PARAMS BEFORE #c timestamp=yesterday'],
    ['BETWEEN #c timestamp=2026-01-01T00:00:00.000Z x 1', 'INVALID_PARAMS BETWEEN #c x'],
    ['BEFORE #c msgid=x 1', 'MESSAGE_ERROR BEFORE #c msgid=x'],
    ['TARGETS msgid=x timestamp=2026-01-01T00:00:00.000Z 1', 'INVALID_PARAMS TARGETS msgid=x'],
    ['LATEST #none * 1', 'INVALID_TARGET LATEST #none'],
    ['LATEST #other * 1', 'INVALID_TARGET LATEST #other'],
    ['LATEST bob * 1', 'INVALID_TARGET LATEST bob'],
  ];
  for (const [asked, answer] of refused)
    expect(linesOf(ann, asked), asked).toEqual([expect.stringContaining(` FAIL CHATHISTORY ${answer} :`)]);
  ann.send('CAP REQ -draft/chathistory');
  expect(linesOf(ann, 'LATEST #c * 1')).toEqual([expect.stringContaining(' 421 ann CHATHISTORY ')]);
});

it('shows members what was said since they came, and to an account also what was said while its connection was lost', () => {
  say(ann, '#c', 'first');
  const bob = join('bob', CAPS, 'bob');
  say(ann, '#c', 'second');
  expect(read(bob, 'LATEST #c * 10')).toEqual(['second']);
  bob.drop();
  say(ann, '#c', 'third');
  const back = join('bob', CAPS, 'BOB');
  expect(read(back, 'LATEST #c * 10')).toEqual(['second', 'third']);
  // Another session, and then both are lost.
  const too = join('bobby', CAPS, 'bob');
  too.drop();
  back.drop();
  expect(read(join('bob', CAPS, 'bob'), 'LATEST #c * 10')).toEqual(['second', 'third']);
  expect(read(join('eve', CAPS, 'eve'), 'LATEST #c * 10')).toEqual([]);
  expect(read(join('dan'), 'LATEST #c * 10')).toEqual([]);
});

it('does not show what was said before to who left, was removed, or was kept out meanwhile', () => {
  const ways: ((bob: MemoryClient) => void)[] = [
    (bob) => void bob.send('PART #c'),
    () => void ann.send('KICK #c bob'),
    (bob) => {
      bob.drop();
      ann.send('MODE #c +b ~a:bob');
      join('bob', CAPS, 'bob').drop();
      ann.send('MODE #c -b ~a:bob');
    },
  ];
  for (const way of ways) {
    const bob = join('bob', CAPS, 'bob');
    say(ann, '#c', 'heard');
    way(bob);
    if (bob.closedWith === null) bob.drop();
    say(ann, '#c', 'secret');
    const back = join('bob', CAPS, 'bob');
    expect(read(back, 'LATEST #c * 10')).toEqual([]);
    back.send('PART #c');
    back.drop();
  }
  const bob = join('bob', CAPS, 'bob');
  bob.drop();
  ann.send('MODE #c +l 1');
  join('bob', CAPS, 'bob').drop();
  ann.send('MODE #c -l');
  say(ann, '#c', 'while it was full');
  expect(read(join('bob', CAPS, 'bob'), 'LATEST #c * 10')).toEqual(['while it was full']);
});

it('keeps events for those who asked for them, what only some read for nobody, and no typing', () => {
  const bob = join('bob', `${CAPS} draft/event-playback`);
  ann.received();
  ann.send('MODE #c +v bob', 'TOPIC #c :news', 'PRIVMSG @#c :psst', '@+typing=active TAGMSG #c');
  ann.send('@+draft/react=x TAGMSG #c', 'NICK anna', 'NICK ann', 'NOTICE #c :hi');
  const cat = join('cat', CAPS);
  cat.send('PART #c :bye');
  const dan = join('dan', CAPS);
  dan.send('QUIT :gone');
  const eve = join('eve', CAPS);
  ann.send('KICK #c eve :out');
  eve.drop();
  const words = (line: string) => line.replace(/^@\S+ :\S+ /, '');
  const all = linesOf(bob, 'LATEST #c * 100').slice(1, -1).map(words);
  expect(all).toEqual([
    'JOIN #c',
    'MODE #c +v bob',
    'TOPIC #c :news',
    'TAGMSG #c',
    'NICK anna',
    'NICK ann',
    'NOTICE #c :hi',
    'JOIN #c',
    'PART #c :bye',
    'JOIN #c',
    'QUIT :Quit: gone',
    'JOIN #c',
    'KICK #c eve :out',
  ]);
  expect(linesOf(ann, 'LATEST #c * 1').slice(1, -1).map(words)).toEqual(['NOTICE #c :hi']);
});

it('says that it keeps what is said, and lets operators of the channel end that for good', () => {
  expect(
    irc
      .join('new', CAPS)
      .send('JOIN #n')
      .map((line) => line.replace(/^@\S+ /, '')),
  ).toEqual([
    ':new!~new@192.0.2.1 JOIN #n',
    ':irc.test MODE #n +H *',
    ':irc.test NOTICE new :*** What is said on #n is kept for 60 minutes, for those who are on it, from when they came; its operators end that with MODE #n -H',
    expect.stringContaining(' 353 '),
    expect.stringContaining(' 366 '),
  ]);
  const bob = irc.join('bob', 'standard-replies');
  expect(bob.send('JOIN #c')).toContainEqual(
    expect.stringMatching(/^:irc\.test NOTE JOIN HISTORY_KEPT #c :/),
  );
  say(ann, '#c', 'one');
  const { totals } = irc.server.history!;
  ann.send('MODE #c -H');
  // Only the mode of the other channel is left.
  expect(totals.messages).toBe(1);
  say(ann, '#c', 'two');
  expect(read(ann, 'LATEST #c * 9')).toEqual([expect.stringContaining('FAIL CHATHISTORY INVALID_TARGET')]);
  ann.send('MODE #c +H');
  say(ann, '#c', 'three');
  expect(read(ann, 'LATEST #c * 9')).toEqual(['three']);
  for (const client of [ann, bob]) client.send('PART #c');
  expect(totals.messages).toBe(1);
});

it('keeps private messages for those of the two who have an account, whatever they were called', () => {
  const bob = irc.join('bob', CAPS);
  logIn(ann, 'ann');
  logIn(bob, 'bob');
  say(ann, 'bob', 'one');
  bob.send('NICK robert');
  say(bob, 'ann', 'two');
  expect(read(ann, 'LATEST robert * 9')).toEqual(['one', 'two']);
  expect(read(ann, 'LATEST BOB * 9')).toEqual(['one']);
  expect(read(bob, 'LATEST ann * 9')).toEqual(['one', 'two']);
  const cat = irc.join('cat', CAPS);
  say(cat, 'ann', 'three');
  expect(read(ann, 'LATEST cat * 9')).toEqual(['three']);
  expect(read(cat, 'LATEST ann * 9')).toEqual([expect.stringContaining('INVALID_TARGET')]);
  logIn(cat, 'cat');
  expect(read(cat, 'LATEST ann * 9')).toEqual([]);
  say(ann, 'ann', 'note');
  expect(read(ann, 'LATEST ann * 9')).toEqual(['note']);
  bob.send('SILENCE +ann');
  say(ann, 'robert', 'unheard');
  expect(read(ann, 'LATEST robert * 1')).toEqual(['unheard']);
  expect(read(bob, 'LATEST ann * 1')).toEqual(['two']);
  bob.send('MODE robert +D');
  bob.send('SILENCE -ann');
  say(ann, 'robert', 'refused');
  expect(read(ann, 'LATEST robert * 1')).toEqual(['unheard']);
});

it('never keeps what is said to services, or by them', () => {
  const services = linkServer(irc.server.state, 'services.test');
  Object.assign(services, { flags: SERVICES_FLAG });
  introduce(irc.server.state, services, 'AuthServ');
  logIn(ann, 'ann');
  const before = irc.server.history!.totals.messages;
  ann.send('PRIVMSG AuthServ :AUTH ann sesame');
  expect(irc.server.history!.totals.messages).toBe(before);
});

it('lists where something was said of late, the latest last', () => {
  const bob = irc.join('bob', CAPS);
  logIn(ann, 'ann');
  ann.send('JOIN #d', 'JOIN #silent');
  say(ann, 'bob', 'x');
  say(ann, '#d', 'x');
  say(ann, '#c', 'x', 'y');
  const at = (n: number) => `timestamp=${new Date(START + n * 1_000).toISOString()}`;
  const targets = (asked: string) =>
    linesOf(ann, `TARGETS ${asked}`).flatMap((line) => / CHATHISTORY TARGETS (.*)$/.exec(line)?.[1] ?? []);
  expect(targets(`${at(0)} ${at(9)} 9`)).toEqual([
    'bob 2026-01-01T00:00:01.000Z',
    '#d 2026-01-01T00:00:02.000Z',
    '#c 2026-01-01T00:00:04.000Z',
  ]);
  expect(linesOf(ann, `TARGETS ${at(0)} ${at(9)} 9`)[0]).toMatch(/ BATCH \+\w+ draft\/chathistory-targets$/);
  expect(targets(`${at(9)} ${at(0)} 1`)).toEqual(['#c 2026-01-01T00:00:04.000Z']);
  expect(targets(`${at(0)} ${at(4)} 1`)).toEqual(['bob 2026-01-01T00:00:01.000Z']);
  expect(targets(`${at(2)} ${at(4)} 9`)).toEqual([]);
  bob.drop();
});

it('forgets what was taken back', () => {
  ann.send('CAP REQ :echo-message draft/message-redaction');
  logIn(ann, 'ann');
  const bob = irc.join('bob', CAPS);
  logIn(bob, 'bob');
  ann.received();
  for (const target of ['#c', 'bob']) {
    const id = /msgid=([\w-]+)/.exec(ann.send(`PRIVMSG ${target} :oops`)[0]!)![1];
    ann.send(`REDACT ${target} ${id}`);
    expect(read(ann, `LATEST ${target} * 9`), target).toEqual([]);
  }
  expect(read(bob, 'LATEST ann * 9')).toEqual([]);
});

it('forgets accounts that were dropped: whoever takes the name is another', () => {
  logIn(ann, 'ann');
  const bob = join('bob', CAPS, 'bob');
  say(bob, 'ann', 'private');
  bob.drop();
  say(ann, '#c', 'public');
  irc.server.history!.forgetAccount('BOB');
  irc.server.state.findChannel('#c')!.history!.forgetAccount('BOB');
  const other = join('bob', CAPS, 'bob');
  expect(read(other, 'LATEST ann * 9')).toEqual([]);
  expect(read(other, 'LATEST #c * 9')).toEqual([]);
  expect(read(ann, 'LATEST bob * 9')).toEqual(['private']);
});

it('keeps no more than it may, and nothing for longer', () => {
  const most = limits.historyMessages.default;
  for (let i = 0; i < most + 5; i++) ann.send(`PRIVMSG #c :${i}`);
  const { totals } = irc.server.history!;
  // The mode with which the channel began is gone as well.
  expect(totals.messages).toBe(most);
  expect(read(ann, 'LATEST #c * 1000')).toHaveLength(limits.historyReply.default);
  vi.setSystemTime(START + 59 * 60_000);
  irc.server.history!.expire();
  expect(totals.messages).toBe(most);
  vi.setSystemTime(START + 61 * 60_000);
  expect(read(ann, 'LATEST #c * 9')).toEqual([]);
  expect([totals.messages, totals.bytes]).toEqual([0, 0]);
});

it('is there while the settings say so', () => {
  const off = irc.server.config;
  const configure = (history: object) =>
    irc.server.configure({ ...off, history: config(history).history }, null);
  const old = irc.join('old', 'cap-notify');
  const bob = irc.connect();
  bob.send('CAP LS 302');
  expect(irc.server.isupport.join(' ')).toContain('CHATHISTORY=100');
  expect(irc.server.isupport.join(' ')).toContain('MSGREFTYPES=msgid,timestamp');
  say(ann, '#c', 'x');
  logIn(ann, 'ann');
  say(ann, 'ann', 'x');
  configure({ keep_minutes: 60 });
  expect(irc.server.history!.totals.messages).toBe(2);
  expect(read(ann, 'LATEST ann * 1')).toEqual([expect.stringContaining('INVALID_TARGET')]);
  old.received();
  configure({});
  expect(old.received()).toEqual([':irc.test CAP old DEL :draft/chathistory draft/event-playback']);
  expect(irc.server.isupport.join(' ')).not.toContain('CHATHISTORY');
  expect(ann.send('CHATHISTORY LATEST #c * 1').at(-1)).toContain(' 421 ');
  expect(ann.send('CAP REQ draft/chathistory').at(-1)).toContain(' NAK ');
  ann.send('MODE #c -H');
  expect(ann.send('MODE #c +H').at(-1)).toContain(' FAIL MODE HISTORY_OFF #c :');
  configure({ keep_minutes: 5 });
  expect(old.received()).toEqual([':irc.test CAP old NEW :draft/chathistory draft/event-playback']);
  for (const wrong of [{ new_channels: true }, { direct_messages: true }])
    expect(() => config(wrong)).toThrow('keep_minutes');
});

it('keeps what users of other servers of our own kind say, under the id that they gave it, and tells those of the mode', () => {
  vi.useRealTimers();
  const one = new LinkedServer('one.test', 1);
  one.irc.server.configure({ ...one.irc.server.config, history: KEPT.history }, null);
  const two = new LinkedServer('two.test', 2);
  const wire = new Wire(one, two);
  settle(wire);
  const [dan, eve] = [
    one.irc.join('dan', CAPS),
    two.irc.join('eve', `${CAPS.replace(/ draft.*/, '')} echo-message`),
  ];
  for (const client of [dan, eve]) {
    client.send('JOIN #x');
    settle(wire);
    client.received();
  }
  expect(eve.send('MODE #x').at(0)).toContain(' 324 eve #x +ntH *');
  const [said = ''] = eve.send('PRIVMSG #x :hi');
  settle(wire);
  dan.received();
  const [, line = ''] = dan.send('CHATHISTORY LATEST #x * 9');
  expect(line.replace(/batch=\w+;/, '')).toBe(said);
  for (const server of [one, two]) server.close();
});
