/** Admin commands about accounts: what is asked of whoever knows them, what is added of those who are here, and what is said first. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeActor } from '../../../contract/link/actor.ts';
import { workPrices } from '../../runtime/async/work-prices.ts';
import { MemoryAuthority } from '../accounts/memory-authority.ts';
import { MemoryServer, waitFor } from '../memory-server.ts';
import { accountHandlers } from './account-handlers.ts';
import { linkHandlers } from './link-handlers.ts';

let irc: MemoryServer;
let authority: MemoryAuthority;
let admin: ReturnType<typeof accountHandlers>;

const call = {
  signal: new AbortController().signal,
  actor: { name: 'tester', from: 'cli', role: 'admin' },
} as const;
const by = describeActor(call.actor);

beforeEach(() => {
  authority = new MemoryAuthority({ ann: 'sesame', bob: 'hunter22' });
  irc = new MemoryServer({}, null, undefined, authority);
  admin = accountHandlers(irc.server);
});
afterEach(() => irc.close());

/** Clients here that are logged in to an account in the spelling that is given. */
function logIn(...sessions: readonly (readonly [nick: string, account: string])[]) {
  return sessions.map(([nick, account]) => {
    const client = irc.join(nick);
    client.user!.account = account;
    return client;
  });
}

const asked = () => authority.asked.map(({ name, args }) => [name, args]);

it('lists accounts with how many are logged in to each, in any spelling and a few in a turn', async () => {
  const [, , gone] = logIn(['a', 'Ann'], ['b', 'ann'], ['c', 'ann'], ['d', 'BOB']);
  irc.join('e');
  gone!.user!.gone = true;
  let looks = 0;
  const { work } = irc.host;
  const spend = work.spend.bind(work);
  work.spend = (ns) => {
    if (ns === workPrices.skipped.ns) looks++;
    return spend(ns) || true;
  };
  const rows = async (text: string, limit: number) => {
    const listed = (await admin.accounts.run({ text, limit }, call)) as { rows: Record<string, unknown>[] };
    return listed.rows.map(({ account, online }) => `${account} ${online}`);
  };
  expect(await rows('', 10)).toEqual(['ann 2', 'bob 1']);
  expect(looks).toBe(5);
  expect(await rows('', 1)).toEqual(['ann 2']);
  expect(await rows('O', 10)).toEqual(['bob 1']);
  authority.add('carl', 'x');
  expect(await rows('carl', 10)).toEqual(['carl 0']);
  expect(asked()[0]).toEqual(['list', { text: '', limit: 10 }]);
  gone!.user!.gone = false;
});

it('shows all about an account, and who is logged in to it', async () => {
  logIn(['a', 'ANN'], ['b', 'ann'], ['c', 'bob']);
  const half = irc.connect('192.0.2.8');
  half.user!.account = 'ann';
  const ann = authority.accounts.get('ann')!;
  ann.suspended = { reason: 'spam', by: 'root' };
  ann.failures = { count: 3, address: '192.0.2.9', time: 3_000 };
  for (const print of ['c0', 'ff']) ann.prints.add(print);
  ann.nicks.add('annie');
  expect(await admin.account.run({ account: 'Ann' }, call)).toEqual({
    account: 'ann',
    online: 3,
    lastLogin: null,
    registeredAt: 1_000,
    suspended: true,
    failures: 3,
    nicks: 2,
    certificates: 2,
    email: null,
    suspendedReason: 'spam',
    suspendedBy: 'root',
    suspendedAt: 2_000,
    lastFailureFrom: '192.0.2.9',
    lastFailureAt: 3_000,
    sessions: 'a!~a@192.0.2.1 b!~b@192.0.2.1 *',
    nickList: 'ann annie',
    fingerprints: 'c0 ff',
  });
  authority.add('carl', 'x');
  expect(await admin.account.run({ account: 'carl' }, call)).toMatchObject({ online: 0, sessions: '' });
});

