/** Channels that belong to accounts: who has status there and when, whatever comes and goes meanwhile. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChannelLevel } from '../../../contract/accounts.ts';
import { MemoryAuthority } from '../accounts/memory-authority.ts';
import { ircdConfigSchema } from '../config.ts';
import { introduce, linkServer, recordLinks } from '../memory-network.ts';
import { type MemoryClient, MemoryServer } from '../memory-server.ts';

let irc: MemoryServer;
let authority: MemoryAuthority;

beforeEach(() => {
  authority = new MemoryAuthority({ ann: 'sesame', bob: 'hunter22', cat: 'curiosity' });
  authority.mostChannels = 100;
});
afterEach(() => irc.close());

/** A server that has read, or could not read, what belongs to whom. */
async function start(): Promise<void> {
  const accounts = { nick_protection: 'off' };
  irc = new MemoryServer(
    ircdConfigSchema.parse({ server_name: 'irc.test', accounts }),
    null,
    undefined,
    authority,
  );
  await settled();
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}

async function say(client: MemoryClient, ...lines: string[]): Promise<string[]> {
  const answer = client.send(...lines);
  await settled();
  return [...answer, ...client.received()];
}

function own(channel: string, founder = 'ann', access: Record<string, ChannelLevel> = {}): void {
  const list = Object.entries(access).map(([account, level]) => ({ account, level }));
  authority.own({ channel, founder, createdAt: 1_000, registeredAt: 2_000, access: list });
}

async function logIn(client: MemoryClient, account: string): Promise<string[]> {
  const { password } = authority.accounts.get(account)!;
  await say(client, 'AUTHENTICATE PLAIN');
  return await say(client, `AUTHENTICATE ${Buffer.from(`\0${account}\0${password}`).toString('base64')}`);
}

/** A client, logged in where an account is named. */
function join(nick: string, account: string | null = null): MemoryClient {
  const client = irc.join(nick);
  client.user!.account = account;
  return client;
}

/** Who is on a channel, with status. */
const on = (channel: string): string[] =>
  (irc.server.state.findChannel(channel)?.members ?? []).map(
    (member) => member.prefix(true) + member.user.nick,
  );

