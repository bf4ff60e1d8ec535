/**
 * Whoever connects is told, scanned and banned where a real open proxy is, and nobody else: on real sockets to real listeners, which also
 * hang, refuse, leave and talk garbage.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { encodeAddress } from '../../irc/p10/address.ts';
import { parseAddress } from '../../runtime/net/ip-address.ts';
import { until } from '../../runtime/test-fixtures/until.ts';
import { operatorDeeds } from '../account-admin.ts';
import { fill } from '../bots/reply.ts';
import { servicesConfigSchema } from '../config.ts';
import { NUMERICS, type Operators, startOperators } from '../opserv/test-operators.ts';
import { adminWords, badRowActions } from '../test-admin-words.ts';
import { sockAdminCommands } from './sock-admin.ts';
import type { SockCheck } from './sock-check.ts';
import { scanText } from './sock-commands.ts';
import { sockCheckConfigSchema, sockCheckRules } from './sock-config.ts';
import { sockHandlers } from './sock-handlers.ts';
import { sockCheckPage } from './sock-page.ts';
import { TestProxies } from './test-proxies.ts';

const SOCKS5 = [
  { send: '05 01 00', expect: '05 00' },
  { send: '05 01 00 01 {address} {port}', expect: '05 00' },
];

/** The whole network 127.0.0.0/8 is this machine: each host here is an address of its own. */
const HOSTS = {
  open: '127.0.1.1',
  locked: '127.0.1.2',
  garbage: '127.0.1.3',
  leaves: '127.0.1.4',
  silent: '127.0.1.5',
  refuses: '127.0.1.6',
} as const;

const proxies = new TestProxies();
const target = new TestProxies();
let settings: object;
let one: Operators;
let sock: SockCheck;

beforeAll(async () => {
  const port = await proxies.listen('socks5', HOSTS.open);
  await proxies.listen('socks5 with password', HOSTS.locked, port);
  await proxies.listen('garbage', HOSTS.garbage, port);
  await proxies.listen('leaves', HOSTS.leaves, port);
  await proxies.listen('silent', HOSTS.silent, port);
  settings = {
    ...{ enabled: true, target: '127.0.0.1', target_port: await target.listen('silent'), private: true },
    probe: [{ name: 'an open SOCKS5 proxy', port, turns: SOCKS5 }],
  };
});
afterAll(async () => {
  await proxies.close();
  await target.close();
});
// Not all of these tests need a network.
afterEach(() => (one as Operators | undefined)?.test.close());

/** A network on which operators are, and of which nobody was scanned. */
async function start(more: object = {}): Promise<void> {
  one = await startOperators();
  sock = one.test.services.sockCheck;
  configure(more);
  one.test.take();
}

function configure(more: object): void {
  const rules = sockCheckRules(sockCheckConfigSchema.parse({ ...settings, ...more }));
  // What hangs does so until the test ends it.
  one.test.sockCheckRules = { ...rules, connectionMs: 600_000 };
  sock.configure();
}

const said = () => one.test.take();
const idle = () => until(() => sock.checker.running + sock.checker.waiting === 0 && !sock.busy);
const key = (address: string) => encodeAddress(parseAddress(address)!);
const come = (numeric: string, nick: string, address: string, modes?: string) =>
  one.connect(numeric, nick, { address: key(address), ...(modes === undefined ? {} : { modes }) });
const glines = () => one.test.services.opserv.bans.inForce('gline').map(({ mask }) => mask);
/** What somebody is told by SockCheck, who is the only bot that came after the others. */
const told = (numeric: string, lines: readonly string[]) =>
  lines.flatMap((line) => new RegExp(`^${bot()} O ${numeric} :(.*)$`).exec(line)?.[1] ?? []);
const bot = () => one.bot('SockCheck');
const NOTICE = /looks whether open proxies run at the address/;