it('has accounts made, kept out and dropped in the name of whoever says so', async () => {
  await admin['create-account'].run({ account: 'new', password: '', email: '' }, call);
  await admin['create-account'].run({ account: 'two', password: 'p', email: 'a@b' }, call);
  expect(await admin['reset-password'].run({ account: 'Ann' }, call)).toEqual({
    account: 'ann',
    password: 'made-anew',
  });
  await admin['suspend-account'].run({ account: 'ann', reason: 'spam' }, call);
  await admin['unsuspend-account'].run({ account: 'ann' }, call);
  await admin['drop-account'].run({ account: 'bob' }, call);
  expect(await admin['reset-login-failures'].run({ who: '192.0.2.9' }, call)).toEqual({ forgotten: 1 });
  expect(await admin['reset-login-failures'].run({ who: 'nobody' }, call)).toEqual({ forgotten: 0 });
  expect(await admin['login-failures'].run({}, call)).toMatchObject({ rows: [{ who: '192.0.2.9' }] });
  expect(asked()).toEqual([
    ['create', { account: 'new', password: null, email: null }],
    ['create', { account: 'two', password: 'p', email: 'a@b' }],
    ['resetPassword', { account: 'Ann' }],
    ['suspend', { account: 'ann', by, reason: 'spam' }],
    ['suspend', { account: 'ann', by, reason: null }],
    ['drop', { account: 'bob' }],
    ['resetGuessing', { who: '192.0.2.9' }],
    ['resetGuessing', { who: 'nobody' }],
    ['guessers', {}],
  ]);
});

it('says first whom it would hit, and how many channels go with an account', async () => {
  const says = (name: 'drop-account' | 'suspend-account' | 'reset-password', account: string) =>
    admin[name].impact?.({ account, reason: 'r' });
  expect(says('reset-password', 'ann')).toContain('gives ann another password');
  expect(says('suspend-account', 'ann')).toBe('logs out 0 clients and keeps ann from being logged in to');
  expect(says('drop-account', 'ann')).toBe('logs out 0 clients and deletes ann for good');
  logIn(['a', 'Ann'], ['b', 'ann'], ['c', 'bob']);
  irc.join('d');
  for (const [channel, founder] of [
    ['#a', 'ann'],
    ['#b', 'Ann'],
    ['#c', 'bob'],
  ] as const)
    authority.own({ channel, founder, createdAt: 1, registeredAt: 2, access: [] });
  expect(says('suspend-account', 'aNN')).toBe('logs out 2 clients and keeps aNN from being logged in to');
  expect(says('drop-account', 'ann')).toBe('logs out 2 clients and deletes ann with 2 channels for good');
  expect(says('drop-account', 'bob')).toBe('logs out 1 client and deletes bob with 1 channel for good');
});

it('logs out whoever is logged in to an account in any spelling, tells them, and leaves the others', async () => {
  const [one, two, other, gone] = logIn(['a', 'Ann'], ['b', 'ann'], ['c', 'bob'], ['d', 'ann']);
  gone!.user!.gone = true;
  for (const client of [one, two, other, gone]) client!.received();
  expect(admin['log-out-account'].impact?.({ account: 'bob' })).toBe('logs 1 client out of bob');
  expect(await admin['log-out-account'].run({ account: 'ANN' }, call)).toEqual({
    account: 'ann',
    loggedOut: 2,
  });
  const told = (nick: string) => [
    `:irc.test NOTICE ${nick} :*** An administrator has logged you out of your account`,
    `:irc.test 901 ${nick} ${nick}!~${nick}@192.0.2.1 :You are now logged out`,
  ];
  expect([one, two, other, gone].map((client) => client!.received())).toEqual([told('a'), told('b'), [], []]);
  expect([one, two, other].map((client) => client!.user!.account)).toEqual([null, null, 'bob']);
  await expect(admin['log-out-account'].run({ account: 'nobody' }, call)).rejects.toThrow(
    'no account nobody',
  );
  gone!.user!.gone = false;
});

