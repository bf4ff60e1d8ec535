import { afterEach, expect, it } from 'vitest';
import { ircdConfigSchema } from '../config.ts';
import { MemoryServer } from '../memory-server.ts';

let irc: MemoryServer;
afterEach(() => irc?.close());

const parse = (items: readonly string[]) =>
  ircdConfigSchema.safeParse({ server_name: 'irc.test', denied_client_tags: items });

it('passes no client-only tag on that the settings deny, and says which (IRCv3 message-tags, CLIENTTAGDENY)', () => {
  irc = new MemoryServer(parse(['*', '-react']).data!);
  expect(irc.server.isupport.join(' ')).toContain(' CLIENTTAGDENY=*,-react ');
  const [ann, bob] = ['ann', 'bob'].map((nick) => irc.join(nick, 'message-tags'));
  ann!.send('@+typing=active TAGMSG bob');
  expect(bob!.received()).toEqual([]);
  ann!.send('@+typing=active;+react=x TAGMSG bob', '@+typing=active PRIVMSG bob :hi');
  expect(bob!.received().map((line) => line.replace(/msgid=[^; ]+;?/, ''))).toEqual([
    '@+react=x :ann!~ann@192.0.2.1 TAGMSG bob',
    '@ :ann!~ann@192.0.2.1 PRIVMSG bob :hi',
  ]);
  irc.server.configure(parse(['react']).data!, null);
  expect(irc.server.isupport.join(' ')).toContain(' CLIENTTAGDENY=react ');
  ann!.send('@+typing=active;+react=x TAGMSG bob');
  expect(bob!.received()[0]).toContain('+typing=active :ann');
  irc.server.configure(parse([]).data!, null);
  expect(irc.server.isupport.join(' ')).not.toContain('CLIENTTAGDENY');
});

it('takes a list of names, or all with exceptions', () => {
  for (const items of [[], ['typing'], ['typing', 'draft/react'], ['*'], ['*', '-typing', '-draft/react']])
    expect(parse(items).success, items.join()).toBe(true);
  for (const items of [
    ['-typing'],
    ['typing', '*'],
    ['*', 'typing'],
    ['typing', '-x'],
    ['*', '*'],
    ['+typing'],
    ['a,b'],
    [''],
    Array(60).fill('typing'),
  ])
    expect(parse(items).success, items.join()).toBe(false);
});