describe('whoever connects', () => {
  it('is told and scanned before anything is found, and banned where a proxy lets others through', async () => {
    await start();
    come('ABBAA', 'eve', HOSTS.open);
    // It is told at once, before any connection is there.
    expect(told('ABBAA', said())).toEqual([expect.stringMatching(NOTICE)]);
    come('ABBAB', 'eva', HOSTS.open);
    expect(told('ABBAB', said())).toEqual([expect.stringMatching(NOTICE)]);
    await until(() => glines().length === 1);
    await one.test.quiet();
    const lines = said();
    expect(lines.filter((line) => / GL \* \+\*@127\.0\.1\.1 86400 /.test(line))).toEqual([
      expect.stringMatching(
        /:Open proxies may not connect to this network \(an open SOCKS5 proxy at port \d+\)$/,
      ),
    ]);
    expect(lines.filter((line) => / WA :/.test(line))).toEqual([
      expect.stringMatching(
        /SockCheck found an open SOCKS5 proxy at port \d+ at 127\.0\.1\.1: it is banned for 1d/,
      ),
    ]);
    expect(one.test.deeds.at(-1)).toEqual({
      deed: {
        ...{ actor: 'SockCheck', command: 'PROXY' },
        args: {
          mask: '*@127.0.1.1',
          time: '1d',
          found: expect.stringMatching(/^an open SOCKS5 proxy at port/),
        },
      },
      outcome: 'done',
    });
    expect(target.came).toBeGreaterThan(0);
    expect([sock.checker.counts.found, sock.bans.banned]).toEqual([1, 1]);
    // Who is there already is not banned twice, and who comes back after the ban is lifted is banned from memory.
    const { came } = proxies;
    come('ABBAC', 'eve2', HOSTS.open);
    await one.test.quiet();
    expect(sock.bans.banned).toBe(1);
    await one.test.services.opserv.bans.lift('gline', '*@127.0.1.1', 'root');
    come('ABBAD', 'eve3', HOSTS.open);
    await one.test.quiet();
    expect([glines(), sock.bans.banned, proxies.came - came]).toEqual([['*@127.0.1.1'], 2, 0]);
  });

  it.each(['locked', 'garbage', 'leaves', 'refuses'] as const)(
    'from a host that %s is scanned once and stays',
    async (kind) => {
      await start();
      come('ABBAA', 'bob', HOSTS[kind]);
      await idle();
      expect(sock.checker.finding(HOSTS[kind])).toMatchObject({ finding: null });
      expect([glines(), sock.checker.counts.scanned]).toEqual([[], 1]);
      said();
      come('ABBAB', 'rob', HOSTS[kind]);
      expect([told('ABBAB', said()), sock.checker.running]).toEqual([[], 0]);
    },
  );

  it('from a host that hangs holds one connection, which ends with the last client from there', async () => {
    await start({ sockets: 1 });
    come('ABBAA', 'bob', HOSTS.silent);
    come('ABBAB', 'rob', HOSTS.silent);
    await until(() => proxies.open === 1);
    // Others wait for it, and everything else goes on.
    come('ABBAC', 'eve', HOSTS.open);
    expect([sock.checker.running, sock.checker.waiting, told('ABBAC', said())]).toEqual([1, 1, []]);
    expect(await one.says('root', 'STATUS', 'SockCheck')).toContain(
      '1 are looked at by 1 of 1 connections, 1 wait; 1 probes each.',
    );
    one.test.say('ABBAA Q :bye');
    expect(sock.checker.isRunning(HOSTS.silent)).toBe(true);
    one.test.say('ABBAB Q :bye');
    expect(sock.checker.isRunning(HOSTS.silent)).toBe(false);
    await until(() => glines().length === 1);
    expect(sock.checker.finding(HOSTS.silent)).toBeUndefined();
    // Whoever leaves while they wait is not scanned at all.
    come('ABBAD', 'bob', HOSTS.silent);
    come('ABBAE', 'tom', HOSTS.locked);
    one.test.say('ABBAE Q :bye');
    expect([sock.checker.running, sock.checker.waiting]).toEqual([1, 0]);
  });

  it('is not scanned as an operator, a service, with a burst, where it is trusted or exempt, or for nothing that is known', async () => {
    await start({ exempt: ['127.0.1.3', '127.0.4.0/24'] });
    const { bans, lists } = one.test.services.opserv;
    const kept = { reason: 'a school', by: 'root', setMs: 0, expiresMs: null };
    await lists.trusts.put({ network: '127.0.2.0/24', most: 0, ...kept });
    await sock.exempts.list.put({ network: '127.0.3.0/24', ...kept });
    come('ABBAA', 'oper', HOSTS.open, 'io');
    come('ABBAB', 'serv', HOSTS.open, 'ik');
    come('ABBAC', 'ann', '127.0.2.9');
    come('ABBAD', 'bob', '127.0.3.9');
    come('ABBAE', 'cat', '127.0.4.9');
    come('ABBAF', 'dan', HOSTS.garbage);
    one.connect('ABBAG', 'hid', { address: 'AAAAAA' });
    one.test.say(
      'AB S leaf.test 2 900 900 J10 AC]]] +6 :Leaf',
      `AC N late 2 950 ~late late.test +i ${key(HOSTS.open)} ACAAA :Late`,
    );
    expect([sock.checker.running, sock.checker.waiting, sock.checker.counts.misses]).toEqual([0, 0, 0]);
    one.test.say('AC EB');
    one.test.say(`AC N fresh 2 950 ~fresh fresh.test +i ${key(HOSTS.refuses)} ACAAB :Fresh`);
    expect(sock.checker.isUnderWay(HOSTS.refuses)).toBe(true);
    expect(bans.inForce('gline')).toEqual([]);
    // An exemption that is over has them scanned again.
    await sock.exempts.list.drop('127.0.3.0/24');
    come('ABBAH', 'bob2', '127.0.3.9');
    expect(sock.checker.isUnderWay('127.0.3.9')).toBe(true);
    configure({ private: false });
    come('ABBAI', 'eve', HOSTS.open);
    expect(sock.checker.isUnderWay(HOSTS.open)).toBe(false);
  });

  it('is scanned, and not banned, where an operator or somebody with a level is by then, or it is trusted', async () => {
    await start();
    come('ABBAA', 'eve', HOSTS.open);
    one.test.say('ABBAA M eve +o');
    await idle();
    expect([glines(), sock.checker.finding(HOSTS.open)?.finding]).toEqual([[], expect.any(String)]);
    expect(said().filter((line) => / WA :/.test(line))).toEqual([
      expect.stringMatching(/at 127\.0\.1\.1, which is the address of an operator\.$/),
    ]);
    const hit = () => sock.bans.hit(HOSTS.open, 'a proxy', false);
    expect(await hit()).toEqual({ banned: false, spared: 'operator' });
    one.test.say('ABBAA Q :bye');
    // Somebody may become one while it is written down.
    let written = () => {};
    one.test.writtenDown = new Promise((resolve) => {
      written = resolve;
    });
    const late = hit();
    expect(await hit()).toEqual({ banned: true, spared: null });
    come('ABBAB', 'eva', HOSTS.open, 'io');
    written();
    expect(await late).toEqual({ banned: false, spared: 'operator' });
    expect(one.test.deeds.at(-1)!.outcome).toBe('failed: not done: it is the address of an operator');
    one.test.say('ABBAB Q :bye');
    const kept = { reason: 'a school', by: 'root', setMs: 0, expiresMs: null };
    await one.test.services.opserv.lists.trusts.put({ network: HOSTS.open, most: 0, ...kept });
    expect(await hit()).toEqual({ banned: false, spared: 'trusted' });
    expect(glines()).toEqual([]);
    // What fails is said, and not for ever.
    await one.test.services.opserv.lists.trusts.drop(HOSTS.open);
    one.test.unwritable = 'the disk is full';
    expect(await hit()).toEqual({ banned: false, spared: null });
    expect(one.test.logged.at(-1)).toMatch(/proxy_ban_failed.*the disk is full/);
    one.test.unwritable = null;
    const { database } = one.test;
    database.exec(
      "CREATE TRIGGER full BEFORE INSERT ON network_bans BEGIN SELECT RAISE(ABORT, 'no room'); END",
    );
    expect(await hit()).toEqual({ banned: false, spared: null });
    expect(one.test.deeds.at(-1)!.outcome).toMatch(/^failed: .*no room/);
    expect(one.test.logged.at(-1)).toMatch(
      /^warn proxy_ban_failed 127\.0\.1\.1 could not be banned: .*no room/,
    );
    database.exec('DROP TRIGGER full');
    expect(await hit()).toEqual({ banned: true, spared: null });
    expect(sock.busy).toBe(false);
  });
});

