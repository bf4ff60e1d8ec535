/** Mode D: who enters is seen by nobody before they say something, get a status or change something. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CMODE } from '../../irc/modes.ts';
import { OPER_FLAGS } from '../config.ts';
import { LinkedServer, linkLines, settle, Wire } from '../links/memory-links.ts';
import { type MemoryClient, MemoryServer } from '../memory-server.ts';

const ME = ':bob!~bob@192.0.2.1';

let irc: MemoryServer;
let op: MemoryClient;
let bob: MemoryClient;

beforeEach(() => {
  irc = new MemoryServer();
  op = irc.join('op', 'away-notify setname invite-notify chghost draft/multiline batch message-tags');
  bob = irc.join('bob', 'batch draft/multiline message-tags');
  op.send('JOIN #c', 'MODE #c +D');
  op.received();
  bob.send('JOIN #c');
});
afterEach(() => irc.close());

const bare = (lines: readonly string[]) => lines.map((line) => line.replace(/^@\S+ /, ''));
const heard = () => bare(op.received());
const isHidden = () => irc.server.state.findChannel('#c')!.has(CMODE.hiding);

it('whoever enters sees themselves and the others, and nobody sees them: in JOIN, NAMES, WHO and WHOIS', () => {
  expect(heard()).toEqual([]);
  expect(bob.send('NAMES #c')[0]).toContain(':@op bob');
  expect(op.send('NAMES #c')[0]).toMatch(/:@op ?$/);
  expect(op.send('WHO #c')).toHaveLength(2);
  expect(bob.send('WHO #c')).toHaveLength(3);
  expect(op.send('WHOIS bob').join()).not.toContain('#c');
  expect(bob.send('WHOIS bob').join()).toContain('#c');
  bob.send('MODE bob +i');
  expect(op.send('WHO bob*')).toHaveLength(1);
  const eve = irc.join('eve');
  irc.promote(eve, OPER_FLAGS);
  expect(eve.send('WHO #c')).toHaveLength(3);
  expect(eve.send('WHOIS bob').join()).toContain('#c');
});

it('what they do meanwhile is heard by nobody there: NICK, AWAY, QUIT and PART', () => {
  expect(bob.send('NICK rob', 'AWAY :out', 'SETNAME :Rob', 'PART #c :bye')).toContain(
    ':rob!~bob@192.0.2.1 PART #c :bye',
  );
  bob.send('JOIN #c', 'QUIT :bye');
  expect(heard()).toEqual([]);
  expect(isHidden()).toBe(false);
  // Who is seen on another channel is heard by those who are there.
  const cat = irc.join('cat');
  op.send('JOIN #d');
  cat.send('JOIN #c', 'JOIN #d');
  op.received();
  cat.send('NICK kat', 'QUIT :bye');
  expect(heard()).toEqual([':cat!~cat@192.0.2.1 NICK kat', ':kat!~cat@192.0.2.1 QUIT :Quit: bye']);
});

describe('the others hear the JOIN, and see them from there on', () => {
  const shown = () => {
    expect(isHidden()).toBe(false);
    expect(op.send('NAMES #c')[0]).toMatch(/bob/);
    bob.send('PART #c');
    expect(heard()).toEqual([`${ME} PART #c`]);
  };

  it.each([
    ['PRIVMSG #c :hi', [`${ME} PRIVMSG #c :hi`]],
    ['NOTICE #c :hi', [`${ME} NOTICE #c :hi`]],
    ['@+react=x TAGMSG #c', [`${ME} TAGMSG #c`]],
    ['TOPIC #c :new', [`${ME} TOPIC #c :new`]],
    ['INVITE eve #c', [`${ME} INVITE eve #c`]],
  ])('before %s', (line, then) => {
    irc.join('eve');
    op.send('MODE #c -t');
    op.received();
    bob.send(line);
    expect(heard()).toEqual([`${ME} JOIN #c`, ...then]);
    bob.send('PRIVMSG #c :more');
    expect(heard()).toHaveLength(1);
    shown();
  });

  it('before several lines', () => {
    bob.send(
      'BATCH +1 draft/multiline #c',
      '@batch=1 PRIVMSG #c :one',
      '@batch=1 PRIVMSG #c :two',
      'BATCH -1',
    );
    expect(heard()[0]).toBe(`${ME} JOIN #c`);
    shown();
  });

  it('with the status that they get, with an AWAY, and once', () => {
    bob.send('AWAY :out');
    expect(bare(op.send('MODE #c +v bob'))).toEqual([
      `${ME} JOIN #c`,
      `${ME} AWAY :out`,
      ':op!~op@192.0.2.1 MODE #c +v bob',
    ]);
    op.send('MODE #c -v bob');
    heard();
    shown();
  });

  it('before they are kicked', () => {
    expect(bare(op.send('KICK #c bob'))).toEqual([`${ME} JOIN #c`, ':op!~op@192.0.2.1 KICK #c bob :op']);
    expect(isHidden()).toBe(false);
  });
});

it('with -D whoever is not seen stays so until they say something, and who enters is seen', () => {
  op.send('MODE #c -D');
  op.received();
  const cat = irc.join('cat');
  cat.send('JOIN #c');
  expect(heard()).toEqual([':cat!~cat@192.0.2.1 JOIN #c']);
  bob.send('PRIVMSG #c :hi');
  expect(heard()).toEqual([`${ME} JOIN #c`, `${ME} PRIVMSG #c :hi`]);
});

it('links hear of everybody, and each server hides them from its own clients until they say something', () => {
  const [here, there] = [new LinkedServer('here.test', 1), new LinkedServer('there.test', 2)];
  const [one, two] = [here.irc.join('one'), there.irc.join('two')];
  const wire = new Wire(here, there);
  settle(wire);
  one.send('JOIN #c', 'MODE #c +D');
  settle(wire);
  two.send('JOIN #c');
  settle(wire);
  one.received();
  const three = there.irc.join('three');
  three.send('JOIN #c');
  settle(wire);
  expect([one.received(), two.received()]).toEqual([
    [],
    expect.not.arrayContaining([expect.stringContaining('three')]),
  ]);
  expect(here.state.findChannel('#c')!.members).toHaveLength(3);
  three.send('PRIVMSG #c :hi');
  settle(wire);
  const said = [':three!~three@192.0.2.1 JOIN #c', ':three!~three@192.0.2.1 PRIVMSG #c :hi'];
  expect([one.received(), two.received().slice(-2)]).toEqual([said, said]);
  wire.cut();
  const ircu = linkLines(here, { name: 'ircu.test', numeric: 'AC', kind: 'ircu' });
  expect(ircu.sent.find((line) => line.includes(' B #c '))).toContain(' +Dnt ');
  for (const server of [here, there]) server.close();
});
