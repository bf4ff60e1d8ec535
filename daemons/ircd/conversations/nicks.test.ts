/** Registered nicks belong to their accounts (`nick_protection`): what strangers and owners see. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MemoryAuthority } from '../accounts/memory-authority.ts';
import { ircdConfigSchema } from '../config.ts';
import { limits } from '../limits.ts';
import { type MemoryClient, MemoryServer } from '../memory-server.ts';

let irc: MemoryServer;
let authority: MemoryAuthority;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  irc.close();
  vi.useRealTimers();
});

function start(nick_protection: 'off' | 'rename' | 'refuse'): void {
  authority = new MemoryAuthority({ ann: 'sesame', bob: 'hunter22' });
  const config = ircdConfigSchema.parse({ server_name: 'irc.test', accounts: { nick_protection } });
  irc = new MemoryServer(config, null, undefined, authority);
}

/** Until whoever is asked has answered. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve));
}

async function say(client: MemoryClient, ...lines: string[]): Promise<string[]> {
  const answer = client.send(...lines);
  await settled();
  return [...answer, ...client.received()];
}

async function join(nick: string): Promise<MemoryClient> {
  const client = irc.join(nick);
  await settled();
  return client;
}

async function logIn(client: MemoryClient, account = 'ann', password = 'sesame'): Promise<void> {
  const proof = Buffer.from(`\0${account}\0${password}`).toString('base64');
  await say(client, 'AUTHENTICATE PLAIN');
  await say(client, `AUTHENTICATE ${proof}`);
}

/** The delay is over. */
async function later(seconds = limits.nickSeconds.default): Promise<void> {
  vi.advanceTimersByTime(seconds * 1000);
  await settled();
}

const TOLD = /^:irc\.test NOTICE (\w+) :\*\*\* The nick \w+ belongs to the account ann\. .* in 60 seconds /;
const GUEST = /^Guest\d{6}$/;
const nickOf = (client: MemoryClient) => client.user?.nick;

