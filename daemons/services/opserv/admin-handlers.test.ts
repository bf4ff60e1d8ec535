/** What administrators do by OpServ: what each command says, changes and tells, and what keeps it from being done. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { banHandlers } from './ban-handlers.ts';
import { type Operators, startOperators } from './test-operators.ts';
import { watchHandlers } from './watch-handlers.ts';

let net: Operators;
beforeEach(async () => {
  net = await startOperators();
  net.connect('ABABA', 'bot0', { address: 'AKAABA' });
  net.connect('ABABB', 'bot1', { address: 'AKAABA' });
  net.connect('ABABC', 'bot2', { address: 'AKAABC' });
  net.test.say('ABABA C #tea 100', 'ABABC J #tea 100', 'ABAAB J #tea 100');
  net.test.take();
});
afterEach(() => net.test.close());

type Handler = {
  readonly check?: (args: never, context: never) => unknown;
  readonly impact?: (args: never) => unknown;
  readonly run: (args: never, context: never) => unknown;
};

const context = {
  actor: { name: 'admin', from: 'cli', role: 'admin' },
  signal: new AbortController().signal,
} as never;

const handler = (name: string): Handler => {
  const { opserv } = net.test.services;
  const all = { ...banHandlers(opserv), ...watchHandlers(opserv) } as unknown as Record<string, Handler>;
  return all[name]!;
};

/** Runs a command as main does; answers its impact, its result and what services sent, notices apart. */
async function run(name: string, args: object) {
  const { check, impact, run: work } = handler(name);
  const given = args as never;
  await check?.(given, context);
  const said = (await impact?.(given)) ?? null;
  net.test.take();
  const result = await work(given, context);
  await net.test.quiet();
  return { impact: said, result, sent: net.test.take().filter((line) => !/ O /.test(line)) };
}
const refused = async (name: string, args: object) => {
  const { check, impact } = handler(name);
  try {
    await check?.(args as never, context);
    await impact?.(args as never);
  } catch (error) {
    return (error as Error).message;
  }
  return null;
};
const rows = async (name: string) =>
  ((await run(name, { limit: 10, least: 1 })).result as { rows: object[] }).rows;
const BAN = { reason: 'spam', minutes: 10 };

describe('bans of the network', () => {
  it('are set, listed and lifted, each kind for itself', async () => {
    expect(await run('set-gline', { mask: '*@10.0.0.64', ...BAN })).toEqual({
      impact: 'bans 2 users',
      result: { mask: '*@10.0.0.64', users: 2, expiresAt: net.test.clock.now() + 600_000 },
      sent: [expect.stringContaining('AF GL * +*@10.0.0.64 600 ')],
    });
    expect(await rows('glines')).toMatchObject([{ mask: '*@10.0.0.64', reason: 'spam', by: 'admin' }]);
    expect((await run('set-shun', { mask: '*@bad.test', ...BAN })).impact).toBeNull();
    expect(await rows('shuns')).toMatchObject([{ mask: '*@bad.test' }]);
    expect(await run('set-jupe', { mask: 'bad.test', ...BAN })).toMatchObject({
      impact: null,
      result: { mask: 'bad.test', users: 0 },
      sent: [expect.stringContaining('AF JU * +bad.test 600 ')],
    });
    expect(await rows('jupes')).toMatchObject([{ mask: 'bad.test' }]);
    expect((await run('refresh-glines', {})).result).toEqual({ told: 1 });
    for (const [name, mask] of [
      ['lift-gline', '*@10.0.0.64'],
      ['lift-shun', '*@bad.test'],
      ['lift-jupe', 'bad.test'],
    ] as const) {
      expect((await run(name, { mask })).result).toEqual({ mask });
      expect(await refused(name, { mask })).toMatch(/^There is no (G-line|shun|jupe) for /);
    }
    expect([await rows('glines'), await rows('shuns'), await rows('jupes')]).toEqual([[], [], []]);
    expect(await refused('set-gline', { mask: '*@*', ...BAN })).toMatch(/^mask: /);
    expect(await refused('set-jupe', { mask: 'hub.test', ...BAN })).toBe(
      'Services would lose the network by that.',
    );
    expect(await refused('set-jupe', { mask: 'services.test', ...BAN })).toMatch(/lose the network/);
  });

  it('are of the address of somebody too, unless they are spared', async () => {
    expect(await run('block', { nick: 'bot1', ...BAN })).toMatchObject({
      impact: 'bans 2 users',
      result: { mask: '*@10.0.0.64', users: 2 },
    });
    expect(await refused('block', { nick: 'OpServ' })).toBe('OpServ is a service of the network.');
    expect(await refused('block', { nick: 'nobody' })).toMatch(/^Nobody is called nobody/);
  });

  it('spare trusted networks, which clones are compared with', async () => {
    const network = '10.0.0.64';
    const args = { network, clients: 9, reason: 'school', minutes: 0 };
    expect((await run('set-trust', args)).result).toEqual({ network, most: 9 });
    expect(await rows('trusts')).toMatchObject([{ network, most: 9, reason: 'school', expiresAt: null }]);
    expect((await run('set-trust', { ...args, minutes: 5 })).result).toEqual({ network, most: 9 });
    expect(await rows('trusts')).toMatchObject([{ expiresAt: net.test.clock.now() + 300_000 }]);
    const clones = (await run('clones', { least: 2, limit: 10 })).result;
    expect(clones).toEqual({
      rows: [{ address: '10.0.0.64', clients: 2, most: 9, trust: network, nicks: 'bot0 bot1' }],
    });
    expect((await run('drop-trust', { network })).result).toEqual({ network });
    expect(await refused('drop-trust', { network })).toBe(`${network} is not trusted.`);
    expect(await refused('set-trust', { network: 'school' })).toMatch(/^network: expected an address/);
  });
});

