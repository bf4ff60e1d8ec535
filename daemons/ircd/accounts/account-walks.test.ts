/** What is told to many of accounts takes several turns: who is found in each, and what becomes of those who leave meanwhile. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AccountNews } from '../../../contract/accounts.ts';
import { STATUS } from '../../irc/modes.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { ircdConfigSchema } from '../config.ts';
import { recordLinks } from '../memory-network.ts';
import { type MemoryClient, MemoryServer } from '../memory-server.ts';
import { RestoredStatus } from '../state/restored-status.ts';
import { MemoryAuthority } from './memory-authority.ts';

let irc: MemoryServer;
let authority: MemoryAuthority;
/** What goes on in turns, which each test takes one by one. */
let walk: WorkSteps;
let clients: readonly [MemoryClient, MemoryClient, MemoryClient, MemoryClient];

beforeEach(() => {
  authority = new MemoryAuthority({ ann: 'sesame', bob: 'hunter22' });
  const config = ircdConfigSchema.parse({ server_name: 'irc.test', accounts: { nick_protection: 'off' } });
  irc = new MemoryServer(config, null, undefined, authority);
  clients = [join('a'), join('b'), join('c'), join('d')];
  irc.host.work.spend = () => true;
  irc.host.touched.clear();
});
afterEach(() => irc.close());

function join(nick: string, account: string | null = 'ann'): MemoryClient {
  const client = irc.join(nick, 'cap-notify');
  client.user!.account = account;
  return client;
}

/** Begins what is done in turns. */
function begin(deed: () => void): void {
  const { work } = irc.host;
  const { runSteps } = work;
  work.runSteps = (_account, steps) => {
    walk = steps;
    return false;
  };
  deed();
  work.runSteps = runSteps;
}

const tell = (news: AccountNews) => begin(() => authority.tell(news));

/** Takes some turns of it; answers whether it is over. */
function take(turns: number): boolean {
  for (let turn = 0; turn < turns; turn++) if (walk.next().done === true) return true;
  return false;
}

const heard = () => clients.map((client) => client.received());

/** The second leaves, the third logs out, and the fourth logs in to another account. */
function change(): void {
  clients[1].drop();
  clients[2].user!.account = null;
  clients[3].user!.account = 'bob';
  heard();
}

describe('an account that ends', () => {
  it('logs out whoever is still logged in to it by then, and nobody else', () => {
    const told = recordLinks(irc.server);
    tell({ kind: 'ended', account: 'ANN', why: 'suspended', reason: '' });
    expect(take(4)).toBe(false);
    change();
    told.length = 0;
    expect(take(1)).toBe(true);
    expect(heard()).toEqual([
      [
        ':irc.test NOTICE a :*** The account ANN was suspended',
        ':irc.test 901 a a!~a@192.0.2.1 :You are now logged out',
      ],
      [],
      [],
      [],
    ]);
    expect(told).toEqual(['account by irc.test a was ann as null']);
    expect(clients.map(({ user }) => user?.account)).toEqual([null, 'ann', null, 'bob']);
    expect([...irc.host.touched]).toContain('accounts');
  });

  it('loses what it was before a restart, channel by channel, and only where it is dropped', () => {
    const changed: string[] = [];
    irc.server.keeper = {
      problem: null,
      changed: ({ name }) => {
        changed.push(name);
        return null;
      },
      ended: () => {},
    };
    clients[3].user!.account = null;
    for (const name of ['#x', '#y', '#z']) irc.server.state.join(clients[3].user!, name, 0);
    const restored = (operators: string[], voices: string[]) =>
      new RestoredStatus(Date.now() + 60_000, [
        [STATUS.op, operators],
        [STATUS.voice, voices],
      ]);
    const [x, y] = ['#x', '#y'].map((name) => irc.server.state.findChannel(name)!);
    x!.restored = restored(['ann', 'bob'], ['ann']);
    y!.restored = restored(['bob'], []);
    tell({ kind: 'ended', account: 'ann', why: 'suspended', reason: '' });
    while (!take(1));
    expect([x!.restored.of('ann'), changed]).toEqual([STATUS.op | STATUS.voice, []]);
    tell({ kind: 'ended', account: 'Ann', why: 'dropped', reason: 'spam' });
    expect(take(3)).toBe(false);
    expect([x!.restored.of('ann'), x!.restored.of('bob'), y!.restored.of('bob')]).toEqual([
      0,
      STATUS.op,
      STATUS.op,
    ]);
    expect(changed).toEqual(['#x']);
    while (!take(1));
  });

  it('leaves nothing under its name for whoever takes it later, also of what was said until everybody was logged out', () => {
    const { accountMetadata, markers } = irc.server;
    const says = (value: string) => {
      accountMetadata.set('ann', 'url', value);
      markers.advance(clients[0].user!.local!, '#x', Number(value));
    };
    const kept = () => [accountMetadata.names, markers.names];
    says('1');
    expect(kept()).toEqual([['ann'], ['ann']]);
    tell({ kind: 'ended', account: 'ann', why: 'suspended', reason: '' });
    while (!take(1));
    expect(kept()).toEqual([['ann'], ['ann']]);
    for (const { user } of clients) user!.account = 'ann';
    tell({ kind: 'ended', account: 'Ann', why: 'dropped', reason: '' });
    expect(take(1)).toBe(false);
    expect(kept()).toEqual([[], []]);
    says('2');
    while (!take(1));
    expect(kept()).toEqual([[], []]);
  });
});

it('that somebody guesses is told to each who is logged in, but for who has left', () => {
  tell({ kind: 'guessed', account: 'Ann', count: 4, address: '198.51.100.9' });
  expect(take(4)).toBe(false);
  clients[1].drop();
  heard();
  expect(take(1)).toBe(true);
  expect(heard().map(({ length }) => length)).toEqual([1, 0, 1, 1]);
});

it('what is offered no more is taken from one after the other, but for who has left', () => {
  for (const client of clients) client.send('CAP REQ :sasl');
  heard();
  irc.host.touched.clear();
  begin(() => {
    authority.present = false;
  });
  expect([...irc.host.touched]).toEqual(['accounts']);
  expect(take(1)).toBe(false);
  expect(heard().map(({ length }) => length)).toEqual([1, 0, 0, 0]);
  clients[1].drop();
  heard();
  expect(take(1)).toBe(false);
  expect(heard().map(({ length }) => length)).toEqual([0, 0, 1, 0]);
  expect(take(2)).toBe(true);
  expect(heard()[3]).toEqual([':irc.test CAP d DEL :sasl draft/account-registration']);
});
