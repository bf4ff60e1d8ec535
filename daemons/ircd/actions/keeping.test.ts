/** Which actions change what is kept of a channel, who waits for it, and what goes on without links. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CMODE, STATUS, UMODE } from '../../irc/modes.ts';
import { WorkAccount, WorkGroup } from '../../runtime/async/work-account.ts';
import { WorkGate } from '../../runtime/async/work-gate.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { CAP } from '../client/capabilities.ts';
import { recordLinks } from '../memory-network.ts';
import { type MemoryClient, MemoryServer, waitFor } from '../memory-server.ts';
import type { Channel } from '../state/channel.ts';
import { RestoredStatus } from '../state/restored-status.ts';
import { Server } from '../state/server.ts';
import type { User } from '../state/user.ts';
import { setAccount } from './account.ts';
import { setAway } from './away.ts';
import { ChannelModeChanges } from './channel-modes.ts';
import { changeHost } from './host.ts';
import { kick, kickUnseen } from './kick.ts';
import { compose, sendToUser } from './message.ts';
import { part } from './part.ts';
import { setRealname } from './realname.ts';
import { setTopic, topicTime } from './topic.ts';
import { setUserModes } from './user-modes.ts';

let irc: MemoryServer;
/** Operator of #x; bob and cid are there without status. */
let ann: MemoryClient;
let bob: MemoryClient;
let cid: MemoryClient;
/** Names of channels that changed. */
let changed: string[];
/** What those who change something wait at. */
let gate: WorkGate | null;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 0, 1) });
  irc = new MemoryServer();
  [ann, bob, cid] = ['ann', 'bob', 'cid'].map((nick) => irc.join(nick)) as [
    MemoryClient,
    MemoryClient,
    MemoryClient,
  ];
  for (const client of [ann, bob, cid]) client.send('JOIN #x');
  changed = [];
  gate = null;
  irc.server.keeper = {
    problem: null,
    changed: ({ name }) => {
      changed.push(name);
      return gate;
    },
    ended: (name) => void changed.push(`${name} no more`),
  };
  heard();
});
afterEach(() => {
  irc.close();
  vi.useRealTimers();
});

function act(steps: WorkSteps | null): void {
  if (steps !== null) irc.host.work.runSteps(irc.server.house, steps);
}

const heard = () => [ann, bob, cid].map((client) => client.received());
const channel = (): Channel => irc.server.state.findChannel('#x')!;
const memberOf = ({ user }: MemoryClient) => user!.memberships.get(channel())!;
/** What changed since the last time. */
const noted = () => changed.splice(0);