it('logs out nobody twice who logs out, goes or takes another account while others are', async () => {
  const [one, two, three, four] = logIn(['a', 'ann'], ['b', 'ann'], ['c', 'ann'], ['d', 'ann']);
  const { logOut } = irc.server.accounts;
  irc.server.accounts.logOut = (client) => {
    two!.user!.account = null;
    three!.user!.account = 'bob';
    four!.user!.gone = true;
    return logOut.call(irc.server.accounts, client);
  };
  expect(await admin['log-out-account'].run({ account: 'ann' }, call)).toEqual({
    account: 'ann',
    loggedOut: 1,
  });
  expect([one, three].map((client) => client!.user!.account)).toEqual([null, 'bob']);
  four!.user!.gone = false;
});

it('tells how the login of a client went, and nothing of one who had the nick before', async () => {
  const secret = Buffer.from('\0ann\0sesame').toString('base64');
  const ann = irc.connect();
  ann.send('CAP REQ :sasl', 'NICK ann', 'USER ann 0 * :Ann', 'AUTHENTICATE PLAIN');
  await waitFor(ann, (line) => line === 'AUTHENTICATE +');
  ann.send(`AUTHENTICATE ${secret}`);
  await waitFor(ann, (line) => line.includes(' 903 '));
  ann.send('CAP END');
  const of = async (asked: { client?: string; account?: string; id?: number }) =>
    (
      (await admin.login.run({ client: '', account: '', id: 0, ...asked }, call)) as {
        rows: { what: string }[];
      }
    ).rows;
  expect((await of({ client: 'ANN' })).at(-1)).toMatchObject({ what: 'logged in to ann' });
  expect((await of({ account: 'ann' })).at(-1)).toMatchObject({ what: 'logged in to ann' });
  ann.drop();
  irc.join('ann');
  expect(await of({ client: 'ann' })).toEqual([]);
  await expect(of({ client: 'zoe' })).rejects.toMatchObject({
    code: 'not_found',
    message: 'No client of this server is called zoe.',
  });
});

it('asks who may have seen the login of a client elsewhere, where there is somebody to ask', async () => {
  const client = irc.join('ann');
  const login = {
    at: client.connectedAtMs + 1_000,
    outcome: 'success',
    account: 'ann',
    tookMs: 20,
    steps: [],
  };
  const botLogins = () => asked().filter(([name]) => name === 'botLogin');
  const steps = async () =>
    (
      (await admin.login.run({ client: 'ann', account: '', id: 0 }, call)) as {
        rows: Record<string, unknown>[];
      }
    ).rows;
  authority.override.botLogin = () => ({ login });
  expect([await steps(), botLogins()]).toEqual([[], []]);
  Object.assign(authority, { where: 'services' });
  expect(await steps()).toEqual([
    expect.objectContaining({ what: 'connected', after: 0 }),
    { after: null, what: 'logged in to ann', where: 'services', took: 0.02 },
  ]);
  expect(botLogins()).toEqual([['botLogin', { nick: 'ann' }]]);
  authority.override.botLogin = () => ({ login: null });
  expect(await steps()).toEqual([]);
  authority.override.botLogin = () => {
    throw new Error('never heard of it');
  };
  expect(await steps()).toEqual([]);
  authority.present = false;
  expect([await steps(), botLogins().length]).toEqual([[], 3]);
});

it('asks nobody about links where there are none', () => {
  const links = linkHandlers(irc.server);
  expect([links.links.run({}, call), links.servers.run({}, call)]).toEqual([{ rows: [] }, { rows: [] }]);
  const error = expect.objectContaining({ code: 'not_found', message: 'This server has no links.' });
  for (const act of [
    () => links.connect.check?.({ server: 'a.test' }),
    () => links.squit.check?.({ server: 'a.test', reason: 'r' }),
  ])
    expect(act).toThrow(error);
});