it('what came of a scan is said in words', () => {
  const text = (finding: string | null | undefined, banned: boolean, spared: 'operator' | null) => {
    const { text: words, values } = scanText('10.0.0.1', { finding, banned, spared });
    return fill(
      words,
      values.map((value) => (typeof value === 'string' ? value : value.text)),
    );
  };
  expect(text(undefined, false, null)).toBe('10.0.0.1 could not be scanned.');
  expect(text(null, false, null)).toBe('Nothing was found at 10.0.0.1.');
  expect(text('a proxy', true, null)).toBe('At 10.0.0.1 there is a proxy: it is banned.');
  expect(text('a proxy', false, null)).toBe('At 10.0.0.1 there is a proxy. It could not be banned.');
  expect(text('a proxy', false, 'operator')).toBe(
    'At 10.0.0.1 there is a proxy. It is not banned: an operator is there.',
  );
});

it('what is configured is within bounds, and becomes what scans go by', () => {
  const fits = (more: object) => sockCheckConfigSchema.safeParse(more).success;
  for (const [key, least, most] of [
    ['target_port', 1, 65_535],
    ['sockets', 1, 1_024],
    ['connection_seconds', 1, 60],
  ] as const)
    expect(
      [least - 1, least, most, most + 1].map((value) => fits({ [key]: value })),
      key,
    ).toEqual([false, true, true, false]);
  expect([fits({ remember_minutes: 0 }), fits({ gline_minutes: 0 }), fits({ enabled: true })]).toEqual([
    false,
    false,
    false,
  ]);
  expect([fits({ reason: 'x'.repeat(129) }), fits({ notice: '' }), fits({ exempt: ['here'] })]).toEqual([
    false,
    true,
    false,
  ]);
  const rules = sockCheckRules(
    sockCheckConfigSchema.parse({ remember_minutes: 5, gline_minutes: 7, connection_seconds: 9, sockets: 3 }),
  );
  expect(rules).toMatchObject({
    ...{ rememberMs: 300_000, banSeconds: 420, connectionMs: 9_000, sockets: 3 },
    ...{ enabled: false, private: false, target: null, exempt: [] },
  });
  expect(sockCheckRules(sockCheckConfigSchema.parse({ target: '192.0.2.1' })).target).toBe('192.0.2.1:6667');
});