describe('a stranger who takes a registered nick', () => {
  beforeEach(() => start('rename'));

  it.each([
    ['when connecting', () => join('Ann')],
    [
      'with NICK',
      async () => {
        const client = await join('cat');
        client.send('NICK Ann');
        await settled();
        return client;
      },
    ],
  ])('%s is told, and has another nick after a minute, as everybody sees', async (_when, take) => {
    const other = await join('dora');
    other.send('JOIN #c');
    const stranger = await take();
    expect(stranger.received()).toContainEqual(expect.stringMatching(TOLD));
    stranger.send('JOIN #c');
    other.received();
    await later(limits.nickSeconds.default - 1);
    expect(nickOf(stranger)).toBe('Ann');
    await later(1);
    const guest = nickOf(stranger);
    expect(guest).toMatch(GUEST);
    expect(stranger.received().slice(-2)).toEqual([
      `:irc.test NOTICE Ann :*** You are called ${guest} from now on: the nick Ann belongs to the account ann`,
      expect.stringMatching(`^:Ann!\\S+ NICK ${guest}$`),
    ]);
    expect(other.received()).toEqual([expect.stringMatching(/^:Ann!\S+ NICK Guest\d{6}$/)]);
    await later();
    expect(nickOf(stranger)).toBe(guest);
  });

  it('keeps it who logs in to the account in time, and who is logged in is told nothing', async () => {
    const owner = await join('ann');
    expect(owner.received()).toContainEqual(expect.stringMatching(TOLD));
    await logIn(owner);
    await later();
    expect(nickOf(owner)).toBe('ann');
    expect(owner.received()).toEqual([]);
    // A nick of the account that is not its name.
    await authority.ask('groupNick', { account: 'ann', nick: 'annie', add: true });
    expect((await say(owner, 'NICK Annie')).join()).not.toContain('belongs to');
    await later();
    expect(nickOf(owner)).toBe('Annie');
  });

  it('is told again where whoever logged in to the account of a nick logs out of it', async () => {
    await authority.ask('groupNick', { account: 'ann', nick: 'annie', add: true });
    const owner = await join('annie');
    const { nicks } = irc.server.accounts;
    expect(nicks.claims).toBe(1);
    await logIn(owner);
    expect(nicks.claims).toBe(0);
    owner.received();
    authority.tell({ kind: 'ended', account: 'ann', why: 'suspended', reason: '' });
    await settled();
    expect(owner.received()).toContainEqual(expect.stringMatching(TOLD));
    // Of the nick before nothing is left that ends what is said of this one.
    await later(30);
    await say(owner, 'NICK bob');
    await later(30);
    expect([nicks.claims, nickOf(owner)]).toEqual([1, 'bob']);
    await later(30);
    expect([nicks.claims, nickOf(owner)]).toEqual([0, expect.stringMatching(GUEST)]);
  });

  it('is not kept by writing it in other letters, and not by another account', async () => {
    const stranger = await join('ann');
    await logIn(stranger, 'bob', 'hunter22');
    await later(30);
    await say(stranger, 'NICK ANN');
    await later(30);
    expect(nickOf(stranger)).toMatch(GUEST);
  });

  it('is told anew of each such nick, and of none once it has left', async () => {
    const stranger = await join('ann');
    await later(59);
    expect(await say(stranger, 'NICK bob')).toContainEqual(
      expect.stringContaining('belongs to the account bob'),
    );
    await later(1);
    expect(nickOf(stranger)).toBe('bob');
    await say(stranger, 'NICK cat');
    await later();
    expect(nickOf(stranger)).toBe('cat');
    stranger.send('NICK ann');
    await settled();
    stranger.drop();
    expect(irc.server.accounts.nicks.claims).toBe(0);
  });

  it('is also who logs out, and whose nick becomes registered meanwhile', async () => {
    const owner = await join('ann');
    await logIn(owner);
    authority.tell({ kind: 'ended', account: 'ann', why: 'suspended', reason: '' });
    await settled();
    expect(owner.received()).toContainEqual(expect.stringMatching(TOLD));
    const holder = await join('annie');
    await authority.ask('groupNick', { account: 'ann', nick: 'annie', add: true });
    await settled();
    expect(holder.received()).toContainEqual(expect.stringMatching(TOLD));
    // Taken back in time.
    await authority.ask('groupNick', { account: 'ann', nick: 'annie', add: false });
    await settled();
    await later();
    expect(nickOf(owner)).toMatch(GUEST);
    expect(nickOf(holder)).toBe('annie');
  });

  it('is left alone where the account is dropped before the time is over', async () => {
    const stranger = await join('ann');
    authority.accounts.delete('ann');
    await later();
    expect(nickOf(stranger)).toBe('ann');
  });

  it('is left alone while accounts are away, and looked at when they are back', async () => {
    authority.present = false;
    const stranger = await join('ann');
    await later();
    expect(stranger.received()).toEqual([]);
    authority.present = true;
    await settled();
    expect(stranger.received()).toContainEqual(expect.stringMatching(TOLD));
    authority.present = false;
    await later();
    expect(nickOf(stranger)).toBe('ann');
    authority.present = true;
    await settled();
    await later();
    expect(nickOf(stranger)).toMatch(GUEST);
  });

  it('has as long as set-limits says', async () => {
    irc.server.tuning.set('nick_seconds', 5);
    const stranger = await join('ann');
    expect(stranger.received().join()).toContain('in 5 seconds');
    await later(5);
    expect(nickOf(stranger)).toMatch(GUEST);
  });

  it('is asked about in one question with all others of a crowd', async () => {
    for (const nick of ['ann', 'bob', 'cat']) irc.join(nick);
    await settled();
    expect(authority.asked).toEqual([{ name: 'nickOwners', args: { nicks: ['ann', 'bob', 'cat'] } }]);
  });
});