describe('a channel of an account', () => {
  it('gives its founder and operators by account their status on JOIN, and strangers none, whoever comes first', async () => {
    own('#tea', 'ann', { bob: 'op', cat: 'voice' });
    await start();
    join('stranger').send('JOIN #tea');
    join('a', 'ANN').send('JOIN #tea');
    join('b', 'bob').send('JOIN #TEA');
    join('c', 'cat').send('JOIN #tea');
    expect(on('#tea')).toEqual(['stranger', '@a', '@b', '+c']);
    expect(irc.server.state.findChannel('#tea')).toMatchObject({ name: '#tea', createdMs: 1_000 });
  });

  it('gives it at login to who is there already, as everybody sees', async () => {
    own('#tea');
    await start();
    const other = join('other');
    const client = join('a');
    for (const one of [other, client]) one.send('JOIN #tea');
    other.received();
    expect(await logIn(client, 'ann')).toContain(':irc.test MODE #tea +o a');
    expect(other.received()).toEqual([':irc.test MODE #tea +o a']);
  });

  it('stays with its modes when everybody has left, and ends once it is nobody’s', async () => {
    await start();
    const founder = join('a', 'ann');
    await say(
      founder,
      'JOIN #tea',
      'MODE #tea +k secret',
      'TOPIC #tea :Green',
      'CHANNEL REGISTER #tea',
      'PART #tea',
    );
    expect(on('#tea')).toEqual([]);
    expect(irc.server.state.findChannel('#tea')).toMatchObject({ topic: 'Green', joinKey: 'secret' });
    expect(join('stranger').send('JOIN #tea').at(-1)).toContain(' 475 stranger #tea ');
    expect(founder.send('JOIN #tea')).toContainEqual(expect.stringContaining(' 332 a #tea :Green'));
    await say(founder, 'PART #tea', 'CHANNEL DROP #tea');
    expect(irc.server.state.findChannel('#tea')).toBeUndefined();
    const stranger = join('next');
    stranger.send('JOIN #tea');
    expect(on('#tea')).toEqual(['@next']);
  });

  it('that is given up keeps who is on it as they are', async () => {
    own('#tea');
    await start();
    const founder = join('a', 'ann');
    await say(founder, 'JOIN #tea', 'CHANNEL DROP #tea');
    expect(on('#tea')).toEqual(['@a']);
  });

  it('ends with its account, and access ends with an account too', async () => {
    own('#tea');
    own('#pub', 'bob', { ann: 'op' });
    await start();
    join('a', 'ann').send('JOIN #pub');
    await authority.ask('drop', { account: 'ann' });
    await settled();
    expect(on('#pub')).toEqual(['a']);
    join('next').send('JOIN #tea');
    expect(on('#tea')).toEqual(['@next']);
  });

  it('is kept while its account is suspended, and gives it nothing meanwhile', async () => {
    own('#tea');
    await start();
    const client = join('a', 'ann');
    client.send('JOIN #tea');
    await authority.ask('suspend', { account: 'ann', by: 'eve', reason: 'spam' });
    await settled();
    // Status that somebody has is an operator's to take.
    expect(on('#tea')).toEqual(['@a']);
    client.send('PART #tea');
    client.send('JOIN #tea');
    expect(on('#tea')).toEqual(['a']);
  });

  it('takes status at once from whom the founder takes it, also what was due after a restart', async () => {
    own('#tea', 'ann', { bob: 'op' });
    await start();
    const founder = join('a', 'ann');
    const helper = join('b', 'bob');
    for (const client of [founder, helper]) client.send('JOIN #tea');
    expect(await say(founder, 'CHANNEL ACCESS #tea ADD bob VOICE')).toContain(':irc.test MODE #tea -o+v b b');
    expect(await say(founder, 'CHANNEL ACCESS #tea DEL bob')).toContain(':irc.test MODE #tea -v b');
    helper.send('PART #tea', 'JOIN #tea');
    expect(on('#tea')).toEqual(['@a', 'b']);
  });

  it('gives its founder no status where whoever keeps it says so, from when they say it until they do no more', async () => {
    const quiet = (founderIsQuiet?: true) =>
      authority.own({
        ...{ channel: '#tea', founder: 'ann', createdAt: 1_000, registeredAt: 2_000 },
        ...{ access: [{ account: 'bob', level: 'op' }], ...(founderIsQuiet === true && { founderIsQuiet }) },
      });
    quiet(true);
    await start();
    const founder = join('a', 'ann');
    founder.send('JOIN #tea');
    const late = join('b');
    late.send('JOIN #tea');
    await logIn(late, 'ann');
    expect(on('#tea')).toEqual(['a', 'b']);
    // It is theirs all the same.
    expect(await say(founder, 'CHANNEL LIST')).toContain(
      ':irc.test NOTE CHANNEL CHANNEL #tea :It belongs to your account',
    );
    quiet();
    await settled();
    expect(on('#tea')).toEqual(['@a', '@b']);
    quiet(true);
    await settled();
    expect(on('#tea')).toEqual(['a', 'b']);
    join('c', 'bob').send('JOIN #tea');
    expect(on('#tea')).toEqual(['a', 'b', '@c']);
  });

  it('says what may be said of its access list, and of whom', async () => {
    own('#tea');
    await start();
    const founder = join('a', 'ann');
    const fail = (code: string, text: string) => [`:irc.test FAIL CHANNEL ${code} :${text}`];
    const expected = 'Expected ADD <account> [OP|VOICE] or DEL <account>';
    for (const [words, shown] of [
      ['FOO bob', 'FOO'],
      ['ADD bob SUPER', 'SUPER'],
      ['FOO bob SUPER', 'SUPER'],
      [`${'x'.repeat(70)} bob`, 'x'.repeat(64)],
    ] as const)
      expect(await say(founder, `CHANNEL ACCESS #tea ${words}`)).toEqual(
        fail(`UNKNOWN_SUBCOMMAND ${shown}`, expected),
      );
    for (const [words, shown] of [
      ['ADD', '*'],
      ['DEL 9lives', '9lives'],
    ])
      expect((await say(founder, `CHANNEL ACCESS #tea ${words}`))[0]).toContain(
        ` FAIL CHANNEL NO_SUCH_ACCOUNT ${shown} :`,
      );
    expect(await say(founder, 'CHANNEL ACCESS #tea add bob voice')).toContain(
      ':irc.test NOTE CHANNEL ADDED #tea :bob has voice there from now on',
    );
    expect(await say(founder, 'CHANNEL ACCESS #tea add bob')).toContain(
      ':irc.test NOTE CHANNEL ADDED #tea :bob has operator status there from now on',
    );
    expect(await say(founder, 'CHANNEL ACCESS #tea del bob')).toContain(
      ':irc.test NOTE CHANNEL REMOVED #tea :bob has no access any more',
    );
  });

  it('leaves other status alone that operators give and take there', async () => {
    own('#tea', 'ann', { bob: 'voice' });
    await start();
    const founder = join('a', 'ann');
    const [friend, helper] = [join('f'), join('b', 'bob')];
    for (const client of [founder, friend, helper]) client.send('JOIN #tea');
    await say(founder, 'MODE #tea +o f', 'MODE #tea -v b', 'CHANNEL ACCESS #tea ADD cat');
    expect(on('#tea')).toEqual(['@a', '@f', '+b']);
  });

  it('tells links of status like of any other', async () => {
    own('#tea');
    await start();
    const far = introduce(irc.server.state, linkServer(irc.server.state, 'far.test'), 'far', {
      account: 'bob',
    });
    irc.server.state.join(far, '#tea', 5_000, 0);
    const told = recordLinks(irc.server);
    const founder = join('a', 'ann');
    await say(founder, 'JOIN #tea', 'CHANNEL ACCESS #tea ADD bob');
    expect(told.filter((line) => line.includes('#tea'))).toEqual([
      'join a #tea',
      'channel modes by irc.test #tea +o ACfar',
    ]);
    // The channel of a link keeps its timestamp, which says who is right.
    expect(irc.server.state.findChannel('#tea')?.createdMs).toBe(5_000);
  });
});

