/** Modes, messages, accounts and introductions: what those here see, and what links are told. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CMODE, STATUS, UMODE } from '../../irc/modes.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { CAP } from '../client/capabilities.ts';
import { OPER_FLAGS } from '../config.ts';
import { introduce, linkServer, recordLinks, remoteUser } from '../memory-network.ts';
import { type MemoryClient, MemoryServer } from '../memory-server.ts';
import type { Server } from '../state/server.ts';
import type { User } from '../state/user.ts';
import { setAccount } from './account.ts';
import { ChannelModeChanges } from './channel-modes.ts';
import { introduce as introduceUser } from './introduce.ts';
import { compose, sendToChannel, sendToUser } from './message.ts';
import { setUserModes } from './user-modes.ts';
import { wallops } from './wallops.ts';

let irc: MemoryServer;
let ann: MemoryClient;
let cid: MemoryClient;
let far: Server;
let bob: User;
let told: string[];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 0, 1) });
  irc = new MemoryServer();
  ann = irc.join('ann');
  cid = irc.join('cid');
  for (const client of [ann, cid]) client.send('JOIN #x');
  far = linkServer(irc.server.state, 'far.test');
  bob = introduce(irc.server.state, far, 'bob', { numeric: 'ACAAA' });
  irc.server.state.join(bob, '#x', 0);
  heard();
  told = recordLinks(irc.server);
});
afterEach(() => {
  irc.close();
  vi.useRealTimers();
});

function act(steps: WorkSteps | null): void {
  if (steps !== null) irc.host.work.runSteps(irc.server.house, steps);
}

function heard(): string[][] {
  return [ann.received(), cid.received()];
}

const channel = () => irc.server.state.findChannel('#x')!;

describe('modes of a channel that another server changes', () => {
  it('hold here and are shown in as few lines as hold them', () => {
    const changes = new ChannelModeChanges(irc.server, far, channel());
    changes.flag(true, 'm', CMODE.moderated);
    changes.flag(true, 'm', CMODE.moderated);
    changes.flag(false, 'n', CMODE.noExternal);
    changes.status(true, 'o', STATUS.op, bob.memberships.get(channel())!);
    changes.key('secret');
    changes.limit(7);
    changes.mask(true, 'b', 'Eve!*@*');
    changes.mask(true, 'b', 'Eve!*@*');
    irc.host.touched.clear();
    act(changes.announce());
    const line = ':far.test MODE #x +m-n+oklb bob secret 7 Eve!*@*';
    expect(heard()).toEqual([[line], [line]]);
    expect(cid.send('MODE #x')[0]).toBe(':irc.test 324 cid #x +mtkl secret 7');
    expect(cid.send('MODE #x b')[0]).toBe(
      `:irc.test 367 cid #x Eve!*@* far.test ${Math.floor(Date.now() / 1000)}`,
    );
    expect(bob.memberships.get(channel())?.isOp).toBe(true);
    expect([...irc.host.touched]).toEqual(['channels']);
    expect(told).toEqual(['channel modes by far.test #x +m -n +o ACAAA +k secret +l 7 +b Eve!*@*']);
  });

  it('are taken off again', () => {
    ann.send('MODE #x +klb key 5 Eve!*@*');
    heard();
    told.length = 0;
    const changes = new ChannelModeChanges(irc.server, bob, channel());
    changes.key(null);
    changes.key(null);
    changes.limit(null);
    changes.limit(null);
    changes.mask(false, 'b', 'eve!*@*');
    changes.mask(false, 'b', 'eve!*@*');
    act(changes.announce());
    expect(cid.received()).toEqual([':bob!bob@far.example MODE #x -klb * Eve!*@*']);
    expect(told).toEqual(['channel modes by bob #x -k * -l -b Eve!*@*']);
  });

  it('are announced to nobody where nothing is otherwise than before', () => {
    const changes = new ChannelModeChanges(irc.server, far, channel());
    changes.flag(true, 'n', CMODE.noExternal);
    changes.status(false, 'o', STATUS.op, bob.memberships.get(channel())!);
    irc.host.touched.clear();
    expect(changes.announce()).toBeNull();
    expect([heard(), told, irc.host.touched.size]).toEqual([[[], []], [], 0]);
  });

  it('hold against whoever they are against at once', () => {
    cid.send('PRIVMSG #x :hi');
    heard();
    const changes = new ChannelModeChanges(irc.server, far, channel());
    changes.mask(true, 'b', 'cid!*@*');
    act(changes.announce());
    heard();
    expect(cid.send('PRIVMSG #x :hi')).toEqual([':irc.test 404 cid #x :Cannot send to channel']);
  });
});

describe('modes that a client here changes', () => {
  it.each([
    ['MODE #x +mo bob', ['channel modes by ann #x +m +o ACAAA']],
    ['MODE #x +v cid', ['channel modes by ann #x +v cid']],
    ['MODE #x +n', []],
    ['MODE #x b', []],
    ['MODE ann +iw', ['user modes ann +iw']],
    ['MODE ann -i', []],
    ['MODE ann +o', []],
  ])('%s is told once', (line, expected) => {
    ann.send(line);
    expect(told).toEqual(expected);
  });

  it('an operator comes and goes', () => {
    irc.promote(ann, OPER_FLAGS);
    ann.send('MODE ann -o');
    expect([told, ann.client!.oper]).toEqual([['user modes ann -os'], null]);
    irc.promote(ann, OPER_FLAGS);
    irc.server.configure({ ...irc.server.config, oper: [] }, null);
    expect(ann.received()).toEqual([
      ':ann!~ann@192.0.2.1 MODE ann :-os',
      ':irc.test NOTICE ann :*** Your operator block is gone from the configuration',
    ]);
    expect([told.length, ann.client!.oper]).toEqual([2, null]);
  });
});

it('user modes of somebody elsewhere are counted', () => {
  const { state } = irc.server;
  setUserModes(irc.server, bob, [
    { on: true, letter: 'i', bit: UMODE.invisible },
    { on: true, letter: 'o', bit: UMODE.oper },
    { on: false, letter: 'w', bit: UMODE.wallops },
  ]);
  expect([state.invisibleCount, state.opers.has(bob), told, heard()]).toEqual([
    1,
    true,
    ['user modes bob +io'],
    [[], []],
  ]);
  ann.send('LUSERS');
  expect(heard()).toEqual([[], []]);
});

describe('a message', () => {
  it('of somebody here goes to links where somebody of another server is to get it', () => {
    cid.send('PRIVMSG #x :hi', 'NOTICE bob :psst', 'PRIVMSG @#x :ops', 'PRIVMSG ann :here', 'JOIN #y');
    told.splice(
      told.findIndex((line) => line.startsWith('join')),
      1,
    );
    cid.send('PRIVMSG #y :alone');
    expect(told).toEqual([
      'message by cid PRIVMSG to #x :hi',
      'message by cid NOTICE to bob :psst',
      'message by cid PRIVMSG to @#x :ops',
    ]);
  });

  it('that may not be sent goes nowhere', () => {
    const dan = irc.join('dan', 'message-tags');
    told.length = 0;
    dan.send('PRIVMSG #x :hi', 'PRIVMSG nobody :hi', '@+typing=active TAGMSG #x', 'TAGMSG bob');
    expect(told).toEqual([]);
  });

  it('of tags alone goes as far as one with text', () => {
    const dan = irc.join('dan', 'message-tags');
    ann.send('MODE #x -n');
    told.length = 0;
    dan.send('@+typing=active TAGMSG #x,bob');
    expect(told).toEqual(['message by dan TAGMSG to #x :', 'message by dan TAGMSG to bob :']);
  });

  it('of somebody elsewhere reaches those here', () => {
    const message = compose(irc.server, bob, 'PRIVMSG', '#x', 'hi', '');
    act(sendToChannel(irc.server, bob, 'PRIVMSG', channel(), 0, message, 'hi'));
    const line = ':bob!bob@far.example PRIVMSG #x :hi';
    expect(heard()).toEqual([[line], [line]]);
    const ops = compose(irc.server, bob, 'NOTICE', '@#x', 'hi', '');
    act(sendToChannel(irc.server, bob, 'NOTICE', channel(), STATUS.op, ops, 'hi'));
    expect(heard()).toEqual([[':bob!bob@far.example NOTICE @#x :hi'], []]);
    const one = compose(irc.server, bob, 'PRIVMSG', 'cid', 'hi', '');
    sendToUser(irc.server, bob, 'PRIVMSG', cid.user!, one, 'hi');
    expect(heard()).toEqual([[], [':bob!bob@far.example PRIVMSG cid :hi']]);
  });
});

it('WALLOPS reaches who has +w here, whoever it is from', () => {
  cid.send('MODE cid +w');
  bob.modes |= UMODE.wallops;
  told.length = 0;
  act(wallops(irc.server, far, 'news'));
  expect(heard()).toEqual([[], [':far.test WALLOPS :news']]);
  irc.promote(ann, OPER_FLAGS);
  ann.send('WALLOPS :more');
  expect(heard()).toEqual([[], [':ann!~ann@192.0.2.1 WALLOPS :more']]);
  expect(told).toEqual(['wallops by far.test :news', 'wallops by ann :more']);
});

it('an account is seen by WHOIS, tags and neighbours who asked for it', () => {
  ann.client!.caps |= CAP.accountNotify | CAP.accountTag;
  act(setAccount(irc.server, bob, 'bobby'));
  act(setAccount(irc.server, bob, 'bobby'));
  expect(heard()).toEqual([['@account=bobby :bob!bob@far.example ACCOUNT bobby'], []]);
  expect(cid.send('WHOIS bob')).toContain(':irc.test 330 cid bob bobby :is logged in as');
  act(setAccount(irc.server, bob, null));
  expect(heard()).toEqual([[':bob!bob@far.example ACCOUNT *'], []]);
  expect(told).toEqual([
    'account by irc.test bob was null as bobby',
    'account by irc.test bob was bobby as null',
  ]);
  const half = irc.connect();
  act(setAccount(irc.server, half.user!, 'half'));
  expect([half.user?.account, told.length]).toEqual(['half', 2]);
});

it('who is new on the network is told to links once they are registered', () => {
  const half = irc.connect();
  half.send('NICK eve');
  expect(told).toEqual([]);
  half.send('USER eve 0 * :Eve');
  const modes = UMODE.invisible | UMODE.oper;
  const dan = introduceUser(
    irc.server,
    remoteUser(far, 'dan', { numeric: 'ACAAB', modes, account: 'danny' }),
  );
  expect(told).toEqual(['user eve', 'user dan']);
  const { state } = irc.server;
  expect([state.findUser('dan'), dan.account, dan.modeLetters()]).toEqual([dan, 'danny', '+io']);
  expect([state.invisibleCount, state.opers.has(dan), far.userCount]).toEqual([1, true, 2]);
});
