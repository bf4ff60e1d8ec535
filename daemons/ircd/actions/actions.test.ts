/** What everybody here sees of what somebody elsewhere does, and what links are told of what is done here. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { STATUS } from '../../irc/modes.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { createAdminHandlers } from '../admin/handlers.ts';
import { OPER_FLAGS } from '../config.ts';
import { introduce, linkServer, recordLinks } from '../memory-network.ts';
import { type MemoryClient, MemoryServer } from '../memory-server.ts';
import type { Server } from '../state/server.ts';
import type { User } from '../state/user.ts';
import { freeChannelsOf, leaveAll } from '../work-steps.ts';
import { setAway } from './away.ts';
import { invite } from './invite.ts';
import { join } from './join.ts';
import { kick } from './kick.ts';
import { kill } from './kill.ts';
import { changeNick } from './nick.ts';
import { part } from './part.ts';
import { quit } from './quit.ts';
import { setTopic } from './topic.ts';

let irc: MemoryServer;
let ann: MemoryClient;
let cid: MemoryClient;
let far: Server;
let bob: User;
let told: string[];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 0, 1) });
  irc = new MemoryServer();
  ann = irc.join('ann', 'away-notify extended-join invite-notify');
  cid = irc.join('cid');
  for (const client of [ann, cid]) client.send('JOIN #x');
  far = linkServer(irc.server.state, 'far.test');
  bob = introduce(irc.server.state, far, 'bob');
  for (const client of [ann, cid]) client.received();
  told = recordLinks(irc.server);
});
afterEach(() => {
  irc.close();
  vi.useRealTimers();
});

/** Does the steps of an action as a link would. */
function act(steps: WorkSteps | null): void {
  if (steps === null) return;
  irc.host.work.runSteps(irc.server.house, steps);
}

const enter = (user: User, name = '#x', status: number | null = null) =>
  act(
    (function* () {
      yield* join(irc.server, user, name, 1_000, { status });
    })(),
  );

function rename(user: User, wanted: string, nickMs: number): void {
  act(
    (function* () {
      const gates = yield* freeChannelsOf(irc.host, user);
      try {
        yield* changeNick(irc.server, user, wanted, nickMs, gates);
      } finally {
        leaveAll(irc.host, gates);
      }
    })(),
  );
}

const heard = () => [ann.received(), cid.received()];
const memberOf = (user: User) => user.memberships.get(irc.server.state.findChannel('#x')!)!;