describe('SockCheck', () => {
  it('is off by default: nobody is scanned, it is not on the network, and nobody else is called so', async () => {
    one = await startOperators();
    sock = one.test.services.sockCheck;
    expect([sock.isOn, one.test.services.bots.byNick('SockCheck')]).toEqual([false, undefined]);
    come('ABBAA', 'eve', HOSTS.open);
    expect(sock.checker.isUnderWay(HOSTS.open)).toBe(false);
    expect(one.test.services.bots.isTaken('sockcheck')).toBe(true);
    configure({});
    expect(one.test.take().some((line) => / N SockCheck /.test(line))).toBe(true);
    one.test.say(`${NUMERICS.root} P SockCheck@services.test :HELP`);
    await one.test.quiet();
    expect(told(NUMERICS.root, said())[0]).toBe(
      'Commands: ADDEXEMPT CLEARHOST DELEXEMPT EXEMPTS HELP HOSTSCAN PROBES STATUS',
    );
    come('ABBAB', 'bob', HOSTS.silent);
    await until(() => proxies.open === 1);
    configure({ enabled: false });
    expect(one.test.take().some((line) => / Q :Nobody is scanned any more/.test(line))).toBe(true);
    expect([sock.checker.running, one.test.services.bots.byNick('SockCheck')]).toEqual([0, undefined]);
    await until(() => proxies.open === 0);
  });

  it('forgets what was found when it looks for something else, and gives all up with the network', async () => {
    await start();
    come('ABBAA', 'bob', HOSTS.refuses);
    await idle();
    configure({ gline_minutes: 5 });
    expect(sock.checker.remembered).toBe(1);
    configure({ probe: [{ name: 'anything', port: 9 }] });
    expect(sock.checker.remembered).toBe(0);
    configure({});
    come('ABBAB', 'rob', HOSTS.silent);
    await until(() => proxies.open === 1);
    const asked = sock.scan(parseAddress(HOSTS.silent)!);
    one.test.uplink.gone('gone');
    expect(await asked).toEqual({ finding: undefined, banned: false, spared: null });
    expect(sock.checker.running).toBe(0);
    await until(() => proxies.open === 0);
  });

  it('scans for operators, tells what it found, remembers and forgets it', async () => {
    await start();
    one.test.say(`${NUMERICS.high} P ${bot()} :HOSTSCAN ${HOSTS.refuses}`);
    await until(() => sock.checker.counts.scanned === 1);
    await one.test.quiet();
    expect(told(NUMERICS.high, said())).toEqual([
      '127.0.1.6 is looked at; you will be told what is found.',
      'Nothing was found at 127.0.1.6.',
    ]);
    expect(one.test.deeds.at(-1)!.deed).toMatchObject({
      command: 'HOSTSCAN',
      args: { address: '127.0.1.6' },
    });
    const ask = (text: string, who: 'root' | 'mid' | 'bare' | 'idle' = 'root') =>
      one.says(who, text, 'SockCheck');
    expect(await ask(`STATUS ${HOSTS.refuses}`)).toEqual([
      expect.stringMatching(/^Nothing was found at 127\.0\.1\.6 \(/),
    ]);
    // It looks anew at what it knows.
    const before = sock.checker.counts.scanned;
    await ask(`HOSTSCAN ${HOSTS.refuses}`);
    await until(() => sock.checker.counts.scanned === before + 1);
    expect(await ask(`CLEARHOST ${HOSTS.refuses}`)).toEqual(['What was found at 127.0.1.6 is forgotten.']);
    expect(await ask(`CLEARHOST ${HOSTS.refuses}`)).toEqual(['Nothing is known of 127.0.1.6.']);
    expect(await ask(`STATUS ${HOSTS.refuses}`)).toEqual(['Nothing is known of 127.0.1.6.']);
    come('ABBAA', 'eve', HOSTS.silent);
    expect(await ask('STATUS eve')).toEqual(['127.0.1.5 is looked at now.']);
    expect(await ask('CLEARHOST eve')).toEqual(['127.0.1.5 is looked at now.']);
    // It goes on for whoever asked, when the client has left.
    await ask('HOSTSCAN eve');
    one.test.say('ABBAA Q :bye');
    expect(sock.checker.isRunning(HOSTS.silent)).toBe(true);
    await ask(`HOSTSCAN ${HOSTS.open}`);
    await until(() => glines().length === 1);
    await one.test.quiet();
    expect(told(NUMERICS.root, said())).toContainEqual(
      expect.stringMatching(/^At 127\.0\.1\.1 there is an open SOCKS5 proxy at port \d+: it is banned\.$/),
    );
    expect(await ask('PROBES')).toContainEqual(expect.stringMatching(/an open SOCKS5 proxy\s+2$/));
    // Who may not, and what cannot be.
    expect(await ask('HOSTSCAN 127.0.0.1', 'mid')).toEqual([
      'HOSTSCAN is for accounts of level 650 and above.',
    ]);
    expect(await ask('CLEARHOST 127.0.0.1', 'mid')).toEqual([
      'CLEARHOST is for accounts of level 650 and above.',
    ]);
    for (const command of ['HOSTSCAN 127.0.0.1', 'CLEARHOST 127.0.0.1', 'STATUS', 'PROBES', 'EXEMPTS'])
      expect(await ask(command, 'idle')).toEqual([
        `${command.split(' ')[0]} is for operators of the network.`,
      ]);
    for (const command of ['HOSTSCAN', 'CLEARHOST', 'STATUS'])
      expect(await ask(`${command} nobody`)).toEqual([
        'nobody is neither an address nor the nick of anybody.',
      ]);
    configure({ exempt: [HOSTS.refuses] });
    expect(await ask(`HOSTSCAN ${HOSTS.refuses}`)).toEqual(['127.0.1.6 is not scanned: it is exempt.']);
    configure({ private: false });
    expect(await ask(`STATUS ${HOSTS.locked}`)).toEqual([
      '127.0.1.2 is not scanned: it is of a private network, or of this machine.',
    ]);
    expect(one.test.deeds.filter(({ outcome }) => outcome !== 'done')).toEqual([]);
  });

  it('keeps exempt networks, for a time, over a restart', async () => {
    await start();
    const ask = (text: string, who: 'root' | 'mid' | 'high' = 'high') => one.says(who, text, 'SockCheck');
    expect(await ask('EXEMPTS')).toEqual(['No network is exempt.']);
    expect(await ask('ADDEXEMPT 127.0.1.9/24 12h a school')).toEqual([
      expect.stringMatching(/^Nobody from 127\.0\.1\.0\/24 is scanned; it ends: 20/),
    ]);
    expect(await ask('ADDEXEMPT 2001:DB8::1 0 a friend')).toEqual([
      'Nobody from 2001:db8::1 is scanned; it ends: never.',
    ]);
    expect(one.test.deeds.map(({ deed }) => deed.command).slice(-2)).toEqual([
      ...['SOCKCHECK-ADDEXEMPT', 'SOCKCHECK-ADDEXEMPT'],
    ]);
    come('ABBAA', 'eve', HOSTS.open);
    expect(sock.checker.isUnderWay(HOSTS.open)).toBe(false);
    expect(await ask(`HOSTSCAN ${HOSTS.open}`)).toEqual(['127.0.1.1 is not scanned: it is exempt.']);
    const listed = (await ask('EXEMPTS')).join('\n');
    expect(listed).toMatch(/127\.0\.1\.0\/24.*high.*a school.*2001:db8::1.*never.*a friend/s);
    await one.test.reopen();
    sock = one.test.services.sockCheck;
    expect(sock.untouched(parseAddress(HOSTS.open)!)).toBe('exempt');
    await one.test.clock.advance(12 * 3_600_000);
    expect([sock.untouched(parseAddress(HOSTS.open)!), sock.untouched(parseAddress('2001:db8::1')!)]).toEqual(
      [...[null, 'exempt']],
    );
  });

  it.each([
    ['ADDEXEMPT nowhere 1h why', /^nowhere is neither an address nor a network/],
    ['ADDEXEMPT 10.0.0.0/8 soon why', /^soon is no time/],
    [`ADDEXEMPT 10.0.0.0/8 1h ${'x'.repeat(251)}`, /^A reason has up to 250 bytes/],
    ['ADDEXEMPT 10.0.0.0/8 1h', /^Expected: ADDEXEMPT/],
    ['DELEXEMPT 10.0.0.0/8', /^10\.0\.0\.0\/8 is not exempt/],
  ])('refuses %s', async (text, why) => {
    await start();
    expect(await one.says('high', text, 'SockCheck')).toEqual([expect.stringMatching(why)]);
    expect(await one.says('mid', text, 'SockCheck')).toEqual([
      `${text.split(' ')[0]} is for accounts of level 800 and above.`,
    ]);
    expect([sock.exempts.list.all(), one.test.deeds]).toEqual([[], []]);
  });

  it('takes exemptions away', async () => {
    await start();
    await one.says('high', 'ADDEXEMPT 127.0.1.1/32 0 why', 'SockCheck');
    expect(await one.says('high', 'DELEXEMPT 127.0.1.1', 'SockCheck')).toEqual([
      '127.0.1.1 is exempt no more.',
    ]);
    come('ABBAA', 'eve', HOSTS.open);
    expect(sock.checker.isUnderWay(HOSTS.open)).toBe(true);
  });

  it('shows administrators what it does, and scans for them until they give up', async () => {
    await start();
    const handlers = sockHandlers(sock);
    const stop = new AbortController();
    const call = { signal: stop.signal, actor: { name: 'admin', from: 'cli', role: 'admin' } } as const;
    const waits = handlers.scan.run({ address: HOSTS.silent }, call);
    const given = expect(waits).rejects.toMatchObject({ code: 'unavailable' });
    await until(() => proxies.open === 1);
    expect(handlers.sockcheck.run({}, call)).toMatchObject({
      ...{ state: 'scanning', running: 1, sockets: 1, mostSockets: 64, probes: 1 },
      target: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
    });
    stop.abort();
    await given;
    await until(() => proxies.open === 0);
    const free = { ...call, signal: new AbortController().signal };
    expect(await handlers.scan.run({ address: HOSTS.locked }, free)).toEqual({
      ...{ address: HOSTS.locked, found: null, banned: false, spared: null },
    });
    come('ABBAA', 'eve', HOSTS.open);
    expect(handlers.scan.impact!({ address: HOSTS.open })).toBe('where an open proxy is found, bans 1 user');
    await idle();
    const { rows } = (await handlers.scans.run({ found: false, limit: 10 }, free)) as { rows: object[] };
    expect(rows).toMatchObject([
      { address: HOSTS.open, state: 'open', clients: 1 },
      { address: HOSTS.locked, state: 'nothing found', found: null, clients: 0 },
    ]);
    expect(await handlers.scans.run({ found: true, limit: 10 }, free)).toMatchObject({
      rows: [{ address: HOSTS.open }],
    });
    come('ABBAB', 'bob', HOSTS.silent);
    expect(await handlers.scans.run({ found: false, limit: 1 }, free)).toMatchObject({
      rows: [{ address: HOSTS.silent, state: 'scanned now' }],
    });
    expect(() => handlers['forget-scan'].check!({ address: HOSTS.silent })).toThrow(/is scanned now/);
  });
});

it('administrators look, scan, forget and exempt by commands of such a danger, words and columns', () => {
  const written = readFileSync(join(import.meta.dirname, 'test-admin-commands.txt'), 'utf8');
  expect(`${adminWords(sockAdminCommands).join('\n')}\n`).toBe(written);
  expect(badRowActions(sockAdminCommands)).toEqual([]);
});

it('administrators are refused what cannot be, forget what was found, and exempt networks for a time or for good', async () => {
  await start({ enabled: false });
  const handlers = sockHandlers(sock);
  const call = {
    signal: new AbortController().signal,
    actor: { name: 'admin', from: 'cli', role: 'admin' },
  } as const;
  const scan = (address: string) => handlers.scan.check!({ address });
  expect(handlers.sockcheck.run({}, call)).toMatchObject({ state: 'off', running: 0, remembered: 0 });
  expect(() => scan(HOSTS.open)).toThrow(/^Nobody is scanned: expected enabled = true/);
  configure({});
  expect(handlers.sockcheck.run({}, call)).toMatchObject({ state: 'idle' });
  expect(scan(HOSTS.open)).toBeUndefined();
  expect(() => scan('nowhere')).toThrow('address: expected an address, not nowhere');
  const forget = handlers['forget-scan'];
  const args = { address: HOSTS.refuses };
  expect(() => forget.check!(args)).toThrow(`Nothing is known of ${HOSTS.refuses}.`);
  await handlers.scan.run(args, call);
  expect(handlers.sockcheck.run({}, call)).toMatchObject({
    scanned: 1,
    found: 0,
    remembered: 1,
    state: 'idle',
  });
  expect(forget.check!(args)).toBeUndefined();
  expect(forget.run(args, call)).toEqual(args);
  expect(handlers.sockcheck.run({}, call)).toMatchObject({ remembered: 0 });
  expect(await handlers.scans.run({ found: false, limit: 9 }, call)).toEqual({ rows: [] });

  const [set, drop] = [handlers['set-scan-exempt'], handlers['drop-scan-exempt']];
  const exempt = (network: string, minutes: number) => set.run({ network, reason: 'ours', minutes }, call);
  expect(() => set.check!({ network: 'ours', reason: 'x', minutes: 0 })).toThrow(/expected an address/);
  expect(await exempt('127.0.1.6/24', 0)).toEqual({ network: '127.0.1.0/24' });
  expect(await exempt('10.0.0.0/8', 5)).toEqual({ network: '10.0.0.0/8' });
  const rows = () => (handlers['scan-exempts'].run({ limit: 9 }, call) as { rows: object[] }).rows;
  expect(rows()).toMatchObject([
    { network: '127.0.1.0/24', reason: 'ours', by: 'admin', expiresAt: null },
    { network: '10.0.0.0/8', expiresAt: one.test.clock.now() + 300_000 },
  ]);
  expect((handlers['scan-exempts'].run({ limit: 1 }, call) as { rows: object[] }).rows).toHaveLength(1);
  expect(() => scan(HOSTS.open)).toThrow('127.0.1.1 is not scanned: it is exempt.');
  expect(await drop.run({ network: '127.0.1.0/24' }, call)).toEqual({ network: '127.0.1.0/24' });
  expect(() => drop.check!({ network: '127.0.1.0/24' })).toThrow('127.0.1.0/24 is not exempt.');
  expect(drop.check!({ network: '10.0.0.0/8' })).toBeUndefined();
  // Who asked hears nothing of a service that is off by then, and who comes then is not scanned.
  const { scanned } = sock.checker.counts;
  configure({ enabled: false });
  come('ABBAA', 'eve', HOSTS.open);
  await idle();
  expect([
    sock.checker.counts.scanned,
    told(
      'ABBAA',
      said().filter(() => sock.isOn),
    ),
  ]).toEqual([scanned, []]);
  configure({});
  sock.close();
  expect(sock.isOn).toBe(false);
});

it('every command has words of the audit trail where it changes something, and the page says what the table says', async () => {
  one = await startOperators();
  const { table } = one.test.services.sockCheck;
  for (const row of new Set(table.values())) {
    const changes = row.effect !== 'nothing';
    expect([row.name, row.recorded !== undefined]).toEqual([row.name, changes]);
    if (changes) expect(Object.keys(operatorDeeds)).toContain(row.deed ?? row.name);
    expect(
      row.help.every((line) => /[.!]$/.test(line)),
      row.name,
    ).toBe(true);
  }
  const file = join(import.meta.dirname, '../../../docs/reference/sockcheck.md');
  expect(readFileSync(file, 'utf8')).toBe(sockCheckPage());
});

it.each([
  [{ enabled: true }, /expected target beside enabled/],
  [{ target: 'irc.example.net' }, /expected an IPv4 address/],
  [{ exempt: ['nowhere'] }, /expected an address or a network/],
  [{ probe: [{ name: 'x', port: 1, turns: [{ send: '..', expect: '00' }] }] }, /what is sent has no/],
  [{ probe: [{ name: 'x', port: 1, turns: [{ send: 'x', expect: '00' }] }] }, /at character 1/],
  [{ probe: [{ name: 'x', port: 1, turns: [{ send: '00', expect: '' }] }] }, /at least one byte/],
  [{ probe: [{ name: 'x', port: 0 }] }, /port/],
  [{ sockets: 0 }, /sockets/],
])('a configuration of %j is refused', (sockcheck, why) => {
  const parsed = servicesConfigSchema.safeParse({ sockcheck });
  expect(parsed.success ? '' : JSON.stringify(parsed.error.issues)).toMatch(why);
});