describe('what is kept of a channel', () => {
  it('is other without somebody who had status, or without the last, and the same without anybody else', () => {
    act(part(irc.server, bob.user!, channel(), ''));
    expect([noted(), heard()[0]]).toEqual([[], [':bob!~bob@192.0.2.1 PART #x']]);
    act(part(irc.server, ann.user!, channel(), 'bye'));
    expect([noted(), heard()[2]]).toEqual([['#x'], [':ann!~ann@192.0.2.1 PART #x :bye']]);
    // Nobody has status any more; the last takes the channel along.
    act(part(irc.server, cid.user!, channel(), ''));
    expect([noted(), irc.server.state.findChannel('#x')]).toEqual([['#x'], undefined]);
  });

  it('is other where one with status quits, but not where the server goes down', () => {
    irc.server.exit(bob.client!, 'bye');
    expect(noted()).toEqual([]);
    irc.server.closing = 'Server is shutting down';
    irc.server.exit(cid.client!, 'down');
    irc.server.exit(ann.client!, 'down');
    expect(noted()).toEqual([]);
  });

  it('is other where status goes with a KICK, seen by others or not', () => {
    act(kick(irc.server, ann.user!, memberOf(bob), 'out'));
    expect([noted(), heard()[2]]).toEqual([[], [':ann!~ann@192.0.2.1 KICK #x bob :out']]);
    memberOf(cid).status = STATUS.voice;
    act(kick(irc.server, ann.user!, memberOf(cid), 'out'));
    expect(noted()).toEqual(['#x']);
    bob.send('JOIN #x');
    noted();
    heard();
    memberOf(bob).status = STATUS.op;
    kickUnseen(irc.server, ann.user!, memberOf(bob), 'over');
    expect([noted(), heard()]).toEqual([['#x'], [[], [':ann!~ann@192.0.2.1 KICK #x bob :over'], []]]);
    bob.send('JOIN #x');
    noted();
    kickUnseen(irc.server, ann.user!, memberOf(bob), 'over');
    expect(noted()).toEqual([]);
  });

  it('is other where somebody who had status by account is kicked without it', () => {
    channel().restored = new RestoredStatus(Date.now() + 1_000, [[STATUS.op, ['bobby']]]);
    bob.user!.account = 'bobby';
    act(kick(irc.server, ann.user!, memberOf(bob), 'out'));
    expect([noted(), channel().restored?.of('bobby')]).toEqual([['#x'], 0]);
  });

  it('is other where one with status has another account', () => {
    act(setAccount(irc.server, bob.user!, 'bobby'));
    expect(noted()).toEqual([]);
    act(setAccount(irc.server, ann.user!, 'anna'));
    act(setAccount(irc.server, ann.user!, 'anna'));
    expect(noted()).toEqual(['#x']);
  });

  it('leaves the channel free behind whoever had status back', async () => {
    channel().restored = new RestoredStatus(Date.now() + 1_000, [[STATUS.op, ['bobby']]]);
    const writer = new WorkAccount(new WorkGroup());
    const { work } = irc.host;
    channel().gate.holder = writer;
    act(setAccount(irc.server, bob.user!, 'bobby'));
    expect(memberOf(bob).isOp).toBe(false);
    work.run(writer, {
      step: () => {
        work.leave(channel().gate);
        return 'done';
      },
    });
    await waitFor(cid, (line) => line.includes('MODE #x +o bob'));
    expect([channel().gate.holder, channel().gate.waiting]).toEqual([null, []]);
  });

  it('keeps what is due to an account that is given status by hand, and not where that is taken', () => {
    channel().restored = new RestoredStatus(Date.now() + 1_000, [[STATUS.op, ['anna', 'bobby']]]);
    bob.user!.account = 'bobby';
    const set = (on: boolean) => {
      const changes = new ChannelModeChanges(irc.server, ann.user!, channel());
      changes.status(on, 'o', STATUS.op, memberOf(bob));
      act(changes.announce());
      return channel().restored?.of('bobby');
    };
    expect([set(true), set(false), channel().restored?.of('anna')]).toEqual([STATUS.op, 0, STATUS.op]);
  });

  it('says of a mask that servers tell of again who had set it first', () => {
    const setter = () => channel().bans.entries.map(({ by, atMs }) => [by, atMs]);
    const set = (by: string, atMs: number, heard: boolean) => {
      const origin = { by, atMs };
      const changes = heard
        ? new ChannelModeChanges(irc.server, ann.user!, channel(), origin)
        : new ChannelModeChanges(irc.server, ann.user!, channel());
      changes.mask(true, 'b', '*!*@x');
      return [changes.any, ...setter()];
    };
    expect(set('m', 5_000, true)).toEqual([true, ['m', 5_000]]);
    expect(set('z', 4_000, false)).toEqual([false, ['m', 5_000]]);
    expect(set('z', 6_000, true)).toEqual([false, ['m', 5_000]]);
    expect(set('z', 4_000, true)).toEqual([true, ['z', 4_000]]);
  });

  it('gives status back to an account that logs in, and nothing where it has that already', () => {
    channel().restored = new RestoredStatus(Date.now() + 1_000, [
      [STATUS.op, ['bobby']],
      [STATUS.voice, ['bobby', 'anna']],
    ]);
    act(setAccount(irc.server, bob.user!, 'bobby'));
    expect(heard()[2]).toEqual([':irc.test MODE #x +ov bob bob']);
    act(setAccount(irc.server, ann.user!, 'anna'));
    expect(heard()[2]).toEqual([':irc.test MODE #x +v ann']);
    act(setAccount(irc.server, cid.user!, 'carl'));
    expect([heard()[2], memberOf(cid).status]).toEqual([[], 0]);
  });
});

it('two changes that wait at one gate are both told once it is left', async () => {
  bob.send('JOIN #y');
  heard();
  const other = irc.server.state.findChannel('#y')!;
  const shared = new WorkGate();
  const writer = new WorkAccount(new WorkGroup());
  shared.holder = writer;
  gate = shared;
  act(setTopic(irc.server, ann.user!, channel(), 'one', 5));
  irc.host.work.runSteps(bob.work, setTopic(irc.server, bob.user!, other, 'two', 5)!);
  expect(heard()).toEqual([[], [], []]);
  irc.host.work.run(writer, {
    step: () => {
      irc.host.work.leave(shared);
      return 'done';
    },
  });
  await waitFor(cid, (line) => line.includes('TOPIC #x :one'));
  await waitFor(bob, (line) => line.includes('TOPIC #y :two'));
});

it('what a server tells while it is being linked is kept, and told at once', () => {
  const { state } = irc.server;
  const far = new Server('far.test', '', 'AC', state.me);
  state.addServer(far);
  gate = new WorkGate();
  gate.holder = new WorkAccount(new WorkGroup());
  const tell = (text: string) => {
    act(setTopic(irc.server, far, channel(), text, 5));
    return [noted(), heard()[2]];
  };
  far.bursting = true;
  expect(tell('one')).toEqual([['#x'], [':far.test TOPIC #x :one']]);
  far.bursting = false;
  expect(tell('two')).toEqual([['#x'], []]);
});