describe('users', () => {
  it('are found by criteria, and something is done to them', async () => {
    const found = (await run('trace', { criteria: 'NICK bot?', limit: 2 })).result as { rows: object[] };
    expect(found.rows).toMatchObject([
      {
        nick: 'bot0',
        host: '~bot0@bot0.example.net',
        address: '10.0.0.64',
        channels: 1,
        clones: 2,
        server: 'hub.test',
      },
      { nick: 'bot1', channels: 0 },
    ]);
    expect(await refused('trace', { criteria: 'HAT red', limit: 2 })).toMatch(
      /^criteria: There is no criterion HAT/,
    );
    expect(await refused('trace-act', { action: 'KILL', criteria: '' })).toMatch(
      /it would be done to everybody$/,
    );
    expect(await refused('trace-act', { action: 'NOTICE', criteria: 'NICK bot?' })).toMatch(
      /expected a REASON/,
    );
    expect(
      await run('trace-act', { action: 'KILL', criteria: 'MASK *!*@*.example.net REASON robots' }),
    ).toMatchObject({
      impact: expect.stringMatching(/^does KILL to \d+ users and spares \d+ others$/),
    });
    expect(net.test.uplink.view.byNick('bot0')).toBeUndefined();
    expect(await run('trace-act', { action: 'KILL', criteria: 'NICK nobody' })).toMatchObject({
      impact: null,
      result: { met: 0, hit: 0, spared: 0 },
    });
  });

  it('are watched, gagged and kept from nicks', async () => {
    const alert = { name: 'robots', reaction: 'notice', criteria: 'NICK bot* REASON robots', minutes: 0 };
    expect(await run('set-alert', alert)).toMatchObject({
      impact: 'would be met by 3 users who are there now, when they come again',
      result: { name: 'robots' },
    });
    expect(await rows('alerts')).toMatchObject([{ name: 'robots', lastMet: null, by: 'admin' }]);
    expect(
      (await run('set-alert', { ...alert, name: 'one', criteria: 'NICK bot1 REASON x' })).impact,
    ).toMatch(/^would be met by 1 user who is there now/);
    expect(
      (await run('set-alert', { ...alert, name: 'none', criteria: 'NICK x REASON x' })).impact,
    ).toBeNull();
    expect((await run('drop-alert', { name: 'ROBOTS' })).result).toEqual({ name: 'ROBOTS' });
    expect(await refused('drop-alert', { name: 'robots' })).toBe('There is no alert robots.');
    expect(await refused('set-alert', { ...alert, reaction: 'dance' })).not.toBeNull();
    expect(await run('set-gag', { mask: 'bot?!*@*', ...BAN })).toMatchObject({
      impact: 'keeps bots from hearing 3 users',
      result: { mask: 'bot?!*@*', users: 3 },
    });
    expect(await rows('gags')).toMatchObject([{ mask: 'bot?!*@*', reason: 'spam' }]);
    expect((await run('drop-gag', { mask: 'BOT?' })).result).toEqual({ mask: 'bot?!*@*' });
    expect(await refused('drop-gag', { mask: 'bot?' })).toBe('bot? is not gagged.');
    expect(await refused('set-gag', { mask: '*', ...BAN })).toMatch(/would cover everybody/);
    expect((await run('reserve-nick', { nick: 'Boss', reason: 'ours' })).result).toEqual({ nick: 'Boss' });
    expect(net.test.uplink.view.byNick('boss')).toBeDefined();
    expect(await rows('reserves')).toMatchObject([{ nick: 'Boss' }]);
    expect(await refused('reserve-nick', { nick: 'boss', reason: 'x' })).toBe('boss is reserved already.');
    expect((await run('release-nick', { nick: 'boss' })).result).toEqual({ nick: 'Boss' });
    expect(net.test.uplink.view.byNick('boss')).toBeUndefined();
    expect(await refused('release-nick', { nick: 'boss' })).toBe('boss is not reserved.');
  });
});