describe('of somebody on another server, those who are here', () => {
  it('see the JOIN, each in the form that they asked for', () => {
    bob.away = 'out';
    enter(bob);
    expect(heard()).toEqual([
      [':bob!bob@far.example JOIN #x * :Far bob', ':bob!bob@far.example AWAY :out'],
      [':bob!bob@far.example JOIN #x'],
    ]);
    expect(memberOf(bob).prefix(true)).toBe('');
    expect(told).toEqual(['join bob #x']);
  });

  it('see what status their server gave them', () => {
    enter(bob, '#x', STATUS.op | STATUS.voice);
    expect(cid.received()).toEqual([':bob!bob@far.example JOIN #x', ':far.test MODE #x +ov bob bob']);
    expect(memberOf(bob).prefix(true)).toBe('@+');
    const dan = introduce(irc.server.state, far, 'dan');
    enter(dan, '#x', 0);
    expect(cid.received()).toEqual([':dan!dan@far.example JOIN #x']);
  });

  it('find a channel that was made elsewhere as old as it is, with the operator that it has', () => {
    enter(bob, '#far');
    const channel = irc.server.state.findChannel('#far')!;
    expect([channel.createdMs, channel.locals.length, bob.memberships.get(channel)?.isOp]).toEqual([
      1_000,
      0,
      true,
    ]);
    enter(introduce(irc.server.state, far, 'dan'), '#far2', 0);
    expect(irc.server.state.findChannel('#far2')?.members[0]?.isOp).toBe(false);
    expect(told).toEqual(['join bob #far created', 'join dan #far2 created']);
    cid.send('JOIN #far');
    expect(cid.received()).toEqual([]);
    expect(irc.server.state.findChannel('#far')?.members.length).toBe(2);
  });

  it('see PART, and nothing where they left before', () => {
    enter(bob);
    heard();
    const channel = irc.server.state.findChannel('#x')!;
    act(part(irc.server, bob, channel, 'bye'));
    act(part(irc.server, bob, channel, 'bye'));
    expect(heard()).toEqual([[':bob!bob@far.example PART #x :bye'], [':bob!bob@far.example PART #x :bye']]);
    expect(told.slice(1)).toEqual(['part bob #x :bye']);
    expect(bob.memberships.size).toBe(0);
  });

  it('see KICK by a user and by a server', () => {
    enter(bob);
    heard();
    act(kick(irc.server, bob, memberOf(cid.user!), 'out'));
    expect(heard()).toEqual([
      [':bob!bob@far.example KICK #x cid :out'],
      [':bob!bob@far.example KICK #x cid :out'],
    ]);
    act(kick(irc.server, far, memberOf(bob), 'too'));
    expect(heard()).toEqual([[':far.test KICK #x bob :too'], []]);
    expect(told.slice(1)).toEqual(['kick by bob cid #x :out', 'kick by far.test bob #x :too']);
  });

  it('see another nick once', () => {
    enter(bob);
    for (const client of [ann, cid]) client.send('JOIN #y');
    enter(bob, '#y');
    heard();
    rename(bob, 'rob', 7_000);
    expect(heard()).toEqual([[':bob!bob@far.example NICK rob'], [':bob!bob@far.example NICK rob']]);
    expect([irc.server.state.findUser('rob'), irc.server.state.findUser('bob'), bob.nickSeconds]).toEqual([
      bob,
      undefined,
      7,
    ]);
    expect(irc.server.state.whowas.find('bob', 1)).toHaveLength(1);
    expect(told.at(-1)).toBe('nick rob was bob');
  });

  it('see a topic with who set it and when', () => {
    act(setTopic(irc.server, bob, irc.server.state.findChannel('#x')!, 'news', 9_000));
    expect(heard()).toEqual([
      [':bob!bob@far.example TOPIC #x :news'],
      [':bob!bob@far.example TOPIC #x :news'],
    ]);
    expect(cid.send('TOPIC #x')).toEqual([
      ':irc.test 332 cid #x :news',
      ':irc.test 333 cid #x bob!bob@far.example 9',
    ]);
    act(setTopic(irc.server, far, irc.server.state.findChannel('#x')!, '', 10_000));
    expect(heard()).toEqual([[':far.test TOPIC #x :'], [':far.test TOPIC #x :']]);
    expect(told).toEqual(['topic by bob #x :news', 'topic by far.test #x :']);
  });

  it('see who goes away and is back, when they asked to, and once', () => {
    enter(bob);
    heard();
    act(setAway(irc.server, bob, 'out'));
    expect(setAway(irc.server, bob, 'out')).toBeNull();
    act(setAway(irc.server, bob, null));
    expect(heard()).toEqual([[':bob!bob@far.example AWAY :out', ':bob!bob@far.example AWAY'], []]);
    expect(told.slice(1)).toEqual(['away bob :out', 'away bob :null']);
  });

  it('are invited by them, and the invitation is good for a channel with +i', () => {
    const dan = irc.join('dan');
    const channel = irc.server.state.findChannel('#x')!;
    act(invite(irc.server, bob, dan.user!, channel, true));
    expect(dan.received()).toEqual([':bob!bob@far.example INVITE dan #x']);
    expect(heard()).toEqual([[':bob!bob@far.example INVITE dan #x'], []]);
    ann.send('MODE #x +i');
    expect(dan.send('JOIN #x')[0]).toBe(':dan!~dan@192.0.2.1 JOIN #x');
  });

  it('see QUIT once, and find nothing left of them', () => {
    enter(bob);
    heard();
    quit(irc.server, bob, 'bye');
    quit(irc.server, bob, 'bye');
    expect(heard()).toEqual([[':bob!bob@far.example QUIT :bye'], [':bob!bob@far.example QUIT :bye']]);
    expect([bob.gone, irc.server.state.findUser('bob'), far.userCount]).toEqual([true, undefined, 0]);
    expect(told.slice(1)).toEqual(['quit bob :bye']);
    expect(irc.host.logs.filter(({ event }) => event === 'client_quit')).toEqual([]);
  });
});

