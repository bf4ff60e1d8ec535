import { afterEach, beforeEach, expect, it } from 'vitest';
import { createSelfSigned } from '../../runtime/net/certificate-tasks.ts';
import { ConnectThrottle } from '../../runtime/net/connect-throttle.ts';
import { linkServer, recordLinks } from '../memory-network.ts';
import { MemoryServer } from '../memory-server.ts';
import { Lookup } from '../net/lookup.ts';
import type { NetServer } from '../net/net-server.ts';
import type { LocalClient } from '../state/local-client.ts';
import { createAdminHandlers } from './handlers.ts';

let irc: MemoryServer;
let admin: ReturnType<typeof createAdminHandlers>;
let net: NetServer<LocalClient>;

const call = {
  signal: new AbortController().signal,
  actor: { name: 'tester', from: 'cli', role: 'admin' },
} as const;
const nobody = { reverse: async () => [], resolve4: async () => [], resolve6: async () => [] };

beforeEach(() => {
  irc = new MemoryServer();
  net = {
    admission: { throttle: new ConnectThrottle(() => 100) },
    credentials: null,
  } as unknown as NetServer<LocalClient>;
  const lookup = new Lookup({ resolver: nobody, dns: true, ident: false });
  admin = createAdminHandlers({ server: irc.server, net, lookup });
});
afterEach(() => irc.close());

it('kills a client after saying whom it would hit', () => {
  const alice = irc.join('alice');
  const bob = irc.join('bob');
  for (const client of [alice, bob]) client.send('JOIN #a,#b,#c');
  bob.received();
  const args = { client: 'Alice', reason: 'spam' };
  expect(admin.kill.impact?.(args)).toBe('disconnects alice (~alice@192.0.2.1), on 3 channels');
  expect(admin.kill.run(args, call)).toMatchObject({ client: 'alice', channels: 3 });
  expect(alice.closedWith).toBe('Killed (administrator (spam))');
  expect(bob.received()).toEqual([':alice!~alice@192.0.2.1 QUIT :Killed (administrator (spam))']);
  expect(admin.kill.impact?.(args)).toBeNull();
  expect(() => admin.kill.run(args, call)).toThrow('Nobody here is called Alice.');
});

it('refuses before anybody is asked what would be refused afterwards', () => {
  const ban = { kind: 'kline', mask: '*@*', reason: 'r', minutes: 0 } as const;
  expect(() => admin['add-ban'].check?.(ban)).toThrow('would ban everybody');
  expect(() => admin['add-ban'].check?.({ ...ban, kind: 'dline', mask: 'nowhere' })).toThrow(
    'neither an address',
  );
  expect(() => admin['add-ban'].check?.({ ...ban, mask: '*@*.example.org' })).not.toThrow();
  expect(() => admin.kill.check?.({ client: 'nobody', reason: 'r' })).toThrow(
    'Nobody here is called nobody.',
  );
  expect(() => admin['clear-channel'].check?.({ channel: '#none', reason: 'r' })).toThrow('no channel #none');
  expect(admin.bans.run({}, call)).toEqual({ rows: [] });
});

it('lists clients by mask and channels with their modes', async () => {
  irc.join('alice', '', '198.51.100.1').send('JOIN #secret', 'MODE #secret +sk key');
  irc.join('bob');
  const rows = (result: unknown) => (result as { rows: Record<string, unknown>[] }).rows;
  expect(rows(await admin.clients.run({ text: '198.51.100.*', limit: 10 }, call))).toMatchObject([
    { nick: 'alice', channels: 1 },
  ]);
  expect(rows(await admin.clients.run({ text: 'lic', limit: 10 }, call))).toMatchObject([{ nick: 'alice' }]);
  expect(rows(await admin.clients.run({ text: '', limit: 1 }, call))).toHaveLength(1);
  expect(rows(await admin.channels.run({ mask: '*', limit: 10 }, call))).toMatchObject([
    { channel: '#secret', users: 1, modes: '+nstk key' },
  ]);
  expect(rows(admin.channel.run({ channel: '#SECRET' }, call))).toMatchObject([
    { nick: 'alice', status: '@' },
  ]);
  expect(admin.client.run({ client: 'alice' }, call)).toMatchObject({
    realname: 'Real alice',
    on: '@#secret',
  });
});