describe('channels', () => {
  it('with bad words are closed, unless they are exempt', async () => {
    expect(await run('add-bad-word', { word: 'tea' })).toMatchObject({
      impact: 'throws out 3 users',
      result: { closed: 1 },
    });
    expect(await refused('add-bad-word', { word: 'TEA' })).toBe('TEA is a bad word already.');
    expect(await refused('add-bad-word', { word: 'x' })).toMatch(/^word: /);
    expect((await run('exempt-channel', { channel: '#tea' })).result).toEqual({ channel: '#tea' });
    expect(await rows('bad-words')).toMatchObject([
      { word: 'tea', kind: 'bad word' },
      { word: '#tea', kind: 'exempt' },
    ]);
    expect((await run('drop-exempt-channel', { channel: '#TEA' })).result).toEqual({ channel: '#TEA' });
    expect(await refused('drop-exempt-channel', { channel: '#tea' })).toBe('#tea is not exempt.');
    expect((await run('drop-bad-word', { word: 'Tea' })).result).toEqual({ word: 'Tea' });
    expect(await refused('drop-bad-word', { word: 'tea' })).toBe('tea is no bad word.');
    expect(await refused('exempt-channel', { channel: 'tea' })).toMatch(/^channel: expected a name/);
  });

  it('have modes and people as administrators want it', async () => {
    const channel = '#tea';
    expect(await run('channel-modes', { channel, modes: '+im' })).toMatchObject({
      impact: 'concerns 3 users',
      sent: ['AF M #tea +im 100'],
    });
    expect((await run('clear-modes', { channel })).sent).toEqual([expect.stringMatching(/^AF M #tea -im/)]);
    expect(await refused('channel-modes', { channel, modes: '+?' })).toMatch(/^modes: /);
    expect(await run('deop-all', { channel })).toMatchObject({
      impact: 'takes the status of 1 user',
      result: { channel, members: 1 },
      sent: ['AF M #tea -o ABABA 100'],
    });
    expect(await run('kick-user', { channel, nick: 'bot2', reason: 'out' })).toEqual({
      impact: 'throws 1 user out',
      result: { channel, nick: 'bot2' },
      sent: ['AF K #tea ABABC :out'],
    });
    expect(await refused('kick-user', { channel, nick: 'bot2' })).toBe('bot2 is not on #tea.');
    for (const name of ['channel-modes', 'clear-modes', 'deop-all', 'kick-all', 'part-channel'])
      expect(await refused(name, { channel: '#none', modes: '+i' }), name).not.toBeNull();
    expect(await run('kick-all', { channel, reason: 'out' })).toMatchObject({ result: { channel: '#tea' } });
    expect((await run('join-channel', { channel: '#new' })).sent).toEqual([
      expect.stringMatching(/^AF... C #new \d+$/),
    ]);
    expect((await run('part-channel', { channel: '#new' })).sent).toEqual([
      expect.stringMatching(/^AF... L #new/),
    ]);
    expect(await refused('join-channel', { channel: 'new' })).toMatch(/^channel: expected a name/);
  });
});

describe('the network', () => {
  it('is closed and opened, told something, and linked anew', async () => {
    expect((await run('defcon', {})).result).toEqual({
      level: 5,
      by: null,
      expiresAt: null,
      modes: '',
      clients: 5,
    });
    expect(await run('set-defcon', { level: 4 })).toMatchObject({
      impact: expect.stringMatching(/./),
      result: { level: 4 },
    });
    expect((await run('defcon', {})).result).toMatchObject({ level: 4, by: 'admin', clients: 2 });
    expect((await run('set-defcon', { level: 4 })).impact).toBeNull();
    await run('set-defcon', { level: 5 });
    expect(await run('announce', { target: 'users', text: 'hello' })).toMatchObject({
      impact: expect.stringMatching(/^is read by \d+ users$/),
    });
    expect((await run('raw-line', { line: 'AF WA :hello' })).sent).toEqual(['AF WA :hello']);
    expect(await refused('raw-line', { line: 'AB WA :hello' })).toMatch(/begins with services, AF/);
    expect(await refused('raw-line', { line: '' })).toMatch(/begins with services/);
    expect(await run('reconnect', {})).toMatchObject({
      impact: 'leaves the network without services for a moment',
      result: {},
    });
    expect(net.test.uplink.state).toBe('ended');
    expect(await refused('reconnect', {})).toBe('Services are linked to no network now.');
    expect((await run('trace', { criteria: '', limit: 5 })).result).toEqual({ rows: [] });
  });
});
