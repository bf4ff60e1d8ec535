/** ACCOUNT, GHOST and REGAIN beyond what permissions/accounts.md says: limits, guessing, several sessions, and who leaves meanwhile. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MemoryAuthority } from '../accounts/memory-authority.ts';
import { ircdConfigSchema } from '../config.ts';
import { limits } from '../limits.ts';
import { type MemoryClient, MemoryServer } from '../memory-server.ts';

let irc: MemoryServer;
let authority: MemoryAuthority;

beforeEach(() => {
  authority = new MemoryAuthority({ ann: 'sesame', bob: 'hunter22' });
  const accounts = { nick_protection: 'off' };
  irc = new MemoryServer(
    ircdConfigSchema.parse({ server_name: 'irc.test', accounts }),
    null,
    undefined,
    authority,
  );
});
afterEach(() => irc.close());

async function say(client: MemoryClient, ...lines: string[]): Promise<string[]> {
  const answer = client.send(...lines);
  do await new Promise((resolve) => setImmediate(resolve));
  while (client.client?.waiting != null);
  return [...answer, ...client.received()];
}

/** A client that is logged in to an account. */
function session(nick: string, account = 'ann', caps = ''): MemoryClient {
  const client = irc.join(nick, caps);
  client.user!.account = account;
  return client;
}

describe('ACCOUNT', () => {
  it('gives an account so many nicks, and none that is of another', async () => {
    const ann = session('ann');
    for (const nick of ['ann1', 'ann2']) await say(ann, `NICK ${nick}`, 'ACCOUNT GROUP');
    expect((await say(ann, 'NICK ann3', 'ACCOUNT GROUP')).at(-1)).toBe(
      ':irc.test FAIL ACCOUNT TOO_MANY_NICKS ann3 :Remove another one first',
    );
    expect((await say(ann, 'NICK Bob', 'ACCOUNT GROUP')).at(-1)).toBe(
      ':irc.test FAIL ACCOUNT NICK_TAKEN Bob :It belongs to another account',
    );
    expect((await say(ann, 'ACCOUNT nicks')).at(-1)).toBe(':irc.test NOTE ACCOUNT END :3 nicks');
  });

  it('changes the password, which is in no log, and keeps whoever is logged in', async () => {
    const ann = session('ann');
    const phone = session('phone');
    await say(ann, 'ACCOUNT PASSWORD sesame :open sesame');
    expect(authority.accounts.get('ann')?.password).toBe('open sesame');
    expect(phone.user?.account).toBe('ann');
    expect(irc.host.logs.map(({ event }) => event)).toContain('password_changed');
    expect(JSON.stringify(irc.host.logs)).not.toContain('sesame');
  });

  it('charges a wrong password like a failed login, and says how long to wait', async () => {
    const ann = session('ann');
    const { penalty } = ann;
    await say(ann, 'ACCOUNT PASSWORD guess open-sesame');
    expect(ann.penalty - penalty).toBe(1 + limits.loginFailurePenaltyLines.default);
    expect(irc.server.accounts.counts.failures).toBe(1);
    authority.override.changePassword = () => ({ kind: 'refused', why: 'throttled', retrySeconds: 8 });
    expect(await say(ann, 'ACCOUNT PASSWORD sesame open-sesame')).toEqual([
      ':irc.test FAIL ACCOUNT TEMPORARILY_UNAVAILABLE :Too many passwords were wrong, try again in 8 seconds',
    ]);
  });

  it.each([
    ['weak', ' WEAK_PASSWORD ', 0],
    ['bad_password', ' UNACCEPTABLE_PASSWORD ', 0],
    ['suspended', ' ACCOUNT_SUSPENDED ', 1],
    ['unavailable', ' TEMPORARILY_UNAVAILABLE ', 0],
    ['malformed', ' INVALID_CREDENTIALS ', 1],
  ] as const)('that is refused as %s is answered%s', async (why, code, failures) => {
    const ann = session('ann');
    authority.override.changePassword = () => ({ kind: 'refused', why, retrySeconds: 0 });
    expect(await say(ann, 'ACCOUNT PASSWORD a b')).toEqual([
      expect.stringMatching(`^:irc\\.test FAIL ACCOUNT${code}:`),
    ]);
    expect(irc.server.accounts.counts.failures).toBe(failures);
  });

  it('says that accounts cannot be asked where the question fails, and logs what is a defect', async () => {
    const ann = session('ann');
    authority.override.show = () => {
      throw new Error('broken');
    };
    expect((await say(ann, 'ACCOUNT NICKS'))[0]).toContain(' FAIL ACCOUNT TEMPORARILY_UNAVAILABLE ');
    expect(irc.host.logs.at(-1)).toMatchObject({ event: 'accounts_unanswered' });
  });
});