describe('links', () => {
  it('are not told where they hear of it otherwise', () => {
    const told = recordLinks(irc.server);
    act(setTopic(irc.server, ann.user!, channel(), 'news', 5, 'eve!~eve@far', false));
    const changes = new ChannelModeChanges(irc.server, ann.user!, channel());
    changes.flag(true, 'm', CMODE.moderated);
    act(changes.announce(false));
    expect([told, channel().topicBy, channel().topicAtMs]).toEqual([[], 'eve!~eve@far', 5]);
    const more = new ChannelModeChanges(irc.server, ann.user!, channel());
    more.flag(false, 'm', CMODE.moderated);
    act(more.announce());
    act(setTopic(irc.server, ann.user!, channel(), 'more', 6));
    expect(told).toEqual(['channel modes by ann #x -m', 'topic by ann #x :more']);
    expect(channel().topicBy).toBe('ann!~ann@192.0.2.1');
  });

  it('need not be there for anything', () => {
    expect(irc.server.links).toBeNull();
    act(setAccount(irc.server, bob.user!, 'bobby'));
    act(setTopic(irc.server, ann.user!, channel(), 'news', 5));
    act(changeHost(irc.server, bob.user!, 'b.example'));
    setUserModes(irc.server, bob.user!, [{ on: true, letter: 'i', bit: UMODE.invisible }]);
    act(kick(irc.server, ann.user!, memberOf(bob), 'out'));
    act(part(irc.server, cid.user!, channel(), ''));
    expect(channel().members.map(({ user }) => user.nick)).toEqual(['ann']);
  });
});

it('a topic is as old as the clock says, or a second newer than the one before', () => {
  const now = Date.now();
  const at = (topicAtMs: number) => topicTime({ topicAtMs } as Channel);
  expect([at(0), at(now - 1_000), at(now - 1), at(now), at(now + 1_500)]).toEqual([
    now,
    now,
    now,
    now + 1_000,
    now + 2_000,
  ]);
});

it('another host is told once, to the user and to neighbours who asked for it', () => {
  for (const client of [bob, cid]) client.client!.caps |= CAP.chghost;
  act(changeHost(irc.server, bob.user!, bob.user!.host));
  expect(heard()).toEqual([[], [], []]);
  act(changeHost(irc.server, bob.user!, 'b.example'));
  const line = ':bob!~bob@192.0.2.1 CHGHOST ~bob b.example';
  expect(heard()).toEqual([[], [line], [line]]);
  act(changeHost(irc.server, ann.user!, 'a.example'));
  const second = ':ann!~ann@192.0.2.1 CHGHOST ~ann a.example';
  expect([heard(), bob.user!.prefix]).toEqual([[[], [second], [second]], 'bob!~bob@b.example']);
});

it('an operator who becomes one again keeps what they may do, and loses it with the mode', () => {
  irc.promote(ann, []);
  const { oper } = ann.client!;
  const mode = (user: User, on: boolean) =>
    setUserModes(irc.server, user, [{ on, letter: 'o', bit: UMODE.oper }]);
  ann.user!.modes &= ~UMODE.oper;
  mode(ann.user!, true);
  expect([ann.client!.oper === oper, oper !== null]).toEqual([true, true]);
  mode(ann.user!, false);
  expect(ann.client!.oper).toBeNull();
});

it('nothing is kept of somebody here to be passed on', () => {
  act(setAway(irc.server, bob.user!, 'out'));
  act(setAway(irc.server, bob.user!, null));
  act(setAccount(irc.server, bob.user!, 'bobby'));
  act(setRealname(irc.server, bob.user!, 'Another'));
  expect(bob.user!.linkFacts).toBeNull();
  act(setAway(irc.server, cid.user!, 'caf\u00e9', 'caf\xe9'));
  expect(cid.user!.linkFacts).toMatchObject({ away: 'caf\xe9' });
  act(setAway(irc.server, cid.user!, 'back soon'));
  expect(cid.user!.linkFacts).toMatchObject({ away: null });
});

it('a message of a bot says so to those who read tags', () => {
  cid.client!.caps |= CAP.messageTags;
  const say = () =>
    sendToUser(
      irc.server,
      bob.user!,
      'PRIVMSG',
      cid.user!,
      compose(irc.server, bob.user!, 'PRIVMSG', 'cid', 'hi', ''),
      'hi',
    );
  say();
  bob.user!.modes |= UMODE.bot;
  say();
  expect(cid.received().map((line) => / ?;bot[ ;]/.test(line))).toEqual([false, true]);
});