it('clears a channel and tells each member', async () => {
  const [a, b] = [irc.join('a'), irc.join('b')];
  for (const client of [a, b]) client.send('JOIN #x');
  for (const client of [a, b]) client.received();
  const args = { channel: '#x', reason: 'closed' };
  expect(admin['clear-channel'].impact?.(args)).toBe('removes 2 users from #x');
  expect(await admin['clear-channel'].run(args, call)).toEqual({ channel: '#x', removed: 2 });
  expect(a.received()).toEqual([':irc.test KICK #x a :closed']);
  expect(b.received()).toEqual([':irc.test KICK #x b :closed']);
  expect(irc.server.state.channels.size).toBe(0);
});

it('adds, lists and removes bans', async () => {
  const victim = irc.join('victim');
  const args = { kind: 'dline', mask: '192.0.2.0/24', reason: 'r', minutes: 0 } as const;
  expect(await admin['add-ban'].impact?.(args)).toBe('disconnects 1 client');
  expect(await admin['add-ban'].run({ ...args, mask: '192.0.2.99/24' }, call)).toMatchObject({
    mask: '192.0.2.0/24',
    disconnected: 1,
    saved: true,
  });
  expect(victim.closedWith).toBe('D-lined: r');
  expect(admin.bans.run({}, call)).toMatchObject({ rows: [{ mask: '192.0.2.0/24', expiresAt: null }] });
  await admin['remove-ban'].run({ kind: 'dline', mask: '192.0.2.0/24' }, call);
  await expect(admin['remove-ban'].run({ kind: 'dline', mask: '192.0.2.0/24' }, call)).rejects.toThrow(
    'There is no dline',
  );
  await expect(admin['add-ban'].run({ ...args, kind: 'kline', mask: '*@*' }, call)).rejects.toThrow(
    'would ban everybody',
  );
});

it('says of a ban that is not on disk that it holds only until the restart', async () => {
  const warning = { code: 'not_saved', message: 'no room' } as const;
  irc.host.saved = { saved: false, warning };
  const ban = { kind: 'dline', mask: '192.0.2.0/24' } as const;
  expect(await admin['add-ban'].run({ ...ban, reason: 'r', minutes: 0 }, call)).toMatchObject({ warning });
  expect(await admin['remove-ban'].run(ban, call)).toEqual({ ...ban, saved: false, warning });
});

it('broadcasts to registered clients, as one line', async () => {
  const [a, waiting] = [irc.join('a'), irc.connect()];
  expect(await admin.broadcast.run({ text: 'maintenance\r\nQUIT' }, call)).toEqual({ clients: 1 });
  expect(a.received()).toEqual([':irc.test NOTICE $* :maintenance  QUIT']);
  expect(waiting.received()).toEqual([]);
});

it('tells operators the whole of a long reason', () => {
  const oper = irc.join('oper');
  irc.promote(oper, ['kline']);
  const reason = 'because '.repeat(37).trim();
  irc.join('victim', '', '198.51.100.1');
  oper.received();
  void admin['add-ban'].run({ kind: 'kline', mask: `*@${'h'.repeat(190)}`, reason, minutes: 60 }, call);
  const lines = oper.received();
  expect(lines.length).toBeGreaterThan(1);
  expect(lines.map((line) => line.slice(line.indexOf(' :', 1) + 2)).join(' ')).toContain(reason);
});

it('finds clients by the network of their address', async () => {
  irc.join('near', '', '10.1.2.3');
  irc.join('far', '', '192.0.2.9');
  const nicks = async (text: string) =>
    ((await admin.clients.run({ text, limit: 10 }, call)) as { rows: { nick: string }[] }).rows.map(
      (row) => row.nick,
    );
  expect(await nicks('10.0.0.0/8')).toEqual(['near']);
  expect(await nicks('*@192.0.2.0/24')).toEqual(['far']);
  expect(await nicks('other@10.0.0.0/8')).toEqual([]);
});

it('changes a limit at once', () => {
  const client = irc.join('a');
  expect(admin['set-limits'].run({ channels_per_user: 1 }, call)).toEqual({
    before: { channels_per_user: 100 },
    after: { channels_per_user: 1 },
  });
  expect(admin.limits.run({}, call)).toMatchObject({
    rows: [{ limit: 'channels_per_user', value: 1, default: 100, unit: 'count' }, {}, {}, {}, {}, {}, {}],
  });
  expect(() => admin['set-limits'].run({}, call)).toThrow('Name at least one limit');
  expect(client.send('JOIN #a,#b').at(-1)).toContain(' 405 a #b ');
});

