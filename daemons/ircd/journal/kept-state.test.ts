/** Nothing that is kept of a channel changes without a record, whatever is done in whichever order. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fold } from '../../irc/casemapping.ts';
import { CMODE, STATUS } from '../../irc/modes.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { encodeCheckedLine, readCheckedLines } from '../../runtime/files/checked-lines.ts';
import { setAccount } from '../actions/account.ts';
import { announceJoin } from '../actions/announce-join.ts';
import { setAway } from '../actions/away.ts';
import { ChannelModeChanges } from '../actions/channel-modes.ts';
import { endFlood } from '../actions/flood.ts';
import { globops } from '../actions/globops.ts';
import { changeHost } from '../actions/host.ts';
import { introduce } from '../actions/introduce.ts';
import { invite } from '../actions/invite.ts';
import { join as enter } from '../actions/join.ts';
import { kick, kickUnseen } from '../actions/kick.ts';
import { kill } from '../actions/kill.ts';
import { compose, sendToChannel } from '../actions/message.ts';
import { tellMetadata } from '../actions/metadata.ts';
import { tellOffline, tellOnline } from '../actions/monitor.ts';
import { changeNick } from '../actions/nick.ts';
import { part } from '../actions/part.ts';
import { quit } from '../actions/quit.ts';
import { setRealname } from '../actions/realname.ts';
import { redact } from '../actions/redact.ts';
import { rename } from '../actions/rename.ts';
import { reveal } from '../actions/reveal.ts';
import { setTopic } from '../actions/topic.ts';
import { setUserModes } from '../actions/user-modes.ts';
import { wallops } from '../actions/wallops.ts';
import { clearChannel } from '../admin/walks.ts';
import { from } from '../broadcast.ts';
import { OPER_FLAGS } from '../config.ts';
import { remoteUser } from '../memory-network.ts';
import { type MemoryClient, MemoryServer } from '../memory-server.ts';
import type { NetworkState } from '../state/network.ts';
import { RestoredStatus } from '../state/restored-status.ts';
import type { Step } from '../test-model/irc-twin.ts';
import { CROWD, steps } from '../test-model/steps.ts';
import { type ChannelRecord, newestOf, recordOf } from './channel-record.ts';
import { RestoredChannels } from './restored-channels.ts';

/** Takes records as a journal does, at the end of each turn. */
class MemoryJournal {
  readonly #state: NetworkState;
  readonly #marked = new Map<string, string>();
  /** Every record, in order. */
  readonly records: ChannelRecord[] = [];

  constructor({ server }: MemoryServer) {
    this.#state = server.state;
    server.keeper = {
      problem: null,
      changed: (channel) => {
        this.#marked.set(channel.key, channel.name);
        return null;
      },
      ended: (name) => void this.#marked.set(fold(name), name),
    };
  }

  /** Takes down what was marked; answers how much. */
  endTurn(): number {
    const marked = this.#marked.size;
    for (const name of this.#marked.values()) {
      const channel = this.#state.findChannel(name);
      this.records.push(channel === undefined ? { kind: 'ended', name } : recordOf(channel));
    }
    this.#marked.clear();
    return marked;
  }