describe('a kill', () => {
  it('of somebody here by an operator elsewhere tells the victim, operators and neighbours, and no QUIT goes out', () => {
    irc.promote(ann, OPER_FLAGS);
    kill(irc.server, bob, cid.user!, 'harm');
    expect(cid.received()).toEqual([
      ':bob!bob@far.example KILL cid :harm',
      'ERROR :Closing Link: 192.0.2.1 (Killed (bob (harm)))',
    ]);
    expect(ann.received()).toEqual([
      ':irc.test NOTICE ann :*** Received KILL for cid!~cid@192.0.2.1 from bob: harm',
      ':cid!~cid@192.0.2.1 QUIT :Killed (bob (harm))',
    ]);
    expect(told).toEqual(['kill by bob cid :harm']);
  });

  it('of somebody elsewhere by an operator here ends them here too', () => {
    enter(bob);
    heard();
    told.length = 0;
    irc.promote(ann, OPER_FLAGS);
    ann.send('KILL bob :harm');
    expect(cid.received()).toEqual([':bob!bob@far.example QUIT :Killed (ann (harm))']);
    expect(irc.server.state.findUser('bob')).toBeUndefined();
    expect(told).toEqual(['kill by ann bob :harm']);
  });

  it('by a server names it', () => {
    enter(bob);
    heard();
    kill(irc.server, far, bob, 'collision');
    expect(cid.received()).toEqual([':bob!bob@far.example QUIT :Killed (far.test (collision))']);
  });

  it('by an administrator is the same as that of an operator', () => {
    irc.promote(ann, OPER_FLAGS);
    const targets = { server: irc.server } as Parameters<typeof createAdminHandlers>[0];
    const admin = createAdminHandlers(targets);
    const call = {} as Parameters<typeof admin.kill.run>[1];
    expect(admin.kill.run({ client: 'cid', reason: 'harm' }, call)).toMatchObject({ client: 'cid' });
    expect(cid.received()).toEqual([
      ':irc.test KILL cid :harm',
      'ERROR :Closing Link: 192.0.2.1 (Killed (administrator (harm)))',
    ]);
    expect(ann.received()[0]).toBe(
      ':irc.test NOTICE ann :*** Received KILL for cid!~cid@192.0.2.1 from administrator: harm',
    );
    expect(admin.kill.run({ client: 'bob', reason: 'harm' }, call)).toMatchObject({ client: 'bob' });
    expect(told).toEqual(['kill by irc.test cid :harm', 'kill by irc.test bob :harm']);
    introduce(irc.server.state, far, 'dan');
    expect(() => admin.client.run({ client: 'dan' }, call)).toThrow(
      'dan is on another server, far.test; nothing is known of that connection here.',
    );
  });
});

describe('links are told', () => {
  const lines: [string, readonly string[]][] = [
    ['JOIN #new', ['join ann #new created']],
    ['JOIN #x', []],
    ['PART #x :bye', ['part ann #x :bye']],
    ['JOIN 0', ['part ann #x :']],
    ['KICK #x cid :out', ['kick by ann cid #x :out']],
    ['KICK #x bob', []],
    ['NICK eve', ['nick eve was ann']],
    ['NICK cid', []],
    ['TOPIC #x :news', ['topic by ann #x :news']],
    ['TOPIC #x', []],
    ['AWAY :out', ['away ann :out']],
    ['AWAY', []],
    ['INVITE bob #x', ['invite by ann bob #x']],
    ['QUIT :bye', ['quit ann :Quit: bye']],
  ];
  it.each(lines)('once of %s', (line, expected) => {
    ann.send(line);
    expect(told).toEqual(expected);
  });

  it('of who is lost, and not of who never was registered', () => {
    const half = irc.connect();
    half.send('NICK half');
    half.drop();
    ann.drop();
    expect(told).toEqual(['quit ann :Connection closed']);
  });

  it('of everybody whom an administrator removes from a channel', async () => {
    enter(bob);
    heard();
    told.length = 0;
    const targets = { server: irc.server } as Parameters<typeof createAdminHandlers>[0];
    const admin = createAdminHandlers(targets);
    const call = {} as Parameters<(typeof admin)['clear-channel']['run']>[1];
    await admin['clear-channel'].run({ channel: '#x', reason: 'over' }, call);
    expect(told).toEqual([
      'kick by irc.test ann #x :over',
      'kick by irc.test cid #x :over',
      'kick by irc.test bob #x :over',
    ]);
    expect(heard()).toEqual([[':irc.test KICK #x ann :over'], [':irc.test KICK #x cid :over']]);
  });

  it('of nobody who leaves because this server goes down', () => {
    irc.server.closing = 'Server is shutting down';
    ann.drop();
    quit(irc.server, bob, 'bye');
    expect(told).toEqual([]);
  });
});

it('an invitation to somebody elsewhere is kept where they are', () => {
  ann.send('INVITE bob #x');
  expect([bob.invites, irc.server.state.findChannel('#x')?.invited]).toEqual([null, null]);
});
