import { afterEach, beforeEach, expect, it } from 'vitest';
import { MemoryServer } from '../memory-server.ts';

let irc: MemoryServer;

beforeEach(() => {
  irc = new MemoryServer();
});
afterEach(() => irc.close());

const code = (lines: readonly string[]) => lines[0]?.split(' ')[1];

it('echoes to those who asked for it, with the same message id', () => {
  const a = irc.join('a', 'echo-message message-tags');
  const b = irc.join('b', 'message-tags');
  const echo = a.send('@+x=y;secret=1 PRIVMSG b :hi');
  expect(echo[0]).toMatch(/^@msgid=[^;]+;\+x=y :a!~a@192\.0\.2\.1 PRIVMSG b :hi$/);
  expect(b.received()).toEqual(echo);
});

it('labels the echo of a message to oneself, not its delivery', () => {
  const a = irc.join('a', 'echo-message batch labeled-response');
  const lines = a.send('@label=1 PRIVMSG a :hi');
  expect(lines).toHaveLength(2);
  expect(lines.filter((line) => line.startsWith('@label=1 '))).toHaveLength(1);
});

it('sends TAGMSG only to those who understand it', () => {
  const a = irc.join('a', 'message-tags');
  const b = irc.join('b', 'message-tags');
  const c = irc.join('c');
  for (const client of [a, b, c]) client.send('JOIN #x');
  for (const client of [a, b, c]) client.received();
  a.send('@+typing=active TAGMSG #x');
  expect(b.received()[0]).toMatch(/;\+typing=active :a!\S+ TAGMSG #x$/);
  expect(c.received()).toEqual([]);
});

it('answers nothing to a TAGMSG that is refused: typing in a moderated channel is no mistake', () => {
  const a = irc.join('a');
  const b = irc.join('b', 'message-tags');
  a.send('JOIN #x', 'MODE #x +m');
  b.send('JOIN #x');
  b.received();
  for (const target of ['#x', '#none', 'nobody', '@#x', 'a,b,c,d,e,f']) {
    expect(b.send(`@+typing=active TAGMSG ${target}`), target).toEqual([]);
  }
  expect(a.received().filter((line) => line.includes('TAGMSG'))).toEqual([]);
});

it('reaches only operators, or operators and voiced, through @ and +', () => {
  const [a, b, c] = [irc.join('a'), irc.join('b'), irc.join('c')];
  for (const client of [a, b, c]) client.send('JOIN #x');
  a.send('MODE #x +v b');
  for (const client of [a, b, c]) client.received();
  c.send('PRIVMSG @#x :ops');
  c.send('PRIVMSG +#x :voiced');
  expect(a.received().map((line) => line.split(' ')[2])).toEqual(['@#x', '+#x']);
  expect(b.received().map((line) => line.split(' ')[2])).toEqual(['+#x']);
});

it('says why a message was not delivered, but never in answer to a NOTICE', () => {
  const a = irc.join('a');
  const b = irc.join('b');
  a.send('JOIN #x', 'MODE #x +m', 'AWAY :gone fishing');
  expect(code(b.send('PRIVMSG #x :hi'))).toBe('404');
  expect(code(b.send('PRIVMSG #none :hi'))).toBe('403');
  expect(code(b.send('PRIVMSG nobody :hi'))).toBe('401');
  expect(code(b.send('PRIVMSG'))).toBe('411');
  expect(code(b.send('PRIVMSG a'))).toBe('412');
  expect(code(b.send('PRIVMSG a,b,c,d,e :hi'))).toBe('407');
  expect(b.send('PRIVMSG a :hi')).toEqual([':irc.test 301 b a :gone fishing']);
  for (const line of ['#x :hi', '#none :hi', 'nobody :hi', 'a', 'a :hi'])
    expect(b.send(`NOTICE ${line}`)).toEqual([]);
});

it('marks messages of bots', () => {
  const bot = irc.join('bot');
  const user = irc.join('user', 'message-tags');
  bot.send('MODE bot +B', 'PRIVMSG user :beep');
  expect(user.received()[0]).toMatch(/^@msgid=[^;]+;bot :bot!/);
});