it('keeps no nick with nick_protection off, and all of them from the reload on that says otherwise', async () => {
  start('off');
  const stranger = await join('ann');
  await later();
  expect([nickOf(stranger), stranger.received(), authority.asked]).toEqual(['ann', [], []]);
  const { config } = irc.server;
  const reload = (nick_protection: 'off' | 'rename') =>
    irc.server.configure({ ...config, accounts: { ...config.accounts, nick_protection } }, null);
  reload('rename');
  await settled();
  expect(stranger.received()).toContainEqual(expect.stringMatching(TOLD));
  reload('off');
  await later();
  expect(nickOf(stranger)).toBe('ann');
});

describe('a stranger who is refused a registered nick', () => {
  beforeEach(() => start('refuse'));

  const RESERVED = (nick: string) =>
    `:irc.test FAIL NICK NICKNAME_RESERVED ${nick} :This nick belongs to the account ann: log in to it first`;

  it('is answered 433 at the end of registration, and is welcome with another nick', async () => {
    const stranger = irc.connect();
    stranger.send('NICK Ann', 'USER x 0 * :X');
    irc.host.touched.clear();
    expect(await say(stranger)).toEqual([
      ':irc.test 433 * Ann :Nickname is reserved by an account',
      RESERVED('Ann'),
    ]);
    expect([...irc.host.touched]).toContain('connections');
    // The nick is free for its owner.
    const owner = irc.connect();
    owner.send('CAP REQ :sasl', 'NICK ann', 'USER a 0 * :A');
    await logIn(owner);
    expect(await say(owner, 'CAP END')).toContainEqual(expect.stringContaining(' 001 ann '));
    expect(await say(stranger, 'NICK cat')).toContainEqual(expect.stringContaining(' 001 cat '));
  });

  it('may log in and take it then, without having to connect again', async () => {
    const owner = irc.connect();
    await say(owner, 'NICK ann', 'USER a 0 * :A');
    await logIn(owner);
    expect(await say(owner, 'NICK ann')).toContainEqual(expect.stringContaining(' 001 ann '));
  });

  it('keeps the nick that they have', async () => {
    const other = await join('dora');
    const stranger = await join('cat');
    for (const client of [other, stranger]) client.send('JOIN #c');
    stranger.received();
    expect(await say(stranger, 'NICK ann', 'NICK CAT')).toEqual([
      RESERVED('ann'),
      expect.stringMatching(/^:cat!\S+ NICK CAT$/),
    ]);
    await logIn(stranger);
    expect(await say(stranger, 'NICK ann')).toEqual([expect.stringMatching(/^:CAT!\S+ NICK ann$/)]);
    other.received();
    expect(await say(other, 'NICK ann')).toEqual([':irc.test 433 dora ann :Nickname is already in use']);
  });

  it('reads it under the label of the request', async () => {
    const stranger = irc.join('cat', 'batch labeled-response');
    await settled();
    stranger.received();
    expect(await say(stranger, '@label=x NICK ann')).toEqual([`@label=x ${RESERVED('ann')}`]);
    expect(await say(stranger, '@label=y NICK catty')).toEqual([
      expect.stringMatching(/^@label=y :cat!\S+ NICK catty$/),
    ]);
  });

  it.each([
    ['away', { present: false }],
    ['silent', { delay: new Promise<void>(() => {}) }],
  ])('has it while accounts are %s, and is told to leave it when they are back', async (_how, trouble) => {
    Object.assign(authority, trouble);
    const stranger = irc.connect();
    const answer = stranger.send('NICK ann', 'USER x 0 * :X');
    await later(limits.nickAnswerMs.default / 1000);
    expect([...answer, ...stranger.received()]).toContainEqual(expect.stringContaining(' 001 ann '));
    authority.delay = null;
    authority.present = true;
    await settled();
    expect(stranger.received()).toContainEqual(expect.stringMatching(TOLD));
    await later();
    expect(nickOf(stranger)).toMatch(GUEST);
  });
});
