/** What modes of a channel make of messages: c, S, N, T, M. Who may enter by r, Z and O stands in permissions/channels.md. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { compose, sendToChannel } from '../actions/message.ts';
import { introduce, linkServer, recordLinks } from '../memory-network.ts';
import { type MemoryClient, MemoryServer } from '../memory-server.ts';

let irc: MemoryServer;
let op: MemoryClient;
let bob: MemoryClient;
beforeEach(() => {
  irc = new MemoryServer();
  op = irc.join('op');
  bob = irc.join('bob', 'echo-message');
  for (const client of [op, bob]) client.send('JOIN #c');
  for (const client of [op, bob]) client.received();
});
afterEach(() => irc.close());

const mode = (modes: string) => {
  op.send(`MODE #c ${modes}`);
  for (const client of [op, bob]) client.received();
};
const say = (line: string) => ({ answer: bob.send(line), heard: op.received() });

it('takes formatting out of what is said with S, for everybody who hears it, here and elsewhere', () => {
  const there = linkServer(irc.server.state, 'there.test');
  irc.server.state.join(introduce(irc.server.state, there, 'far'), '#c', 0);
  const told = recordLinks(irc.server);
  mode('+S');
  told.length = 0;
  const plain = ':bob!~bob@192.0.2.1 PRIVMSG #c :so red';
  expect(say('PRIVMSG #c :\x02so\x02 \x0304red\x03')).toEqual({ answer: [plain], heard: [plain] });
  expect(told).toEqual(['message by bob PRIVMSG to #c :so red']);
  expect(say('PRIVMSG #c :\x02\x03')).toEqual({ answer: [], heard: [] });
  expect(say('PRIVMSG #c :\x01ACTION \x02waves\x02\x01').heard).toEqual([
    ':bob!~bob@192.0.2.1 PRIVMSG #c :\x01ACTION waves\x01',
  ]);
  // To somebody alone it is sent as it was said.
  bob.send('PRIVMSG op :\x02hi');
  expect(op.received()).toEqual([':bob!~bob@192.0.2.1 PRIVMSG op :\x02hi']);
});

it('refuses colours with c, also of its operators, and lets other formatting be', () => {
  mode('+c');
  expect(say('PRIVMSG #c :\x034red')).toEqual({
    answer: [':irc.test 404 bob #c :Cannot send colours to channel (+c)'],
    heard: [],
  });
  expect(op.send('PRIVMSG #c :\x1b[31mred')).toEqual([
    ':irc.test 404 op #c :Cannot send colours to channel (+c)',
  ]);
  expect(say('NOTICE #c :\x034red')).toEqual({ answer: [], heard: [] });
  expect(say('PRIVMSG #c :\x02bold').heard).toHaveLength(1);
});

it('refuses notices with N, and what goes to others as well with T', () => {
  mode('+NT');
  expect(say('NOTICE #c :hi')).toEqual({ answer: [], heard: [] });
  expect(say('NOTICE @#c :hi')).toEqual({ answer: [], heard: [] });
  const { answer, heard } = say('PRIVMSG #c,op :hi');
  expect(answer).toContain(':irc.test 404 bob #c :Cannot send to channel with others (+T)');
  expect(heard).toEqual([':bob!~bob@192.0.2.1 PRIVMSG op :hi']);
  expect(say('PRIVMSG #c,#c :hi').heard).toHaveLength(1);
});

it('lets those speak with M who have an account or a status', () => {
  mode('+M-n');
  const stranger = irc.join('stranger');
  for (const client of [bob, stranger]) {
    expect(client.send('PRIVMSG #c :hi')[0]).toContain(' 404 ');
    Object.assign(client.user!, { account: 'them' });
    client.send('PRIVMSG #c :hi');
    expect(op.received()).toHaveLength(1);
    Object.assign(client.user!, { account: null });
  }
  op.send('MODE #c +v bob');
  bob.send('PRIVMSG #c :hi');
  expect(op.received().at(-1)).toContain(' PRIVMSG #c :hi');
});

it('passes on what another server has let through, as it came', () => {
  const there = linkServer(irc.server.state, 'there.test');
  const far = introduce(irc.server.state, there, 'far');
  irc.server.state.join(far, '#c', 0);
  mode('+cSN');
  const text = '\x034red';
  const message = compose(irc.server, far, 'NOTICE', '#c', text, '');
  sendToChannel(irc.server, far, 'NOTICE', irc.server.state.findChannel('#c')!, 0, message, text);
  expect(op.received()).toEqual([':far!far@far.example NOTICE #c :\x034red']);
});

it('lets operators of the network alone set O', () => {
  expect(op.send('MODE #c +O')).toEqual([":irc.test 481 op :Permission denied - You're not an IRC operator"]);
  irc.promote(op, []);
  expect(op.send('MODE #c +O')).toEqual([':op!~op@192.0.2.1 MODE #c +O']);
  expect(irc.join('stranger').send('JOIN #c')[0]).toContain(' 520 stranger #c ');
});