  /** What the records say is what is so. */
  expectTrue(): void {
    this.endTurn();
    const byKey = (one: { readonly name: string }, other: { readonly name: string }) =>
      fold(one.name) < fold(other.name) ? -1 : 1;
    expect(newestOf(this.records).sort(byKey)).toEqual(
      [...this.#state.channels.values()].map(recordOf).sort(byKey),
    );
  }
}

let irc: MemoryServer;
let journal: MemoryJournal;
beforeEach(() => {
  irc = new MemoryServer();
  journal = new MemoryJournal(irc);
});
afterEach(() => irc.close());

function act(whole: Generator<unknown, unknown, void> | WorkSteps | null): void {
  if (whole !== null) irc.host.work.runSteps(irc.server.house, whole as WorkSteps);
}

function comes(nick: string, account: string | null = nick): MemoryClient {
  const client = irc.join(nick);
  if (account !== null) act(setAccount(irc.server, client.user!, account));
  return client;
}

describe('an action', () => {
  let ann: MemoryClient;
  let bob: MemoryClient;
  const channel = () => irc.server.state.findChannel('#x')!;
  const memberOf = ({ user }: MemoryClient) => user!.memberships.get(channel())!;
  beforeEach(() => {
    ann = comes('ann');
    bob = comes('bob');
    for (const client of [ann, bob]) client.send('JOIN #x');
    ann.send('MODE #x +o bob');
    journal.endTurn();
  });

  const modes = (change: (changes: ChannelModeChanges) => void) => () => {
    const changes = new ChannelModeChanges(irc.server, ann.user!, channel());
    change(changes);
    act(changes.announce());
  };
  /** What each does, by its file, and whether it changes what is kept. */
  const ACTIONS: Readonly<Record<string, readonly (readonly [string, () => void, boolean])[]>> = {
    'account.ts': [
      ['an operator logs out', () => act(setAccount(irc.server, ann.user!, null)), true],
      ['an operator takes another account', () => act(setAccount(irc.server, ann.user!, 'Anna')), true],
    ],
    'announce-join.ts': [
      [
        'somebody is on it',
        () => act(announceJoin(irc.server, memberOf(bob), (by, text) => from(irc.server, by, text), 'all')),
        false,
      ],
    ],
    'away.ts': [['away', () => act(setAway(irc.server, ann.user!, 'out')), false]],
    // Whoever it drops leaves as everybody does.
    'ban-walk.ts': [],
    'channel-modes.ts': [
      ['a flag', modes((changes) => changes.flag(true, 'i', CMODE.inviteOnly)), true],
      ['a flag that is so already', modes((changes) => changes.flag(true, 'n', CMODE.noExternal)), false],
      ['a key', modes((changes) => changes.key('sesame')), true],
      ['a limit', modes((changes) => changes.limit(7)), true],
      ['a channel to go to', modes((changes) => changes.text('L', '#y')), true],
      ['what is a flood', modes((changes) => changes.text('f', '[5j]:10')), true],
      ['a ban', modes((changes) => changes.mask(true, 'b', 'a!*@*')), true],
      ['an exception', modes((changes) => changes.mask(true, 'e', 'a!*@*')), true],
      ['an invite exception', modes((changes) => changes.mask(true, 'I', 'a!*@*')), true],
      ['an operator', modes((changes) => changes.status(false, 'o', STATUS.op, memberOf(bob))), true],
      ['a voice', modes((changes) => changes.status(true, 'v', STATUS.voice, memberOf(bob))), true],
    ],
    'flood.ts': [
      [
        'that sets a mode',
        () => act(endFlood(irc.server, channel(), { kind: 'm', most: 1, action: 'm', minutes: 0 }, null)),
        true,
      ],
      [
        'that drops a message',
        () =>
          act(
            endFlood(irc.server, channel(), { kind: 't', most: 1, action: 'd', minutes: 0 }, memberOf(bob)),
          ),
        false,
      ],
    ],
    'globops.ts': [['what is said to operators', () => globops(irc.server, ann.user!, 'hear'), false]],
    'host.ts': [['another host', () => act(changeHost(irc.server, ann.user!, 'h.example')), false]],
    'introduce.ts': [
      [
        'a user of another server',
        () => void introduce(irc.server, remoteUser(irc.server.state.me, 'far')),
        false,
      ],
    ],
    'invite.ts': [
      ['an invitation', () => act(invite(irc.server, ann.user!, comes('cid').user!, channel(), true)), false],
    ],
    'join.ts': [
      ['a new channel', () => act(enter(irc.server, ann.user!, '#new', 1)), true],
      ['one that is there', () => act(enter(irc.server, comes('cid').user!, '#x', 1)), false],
      [
        'with status',
        () => act(enter(irc.server, comes('cid').user!, '#x', 1, { status: STATUS.voice })),
        true,
      ],
    ],
    'keeping.ts': [],
    'kick.ts': [
      ['of an operator', () => act(kick(irc.server, ann.user!, memberOf(bob), 'out')), true],
      ['unseen', () => kickUnseen(irc.server, ann.user!, memberOf(bob), 'out'), true],
      [
        'of somebody else',
        () => {
          const cid = comes('cid');
          cid.send('JOIN #x');
          act(kick(irc.server, ann.user!, memberOf(cid), 'out'));
        },
        false,
      ],
    ],
    'kill.ts': [['of an operator', () => kill(irc.server, ann.user!, bob.user!, 'harm'), true]],
    'message.ts': [
      [
        'a message',
        () => {
          const message = compose(irc.server, ann.user!, 'PRIVMSG', '#x', 'hi', '');
          act(sendToChannel(irc.server, ann.user!, 'PRIVMSG', channel(), 0, message, 'hi'));
        },
        false,
      ],
    ],
    'metadata.ts': [
      ['a value is told', () => act(tellMetadata(irc.server, channel(), 'url', ann.user!.local!)), false],
    ],
    'monitor.ts': [
      ['a nick that comes', () => tellOnline(irc.server, ann.user!), false],
      ['one that goes', () => tellOffline(irc.server, 'nobody'), false],
    ],
    // Each of its lines is a message.
    'multiline.ts': [],
    // It disconnects people, which is the same as a kill.
    'network-ban.ts': [],
    'nick.ts': [['another nick', () => act(changeNick(irc.server, ann.user!, 'anna', 1, [])), false]],
    // It tells clients of capabilities.
    'offer.ts': [],
    'part.ts': [
      ['of an operator', () => act(part(irc.server, bob.user!, channel(), '')), true],
      [
        'of the last',
        () => {
          ann.send('MODE #x -o bob', 'PART #x');
          journal.endTurn();
          act(part(irc.server, bob.user!, channel(), ''));
        },
        true,
      ],
    ],
    'quit.ts': [['of an operator', () => quit(irc.server, bob.user!, 'bye'), true]],
    'realname.ts': [['another name', () => act(setRealname(irc.server, ann.user!, 'Ann of old')), false]],
    'redact.ts': [
      [
        'a message',
        () =>
          act(
            redact(
              irc.server,
              ann.user!,
              channel(),
              { status: 0, shown: '#x', msgid: 'm', reason: '' },
              null,
            ),
          ),
        false,
      ],
    ],
    'regain.ts': [
      [
        'an operator of before logs in',
        () => {
          ann.send('MODE #x -o bob');
          act(setAccount(irc.server, bob.user!, null));
          channel().restored = new RestoredStatus(1, [[STATUS.op, ['bob']]]);
          journal.endTurn();
          act(setAccount(irc.server, bob.user!, 'Bob'));
          expect(memberOf(bob).isOp).toBe(true);
        },
        true,
      ],
    ],
    'rename.ts': [
      ['another name', () => act(rename(irc.server, ann.user!, channel(), { name: '#y', reason: '' })), true],
      [
        'the name in other letters',
        () => act(rename(irc.server, ann.user!, channel(), { name: '#X', reason: '' })),
        true,
      ],
    ],
    'reveal.ts': [['somebody', () => act(reveal(irc.server, memberOf(bob))), false]],
    // It passes over what clients send.
    'shun.ts': [],
    // It refuses what is said, or disconnects who says it, which is the same as a quit.
    'spam.ts': [],
    'topic.ts': [['a topic', () => act(setTopic(irc.server, ann.user!, channel(), 'news', 5)), true]],
    'user-modes.ts': [
      ['a mode', () => setUserModes(irc.server, ann.user!, [{ on: true, letter: 'i', bit: 1 }]), false],
    ],
    'wallops.ts': [['a wallops', () => act(wallops(irc.server, ann.user!, 'hear')), false]],
  };

  it('that is not in the table above has to be put into it, with what it does to what is kept', () => {
    const files = readdirSync(join(import.meta.dirname, '../actions')).filter(
      (name) => !name.endsWith('.test.ts'),
    );
    expect(files.sort()).toEqual(Object.keys(ACTIONS));
  });

  const all = Object.entries(ACTIONS).flatMap(([file, list]) => list.map((one) => [file, ...one] as const));
  it.each(all)('%s: %s', (_file, _what, run, changes) => {
    run();
    expect(journal.endTurn() > 0).toBe(changes);
    journal.expectTrue();
  });

  it('leaves a restored channel its time only while nobody is on it', () => {
    const { state } = irc.server;
    channel().restored = new RestoredStatus(7_000, [[STATUS.op, ['old']]]);
    state.part(memberOf(bob));
    expect([channel().members.length, recordOf(channel()).untilMs]).toEqual([1, null]);
    const left = channel();
    state.part(memberOf(ann));
    expect([left.members.length, recordOf(left).untilMs]).toEqual([0, 7_000]);
    left.restored = null;
    expect(recordOf(left).untilMs).toBeNull();
  });

  it('of a channel that was cleared by an administrator ends it', () => {
    act(clearChannel(irc.server, channel(), 'over'));
    journal.expectTrue();
    expect(newestOf(journal.records)).toEqual([]);
  });

  it('of this server when it goes down changes nothing that is kept', () => {
    irc.server.closing = 'Server is shutting down';
    for (const client of [ann, bob]) client.drop();
    expect(journal.endTurn()).toBe(0);
  });
});

/** A step of the random play: of clients of this server, some of whom log in. */
type Played = Extract<Step, { readonly slot: number }> | { readonly slot: number; readonly account: string };

const logins: fc.Arbitrary<Played> = fc.record({
  slot: fc.nat(4),
  account: fc.constantFrom('', 'Acc1', 'acc1', 'acc2'),
});
const played: fc.Arbitrary<Played[]> = fc
  .tuple(steps, fc.array(fc.tuple(fc.nat(60), logins), { maxLength: 8 }))
  .map(([all, extra]) => {
    const local: Played[] = [...CROWD, ...all].filter((one) => 'slot' in one);
    for (const [at, login] of extra)
      local.splice(CROWD.length + (at % (local.length + 1 - CROWD.length)), 0, login);
    return local;
  });

function doStep(clients: Map<number, MemoryClient>, step: Played): void {
  const known = clients.get(step.slot);
  const client = known?.closedWith === null ? known : undefined;
  if ('connect' in step) {
    if (client === undefined) clients.set(step.slot, irc.connect(step.connect));
  } else if (client?.user === undefined) return;
  else if ('line' in step) client.send(step.line);
  else if ('account' in step)
    act(setAccount(irc.server, client.user, step.account === '' ? null : step.account));
  else if ('become' in step) {
    if (step.become === 'lost') client.drop();
    else if (client.user.registered) irc.promote(client, OPER_FLAGS);
  }
}

it('whatever is done, the records say what is so, and the file, cut off anywhere, what was so', () => {
  fc.assert(
    fc.property(played, fc.nat(), (all, at) => {
      irc = new MemoryServer();
      journal = new MemoryJournal(irc);
      const clients = new Map<number, MemoryClient>();
      for (const one of all) {
        doStep(clients, one);
        journal.expectTrue();
      }
      const lines = journal.records.map(encodeCheckedLine);
      const bytes = Buffer.from(lines.join(''));
      const cut = at % (bytes.length + 1);
      let whole = 0;
      for (let end = 0; whole < lines.length; whole++) {
        end += Buffer.byteLength(lines[whole]!);
        if (end > cut) break;
      }
      const synced = newestOf(journal.records.slice(0, whole));
      irc.close();

      irc = new MemoryServer();
      const found = readCheckedLines(bytes.subarray(0, cut)).records;
      const restored = new RestoredChannels(irc.server);
      expect(restored.restore(found, 1_000, 2_000)).toEqual({ channels: synced.length, unreadable: 0 });
      restored.close();
      expect([...irc.server.state.channels.values()].map(recordOf)).toEqual(
        synced.map((one) => ({ ...one, untilMs: 2_000 })),
      );
    }),
    { numRuns: 60 },
  );
});