it('asks for a reload on rehash, and says why it failed', async () => {
  expect(await admin.rehash.run({}, call)).toMatchObject({ text: expect.stringContaining('read again') });
  expect(irc.host.lifecycle).toEqual(['reload']);
  const warnings = ['ircd.motd_file: /etc/motd: lines 301 to 614: left out'];
  irc.host.lifecycleOutcome = { ok: true, result: { daemons: [{ id: 'ircd', warnings }] } };
  expect(await admin.rehash.run({}, call)).toMatchObject({ text: expect.stringContaining('301 to 614') });
  const message = 'signalbox.toml:4: ircd.dns: expected true or false';
  irc.host.lifecycleOutcome = { ok: false, error: { code: 'config_invalid', message } };
  await expect(admin.rehash.run({}, call)).rejects.toMatchObject({ code: 'config_invalid', message });
});

it('names what is not there by its code, and says nothing of whom it would hit', async () => {
  const code = (work: () => unknown) => {
    try {
      work();
    } catch (error) {
      return (error as { code: string }).code;
    }
    return null;
  };
  const nobody = { client: 'nobody', reason: 'r' };
  const nowhere = { channel: '#none', reason: 'r' };
  const everybody = { kind: 'kline', mask: '*@*', reason: 'r', minutes: 0 } as const;
  expect([
    code(() => admin.kill.check?.(nobody)),
    code(() => admin.client.run(nobody, call)),
    code(() => admin['clear-channel'].check?.(nowhere)),
    code(() => admin.channel.run(nowhere, call)),
    code(() => admin['add-ban'].check?.(everybody)),
    code(() => admin['set-limits'].run({}, call)),
  ]).toEqual(['not_found', 'not_found', 'not_found', 'not_found', 'refused', 'bad_request']);
  await expect(admin['add-ban'].run(everybody, call)).rejects.toMatchObject({ code: 'refused' });
  await expect(admin['remove-ban'].run({ kind: 'kline', mask: 'a@b' }, call)).rejects.toMatchObject({
    code: 'not_found',
    message: 'There is no kline for a@b; list them with bans.',
  });
  expect([admin['clear-channel'].impact?.(nowhere), admin.broadcast.impact?.({ text: 'x' })]).toEqual([
    null,
    null,
  ]);
  irc.join('a');
  expect(admin.broadcast.impact?.({ text: 'x' })).toBe('sends a notice to 1 client');
  expect(admin.kill.impact?.({ client: 'a', reason: 'r' })).toBe(
    'disconnects a (~a@192.0.2.1), on 0 channels',
  );
  irc.connect('198.51.100.1').send('NICK half');
  expect(admin.kill.impact?.({ client: 'half', reason: 'r' })).toBe(
    'disconnects half (*@198.51.100.1), on 0 channels',
  );
  expect(await admin['add-ban'].impact?.({ ...everybody, mask: 'nobody@*' })).toBeNull();
});

it('keeps a ban for as many minutes as it says, in the name of whoever set it', async () => {
  const before = Date.now();
  await admin['add-ban'].run({ kind: 'kline', mask: 'a@B.example', reason: 'r', minutes: 5 }, call);
  const { rows } = admin.bans.run({}, call) as { rows: Record<string, unknown>[] };
  const [row = {}] = rows;
  expect(row).toEqual({
    kind: 'kline',
    mask: 'a@B.example',
    spares: '',
    reason: 'r',
    by: 'tester',
    createdAt: row.createdAt,
    expiresAt: Number(row.createdAt) + 300_000,
  });
  expect(Number(row.createdAt)).toBeGreaterThanOrEqual(before);
  expect(irc.host.saves).toBe(1);
  await admin['remove-ban'].run({ kind: 'kline', mask: 'A@b.example' }, call);
  expect(irc.host.saves).toBe(2);
});

