/** Admin commands about channels that belong to accounts: what is found, in turns, and what is refused with which words. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { MemoryAuthority } from '../accounts/memory-authority.ts';
import { MemoryServer } from '../memory-server.ts';
import { channelOwnerHandlers } from './channel-owner-handlers.ts';

let irc: MemoryServer;
let authority: MemoryAuthority;
let admin: ReturnType<typeof channelOwnerHandlers>;
/** How often the search looked whether its turn is over. */
let looks: number;

const call = {
  signal: new AbortController().signal,
  actor: { name: 'tester', from: 'cli', role: 'admin' },
} as const;

beforeEach(async () => {
  authority = new MemoryAuthority({ ann: 'sesame', bob: 'hunter22' });
  for (const [channel, founder, list] of [
    ['#first', 'ann', []],
    ['#Second', 'bob', [{ account: 'ann', level: 'op' }]],
    ['#third', 'ann', [{ account: 'bob', level: 'voice' }]],
  ] as const)
    authority.own({ channel, founder, createdAt: 1_000, registeredAt: 2_000, access: [...list] });
  irc = new MemoryServer({}, null, undefined, authority);
  await settled();
  irc.join('me').send('JOIN #second');
  admin = channelOwnerHandlers(irc.server);
  looks = 0;
  const { work } = irc.host;
  const spend = work.spend.bind(work);
  work.spend = (ns) => {
    looks++;
    return spend(ns) || true;
  };
});
afterEach(() => irc.close());

async function settled(): Promise<void> {
  for (let turn = 0; turn < 6; turn++) await new Promise((resolve) => setImmediate(resolve));
}

const found = async (text: string, limit = 10) => {
  const { rows } = (await admin['registered-channels'].run({ text, limit }, call)) as {
    rows: { channel: string }[];
  };
  return rows.map(({ channel }) => channel);
};

it('finds channels by part of their name or founder, no more than were asked for, a few in a turn', async () => {
  expect(await found('')).toEqual(['#Second', '#first', '#third'].sort(byFold));
  expect(await found('SEC')).toEqual(['#Second']);
  expect(await found('Ann')).toEqual(['#first', '#third']);
  expect(await found('nobody')).toEqual([]);
  looks = 0;
  expect(await found('', 2)).toHaveLength(2);
  // The third was not looked at; the rest is the end of the search.
  expect(looks).toBe(2);
  expect(await admin['registered-channels'].run({ text: 'second', limit: 10 }, call)).toEqual({
    rows: [
      { channel: '#Second', founder: 'bob', registeredAt: 2_000, users: 1, operators: 'ann', voices: '' },
    ],
  });
  expect(await admin['registered-channels'].run({ text: '#third', limit: 10 }, call)).toMatchObject({
    rows: [{ users: 0, operators: '', voices: 'bob' }],
  });
});

const byFold = (a: string, b: string) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1);

it('gives a channel to another account and away, after saying from whom', async () => {
  const args = { channel: '#first', account: 'bob' };
  expect(admin['transfer-channel'].impact?.(args)).toBe('takes #first from ann and gives it to bob');
  expect(await admin['transfer-channel'].run(args, call)).toEqual({ channel: '#first', founder: 'bob' });
  expect(authority.channels.get('#first')?.founder).toBe('bob');
  expect(admin['drop-channel'].impact?.({ channel: '#first' })).toBe(
    'takes #first and its access list from bob for good',
  );
  expect(await admin['drop-channel'].run({ channel: '#first' }, call)).toEqual({ channel: '#first' });
  expect(authority.channels.has('#first')).toBe(false);
  expect(admin['drop-channel'].impact?.({ channel: '#first' })).toContain('from its account');
});

it('refuses what cannot be, and says why', async () => {
  const give = (channel: string, account: string) =>
    admin['transfer-channel'].run({ channel, account }, call) as Promise<unknown>;
  await expect(give('#first', 'nobody')).rejects.toMatchObject({
    code: 'not_found',
    message: 'There is no account nobody.',
  });
  await expect(give('#first', 'ann')).rejects.toMatchObject({
    code: 'conflict',
    message: 'The channel #first belongs to ann already.',
  });
  await expect(give('#none', 'ann')).rejects.toMatchObject({
    code: 'not_found',
    message: 'The channel #none belongs to no account.',
  });
  authority.override.transferChannel = () => ({ outcome: 'full' });
  await expect(give('#first', 'bob')).rejects.toMatchObject({
    code: 'limit_reached',
    message: 'The account bob owns as many channels as may be.',
  });
  authority.present = false;
  await expect(give('#first', 'bob')).rejects.toMatchObject({ code: 'unavailable' });
});