describe('while accounts are away', () => {
  it('what was known holds', async () => {
    own('#tea');
    await start();
    authority.present = false;
    join('stranger').send('JOIN #tea');
    join('a', 'ann').send('JOIN #tea');
    expect(on('#tea')).toEqual(['stranger', '@a']);
  });

  it('from the start on, whoever comes first is operator until it is known whose the channel is', async () => {
    authority.present = false;
    own('#tea', 'ann', { cat: 'voice' });
    await start();
    const thief = join('thief');
    join('a', 'ann').send('JOIN #c');
    thief.send('JOIN #tea', 'JOIN #free');
    join('c', 'cat').send('JOIN #tea');
    expect(on('#tea')).toEqual(['@thief', 'c']);
    thief.received();
    expect(await say(thief, 'CHANNEL INFO #tea')).toEqual([
      ':irc.test FAIL CHANNEL TEMPORARILY_UNAVAILABLE :Accounts cannot be asked now, try again later',
    ]);
    authority.present = true;
    await settled();
    expect(thief.received()).toContain(':irc.test MODE #tea -o+v thief c');
    // What is nobody's stays as it is, and so does what operators do from now on.
    expect([on('#free'), on('#c')]).toEqual([['@thief'], ['@a']]);
    await say(thief, 'MODE #free +v thief');
    authority.present = false;
    authority.present = true;
    await settled();
    expect(on('#free')).toEqual(['@+thief']);
  });

  it('what changed in between is known when they are back', async () => {
    own('#tea');
    own('#old');
    own('#pub', 'bob');
    await start();
    const founder = join('a', 'ann');
    await say(founder, 'JOIN #old', 'PART #old');
    founder.send('JOIN #pub');
    authority.present = false;
    authority.channels.delete('#old');
    const tea = authority.channels.get('#tea')!;
    authority.channels.set('#tea', { ...tea, founder: 'cat' });
    const pub = authority.channels.get('#pub')!;
    authority.channels.set('#pub', { ...pub, access: [{ account: 'ann', level: 'op' }] });
    authority.present = true;
    await settled();
    expect(irc.server.state.findChannel('#old')).toBeUndefined();
    expect(on('#pub')).toEqual(['@a']);
    founder.send('JOIN #tea');
    expect(on('#tea')).toEqual(['a']);
  });

  it('a reading that breaks off is begun again, and changes nothing before it is whole', async () => {
    for (const name of ['#a', '#b', '#c']) own(name);
    let pages = 0;
    authority.override.channels = ({ after }) => {
      if (++pages === 2) throw new Error('broken');
      const keys = ['#a', '#b', '#c'].filter((key) => key > after);
      return { rows: [authority.channels.get(keys[0]!)!], next: keys.length > 1 ? keys[0]! : null };
    };
    await start();
    expect([irc.server.accounts.channels.known, irc.server.accounts.channels.size]).toEqual([false, 0]);
    expect(irc.host.logs.at(-1)).toMatchObject({ event: 'channels_unread' });
    authority.present = true;
    await settled();
    expect([irc.server.accounts.channels.known, irc.server.accounts.channels.size]).toEqual([true, 3]);
  });
});

it('says when it is known whose channels are, and when that takes too long', async () => {
  authority.present = false;
  await start();
  const { channels } = irc.server.accounts;
  expect(await channels.whenKnown(0)).toBe(false);
  const known = channels.whenKnown(600_000);
  authority.present = true;
  expect(await known).toBe(true);
  expect(await channels.whenKnown(0)).toBe(true);
});

it('with another authority nobody’s channels are kept that only the former one knew', async () => {
  own('#tea');
  await start();
  const founder = join('a', 'ann');
  await say(founder, 'JOIN #tea', 'PART #tea');
  expect(irc.server.state.findChannel('#tea')).toBeDefined();
  irc.server.accounts.use(new MemoryAuthority());
  await settled();
  expect(irc.server.state.findChannel('#tea')).toBeUndefined();
  expect(irc.server.accounts.channels.size).toBe(0);
});