it('tells of a client, a channel and the caches all that their columns promise', async () => {
  const client = irc.join('a');
  const tls = { version: 'TLSv1.3', cipher: 'AES', fingerprint: 'c0ffee' };
  Object.assign(client, { tls });
  client.send('JOIN #x,#y', 'AWAY :out', 'MODE a +i');
  irc.promote(client, []);
  expect(admin.client.run({ client: 'A' }, call)).toMatchObject({
    nick: 'a',
    channels: 2,
    tls: 'TLSv1.3',
    realname: 'Real a',
    modes: '+ios',
    oper: 'test',
    account: null,
    away: 'out',
    registered: true,
    cipher: 'AES',
    fingerprint: 'c0ffee',
    on: '@#x @#y',
  });
  irc.connect().send('NICK half');
  expect(admin.client.run({ client: 'half' }, call)).toMatchObject({
    oper: null,
    registered: false,
    cipher: null,
    fingerprint: null,
    on: '',
  });
  expect(admin.channel.run({ channel: '#x' }, call)).toEqual({
    rows: [{ nick: 'a', status: '@', userHost: '~a@192.0.2.1', channel: '#x' }],
  });
  expect(admin.caches.run({}, call)).toEqual({ rows: [{ cache: 'dns', entries: 0, hits: 0, misses: 0 }] });
  expect(admin['clear-caches'].run({}, call)).toEqual({ forgotten: 0 });
});

it('finds clients only by what is an address or a network', () => {
  for (const address of ['192.0.2.0/24', '2001:db8::1'])
    expect(() => admin.clients.check?.({ text: '', address, limit: 1 })).not.toThrow();
  expect(() => admin.clients.check?.({ text: '', limit: 1 })).not.toThrow();
  expect(() => admin.clients.check?.({ text: '', address: 'nowhere', limit: 1 })).toThrow(
    expect.objectContaining({
      code: 'refused',
      message: 'nowhere is no address and no network, such as 192.0.2.0/24.',
    }),
  );
});

it('says before a ban whom it hits and how, by its kind', async () => {
  irc.join('a', '', '198.51.100.1');
  irc.join('b', '', '198.51.100.2');
  irc.join('c', '', '192.0.2.1');
  const linked = linkServer(irc.server.state, 'far.test');
  const impact = (kind: 'kline' | 'dline' | 'resv' | 'except' | 'gline' | 'shun' | 'jupe', mask: string) =>
    admin['add-ban'].impact?.({ kind, mask, reason: 'r', minutes: 0 });
  expect(await impact('kline', '*@198.51.100.*')).toBe('disconnects 2 clients');
  expect(await impact('dline', '198.51.100.0/24')).toBe('disconnects 2 clients');
  expect(await impact('gline', '*@198.51.100.1')).toBe('disconnects 1 client');
  expect(await impact('gline', '*@203.0.113.1')).toBeNull();
  expect(await impact('shun', '*@198.51.100.*')).toBe('silences 2 clients');
  expect(await impact('shun', '*@192.0.2.1')).toBe('silences 1 client');
  expect(await impact('shun', '*@203.0.113.1')).toBeNull();
  expect([await impact('resv', 'a'), await impact('except', '198.51.100.1')]).toEqual([null, null]);
  expect(await impact('jupe', 'FAR.test')).toBe(`takes ${linked.name} off the network`);
  expect(await impact('jupe', 'none.test')).toBeNull();
});

it('sets, lists and lifts bans of the network, which the links are told', async () => {
  const told = recordLinks(irc.server);
  const victim = irc.join('victim', '', '198.51.100.1');
  const ban = { kind: 'gline', mask: '*@198.51.100.1', reason: 'worms' } as const;
  expect(await admin['add-ban'].run({ ...ban, minutes: 5 }, call)).toMatchObject({
    kind: 'gline',
    mask: '*@198.51.100.1',
    disconnected: 1,
    saved: true,
  });
  expect(victim.closedWith).toBe('G-lined: worms');
  const { rows } = admin.bans.run({}, call) as { rows: Record<string, unknown>[] };
  expect(rows).toEqual([
    {
      ...ban,
      spares: '',
      by: 'tester',
      createdAt: expect.any(Number),
      expiresAt: Number(rows[0]?.createdAt) + 300_000,
    },
  ]);
  expect(admin['export-bans'].run({}, call)).toEqual({
    text: expect.stringMatching(/^.*kind.*mask.*\r?\ngline,\*@198\.51\.100\.1,,worms,tester,/i),
  });
  expect(await admin['remove-ban'].run({ kind: 'gline', mask: ban.mask }, call)).toEqual({
    kind: 'gline',
    mask: ban.mask,
    saved: true,
  });
  expect(told.filter((line) => line.startsWith('network ban'))).toEqual([
    'network ban by irc.test + gline *@198.51.100.1 :worms',
    'network ban by irc.test - gline *@198.51.100.1 :worms',
  ]);
  await expect(admin['remove-ban'].run({ kind: 'gline', mask: ban.mask }, call)).rejects.toThrow(
    'There is no gline for *@198.51.100.1; list them with bans.',
  );
});