describe('GHOST and REGAIN', () => {
  it('are answered under the label of the request', async () => {
    session('ann');
    const phone = session('phone', 'ann', 'batch labeled-response');
    expect(await say(phone, '@label=x REGAIN ann')).toEqual([
      expect.stringMatching(/^@label=x :phone!\S+ NICK ann$/),
    ]);
  });

  it('tell the owner who logs in by them of failures, and count it as a login', async () => {
    irc.join('ann');
    const phone = irc.join('phone');
    authority.accounts.get('ann')!.failures = { count: 3, address: '198.51.100.7', time: 0 };
    const answer = await say(phone, 'REGAIN ann sesame');
    expect(answer.join()).toContain('3 failed logins to ann since you were last logged in');
    expect(phone.user).toMatchObject({ nick: 'ann', account: 'ann' });
    expect(irc.server.accounts.counts).toMatchObject({ logins: 1, failures: 0 });
    expect(authority.asked.at(-1)).toMatchObject({
      name: 'identify',
      args: { origin: { address: '192.0.2.1', fingerprint: null } },
    });
    expect(JSON.stringify(irc.host.logs)).not.toContain('sesame');
  });

  it('charge a wrong password, and free nothing', async () => {
    const ghost = irc.join('ann');
    const phone = irc.join('phone');
    const { penalty } = phone;
    expect((await say(phone, 'GHOST ann guess'))[0]).toContain(' FAIL GHOST INVALID_CREDENTIALS ');
    expect(phone.penalty - penalty).toBe(2 + limits.loginFailurePenaltyLines.default);
    expect(ghost.user?.nick).toBe('ann');
    expect(phone.user?.account).toBeNull();
  });

  it('ask for no password of who is logged in, and for a login or a password of anybody else', async () => {
    for (const verb of ['GHOST', 'REGAIN']) {
      const holder = irc.join('ann');
      const stranger = irc.join('stranger');
      expect(await say(stranger, `${verb} ann`)).toEqual([
        `:irc.test FAIL ${verb} ACCOUNT_REQUIRED :Log in to your account first, or give its password`,
      ]);
      const phone = session('phone');
      authority.asked.length = 0;
      await say(phone, `${verb} ann`);
      expect(authority.asked.map(({ name }) => name)).not.toContain('identify');
      expect(holder.user?.nick).not.toBe('ann');
      for (const client of [holder, stranger, phone]) client.drop();
    }
  });

  it('end a session as all who share its channels see', async () => {
    const ghost = session('ann');
    const other = irc.join('dora');
    for (const client of [ghost, other]) client.send('JOIN #c');
    other.received();
    await say(session('phone'), 'GHOST ann');
    expect(ghost.closedWith).toBe('Ended by phone, who owns the account ann');
    expect(other.received()).toEqual([':ann!~ann@192.0.2.1 QUIT :Ended by phone, who owns the account ann']);
  });

  it('do nothing for somebody who has left meanwhile, and free what is held by then', async () => {
    const holder = irc.join('ann');
    const phone = session('phone');
    phone.send('GHOST ann');
    phone.drop();
    await new Promise((resolve) => setImmediate(resolve));
    expect(holder.user?.nick).toBe('ann');
    const tablet = session('tablet');
    tablet.send('REGAIN ann');
    holder.send('NICK cat');
    await say(tablet);
    expect([holder.user?.nick, tablet.user?.nick]).toEqual(['cat', 'ann']);
  });
});