it('refuses bans of the network that are too wide, too long or against itself, before and when it is to set them', async () => {
  for (const [kind, mask, minutes, problem] of [
    ['gline', '*@*', 0, 'everybody'],
    ['jupe', 'far.test', 10_081, '10081 minutes are too long, expected at most 10080'],
    ['jupe', 'irc.test', 0, 'irc.test is this server itself'],
  ] as const) {
    const args = { kind, mask, minutes, reason: 'r' };
    const refused = expect.objectContaining({ code: 'refused', message: expect.stringContaining(problem) });
    expect(() => admin['add-ban'].check?.(args)).toThrow(refused);
    await expect(admin['add-ban'].run(args, call)).rejects.toThrow(refused);
  }
  expect(admin.bans.run({}, call)).toEqual({ rows: [] });
});

it('sets exceptions with what they spare, and nothing else with it', async () => {
  const args = { kind: 'except', mask: '192.0.2.1', reason: 'friends', minutes: 0, spares: 'k' } as const;
  expect(() => admin['add-ban'].check?.(args)).not.toThrow();
  expect(() => admin['add-ban'].check?.({ ...args, spares: 'z' })).toThrow();
  expect(() => admin['add-ban'].check?.({ ...args, kind: 'kline', mask: 'a@b.example' })).toThrow();
  await admin['add-ban'].run(args, call);
  await admin['add-ban'].run({ ...args, kind: 'resv', mask: 'root' }, call);
  const { rows } = admin.bans.run({}, call) as { rows: Record<string, unknown>[] };
  expect(rows.map(({ kind, spares }) => `${kind} ${spares}`.trim()).sort()).toEqual(['except k', 'resv']);
});

it('tells of its certificate, and says where there is none', async () => {
  expect(() => admin.certificate.run({}, call)).toThrow(
    expect.objectContaining({
      code: 'not_found',
      message: expect.stringContaining('there is no certificate'),
    }),
  );
  Object.assign(net, { credentials: await createSelfSigned('irc.test') });
  const facts = admin.certificate.run({}, call) as { remaining: number };
  expect(facts).toMatchObject({ subject: 'CN=irc.test', issuer: 'itself' });
  expect(facts.remaining).toBeGreaterThan(3_600 * 24 * 365 * 9);
});

it('tells who was slowed down at connecting, as many as asked, and forgets one of them or all', () => {
  const { throttle } = net.admission;
  for (const address of ['192.0.2.1', '192.0.2.1', '192.0.2.1', '192.0.2.2', '192.0.2.2', '192.0.2.3'])
    throttle.attempt(throttle.visitor(address), { connectBurst: 5, connectsPerSecond: 0.1 });
  const rows = (limit: number) =>
    (admin.throttle.run({ limit }, call) as { rows: { network: string }[] }).rows;
  expect(rows(10).map(({ network }) => network)).toEqual(['192.0.2.1', '192.0.2.2', '192.0.2.3']);
  expect(rows(2)).toHaveLength(2);
  expect(admin['reset-throttle'].run({ address: '192.0.2.2' }, call)).toEqual({ forgotten: 1 });
  expect(rows(10)).toHaveLength(2);
  expect(admin['reset-throttle'].run({ address: '' }, call)).toEqual({ forgotten: 2 });
  expect(rows(10)).toEqual([]);
});

it('tells whoever comes and asks of limits as they are now (ISUPPORT)', () => {
  admin['set-limits'].run({ modes_per_command: 4 }, call);
  expect(irc.join('a').send('VERSION').join('\n')).toContain(' MODES=4 ');
});
