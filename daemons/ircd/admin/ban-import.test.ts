/** Bans as a file: what is handed over is taken again, all of a file holds or none, and each line that is wrong is said. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { limits as runtimeLimits } from '../../runtime/limits.ts';
import { limits } from '../limits.ts';
import { type MemoryClient, MemoryServer } from '../memory-server.ts';
import { banHandlers } from './ban-handlers.ts';

let irc: MemoryServer;
let bans: ReturnType<typeof banHandlers>;

const call = {
  signal: new AbortController().signal,
  actor: { name: 'tester', from: 'cli', role: 'admin' },
} as const;

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 0, 1), toFake: ['Date'] });
  irc = new MemoryServer();
  bans = banHandlers(irc.server);
});
afterEach(async () => {
  await irc.close();
  vi.useRealTimers();
});

const file = (...lines: string[]) => ({ bans: ['kind,mask,spares,reason,expiresAt', ...lines].join('\n') });
const take = async (...lines: string[]) => bans['import-bans'].run(file(...lines), call);
const impact = async (...lines: string[]) => bans['import-bans'].impact?.(file(...lines));
const refusal = (...lines: string[]) => {
  try {
    bans['import-bans'].check?.(file(...lines));
  } catch (error) {
    return (error as Error).message;
  }
  return null;
};
const rows = () => (bans.bans.run({}, call) as { rows: Record<string, unknown>[] }).rows;
const exported = () => (bans['export-bans'].run({}, call) as { text: string }).text;

it('takes what it handed over, of all kinds', async () => {
  for (const [kind, mask, spares] of [
    ['kline', '*@*.example.org'],
    ['kline', '~r:*spam*'],
    ['dline', '2001:db8::/32'],
    ['resv', 'bad*'],
    ['except', '*@192.0.2.0/24', 'kd'],
    ['gline', '*@198.51.100.7'],
    ['shun', '*@198.51.100.8'],
    ['jupe', 'bad.example.org'],
  ] as const)
    await bans['add-ban'].run({ kind, mask, spares, reason: `no, "${mask}"`, minutes: 60 }, call);
  const before = rows();
  const text = exported();
  for (const { kind, mask } of before)
    await bans['remove-ban'].run({ kind, mask } as Parameters<(typeof bans)['remove-ban']['run']>[0], call);
  expect(rows()).toEqual([]);
  expect(await bans['import-bans'].run({ bans: text }, call)).toMatchObject({
    imported: 8,
    over: 0,
    saved: true,
  });
  expect(rows()).toEqual(before);
  expect(exported()).toBe(text);
});

it('sets them in the name of whoever imports, and says so once', async () => {
  const boss = irc.join('boss');
  irc.promote(boss, ['auspex']);
  boss.received();
  await take('kline,*@a.test,,spam,', 'gline,*@b.test,,,2026-01-02T00:00:00Z');
  expect(rows()).toMatchObject([
    { kind: 'kline', mask: '*@a.test', reason: 'spam', by: 'tester', expiresAt: null },
    { kind: 'gline', mask: '*@b.test', reason: 'Banned by an administrator', by: 'tester' },
  ]);
  expect(rows()[1]!.expiresAt).toBe(Date.UTC(2026, 0, 2));
  expect(boss.received()).toEqual([':irc.test NOTICE boss :*** tester imported 2 bans from a file']);
});

it('says each line that is wrong, and has set nothing then', async () => {
  await bans['add-ban'].run({ kind: 'kline', mask: 'a@b', reason: 'x', minutes: 0 }, call);
  const before = rows();
  const wrong = [
    'kline,*@good.test,,fine,',
    'nline,*@x.test,,,',
    'kline,*@*,,,',
    'dline,nowhere,,,',
    'kline,*@c.test,k,,',
    'gline,*@d.test,k,,',
    'kline,*@e.test,,,soon',
    'jupe,irc.test,,,',
    'gline,*@f.test,,,2036-01-01T00:00:00Z',
    'kline,*@GOOD.test,,again,',
    'except,*@g.test,t,,',
    'kline,"*@h.test,,,',
    'kline,*@i.test',
  ];
  expect(refusal(...wrong)?.split(/; |\. /)).toEqual([
    'Nothing was imported',
    expect.stringMatching(/^line 3: kind: .*expected one of "kline".*"jupe"$/),
    'line 4: *@* would ban everybody',
    'line 5: nowhere is neither an address nor a network such as 10.0.0.0/8',
    'line 6: only an exception spares something, and no kline',
    'line 7: only an exception spares something, and no gline',
    'line 8: expiresAt: expected a time such as 2030-01-31T12:00:00Z, or nothing',
    'line 9: irc.test is this server itself',
    expect.stringMatching(/^line 10: \d+ minutes are too long, expected at most 525600$/),
    'line 11: the same ban as on line 2',
    'line 12: *@g.test is compared with users, and d and t are asked before: name an address or network for them',
    'line 13: a quote that does not end, or that something stands before or behind of',
    'line 14: 2 cells, expected 5',
  ]);
  expect(() => bans['import-bans'].run(file(...wrong), call)).toThrow('Nothing was imported.');
  await expect(impact(...wrong)).rejects.toThrow('Nothing was imported.');
  expect(rows()).toEqual(before);
});

it('names so many lines and counts the others', () => {
  const many = Array.from({ length: 25 }, () => 'kline,*@*,,,');
  expect(refusal(...many)).toMatch(/line 21: \S+ would ban everybody; and 5 lines more$/);
  expect(refusal(...many.slice(0, 20))).toMatch(/line 21: \S+ would ban everybody$/);
});

it('leaves out what is over, and refuses a file with nothing in it', async () => {
  expect(refusal()).toBe('The file has no bans.');
  expect(refusal('kline,*@a.test,,,2025-12-31T00:00:00Z')).toBe(
    'Nothing is left to import: all 1 bans are over.',
  );
  const lines = ['kline,*@a.test,,,2026-01-01T00:00:00Z', 'kline,*@b.test,,,'];
  expect(await impact(...lines)).toBe('sets 1 ban, leaves out 1 that is over');
  expect(await take(...lines)).toMatchObject({ imported: 1, over: 1 });
  expect(rows()).toMatchObject([{ mask: '*@b.test' }]);
});

it('leaves what is there already, and counts it', async () => {
  const lines = [
    'kline,*@a.test,,spam,',
    'except,*@192.0.2.0/24,kd,fine,',
    'gline,*@b.test,,spam,2026-01-02T00:00:00Z',
  ];
  await take(...lines);
  const before = rows();
  vi.setSystemTime(Date.UTC(2026, 0, 1, 1));
  expect(await impact(...lines)).toBe('sets 0 bans, leaves out 3 that are there already');
  expect(await take(...lines)).toMatchObject({ imported: 0, already: 3, disconnected: 0 });
  expect(rows()).toEqual(before);
  const otherwise = [
    'kline,*@A.test,,spam,2026-02-01',
    'except,*@192.0.2.0/24,k,fine,',
    'gline,*@b.test,,more,2026-01-02T00:00:00Z',
  ];
  expect(await take(...otherwise)).toMatchObject({ imported: 3, already: 0 });
  expect(() => bans['import-bans'].check?.({ bans: 'kind,mask,signalbox relay bans 1\nkline,a@b,' })).toThrow(
    'this is a file of the bans of relay, version 1; expected one of the bans of ircd, version 1',
  );
});

it('changes a ban that there is', async () => {
  await bans['add-ban'].run({ kind: 'dline', mask: '10.0.0.0/8', reason: 'old', minutes: 5 }, call);
  await take('dline,10.1.2.3/8,,new,');
  expect(rows()).toMatchObject([{ mask: '10.0.0.0/8', reason: 'new', expiresAt: null }]);
});

it.each([
  ['server bans', limits.serverBans.default, 'kline,*@', '.test,,,', 'kline'],
  ['reserved names', limits.reservedNames.default, 'resv,bad', '*,,,', 'resv'],
  ['real names', limits.realnameBans.default, 'kline,~r:*bad', '*,,,', 'kline'],
] as const)('sets no more %s than there is room for', (list, most, head, tail, kind) => {
  for (let at = 0; at < most - 2; at++) {
    const mask = `${head.slice(kind.length + 1)}old${at}${tail.slice(0, tail.indexOf(','))}`;
    const ban = { kind, mask, reason: 'x', by: 'me', setMs: Date.now(), expiresMs: null };
    expect(irc.server.bans.add(ban)).toBeNull();
  }
  const fresh = (count: number) => Array.from({ length: count }, (_, at) => `${head}new${at}${tail}`);
  expect(refusal(...fresh(2))).toBeNull();
  // What is there already takes no more room.
  expect(refusal(...fresh(2), `${head}old0${tail}`)).toBeNull();
  expect(refusal(...fresh(3))).toBe(
    `Nothing was imported. line 4: the list of ${list} has no room for it: 2 are left of it`,
  );
});

it.each([
  ['G-lines of nicks', limits.reservedNames.default, '$Nbad'],
  ['G-lines of channels', limits.reservedNames.default, '#bad'],
  ['G-lines of realnames', limits.realnameBans.default, '$Rbad'],
  ['bans of the network', limits.networkBans.default, '*@bad'],
] as const)('sets no more %s than there is room for', (list, most, head) => {
  const { networkBans } = irc.server;
  const tail = head.startsWith('*') ? '.test' : '*';
  const endMs = Date.now() + 1_000_000;
  for (let at = 0; at < most - 2; at++)
    networkBans.set({
      ...{ kind: 'gline', mask: `${head}old${at}${tail}`, reason: 'x', by: 'me', setMs: Date.now() },
      ...{ active: true, changedSeconds: 1, expiresMs: endMs, keptMs: endMs },
    });
  const fresh = (count: number) =>
    Array.from({ length: count }, (_, at) => `gline,${head}new${at}${tail},,,`);
  expect(refusal(...fresh(2), `gline,${head}old0${tail},,,`)).toBeNull();
  expect(refusal(...fresh(3))).toBe(
    `Nothing was imported. line 4: the list of ${list} has no room for it: 2 are left of it`,
  );
});

it('takes so many bans of one file and no more', () => {
  const most = runtimeLimits.importedEntries.default;
  const lines = Array.from({ length: most + 1 }, (_, at) => `kline,*@h${at}.test,,,`);
  expect(refusal(...lines.slice(1))).toBeNull();
  expect(refusal(...lines)).toBe(
    `Nothing was imported. line ${most + 2}: more than ${most} bans; import the file in parts`,
  );
});

it('says whom it would hit, and lets those go and no others, once for all of it', async () => {
  const people: Record<string, MemoryClient> = {};
  for (const [nick, address] of [
    ['ann', '192.0.2.1'],
    ['bob', '192.0.2.2'],
    ['cid', '192.0.2.3'],
    ['dan', '192.0.2.4'],
    ['eve', '192.0.2.5'],
    ['fay', '192.0.2.6'],
    ['guy', '192.0.2.7'],
    ['oper', '192.0.2.8'],
    ['king', '192.0.2.9'],
  ] as const)
    people[nick] = irc.join(nick, '', address);
  irc.promote(people.oper!, ['auspex']);
  irc.promote(people.king!, ['auspex']);
  await bans['add-ban'].run(
    { kind: 'except', mask: '*@192.0.2.4', spares: 'k', reason: 'x', minutes: 0 },
    call,
  );
  const lines = [
    'kline,*@192.0.2.1,,k,',
    'dline,192.0.2.2,,d,',
    'gline,*@192.0.2.3,,g,',
    'kline,*@192.0.2.4,,spared before,',
    'kline,*@192.0.2.5,,spared in the file,',
    'except,*@192.0.2.5,k,,',
    'shun,*@192.0.2.6,,s,',
    'kline,*@192.0.2.8,,an operator,',
    'dline,192.0.2.9,,d,',
    'resv,guy,,,',
  ];
  expect(await impact(...lines)).toBe('sets 10 bans, disconnects 4 clients, silences 1 client');
  expect(await take(...lines)).toMatchObject({ imported: 10, disconnected: 4 });
  const gone = Object.entries(people).filter(([, client]) => client.closedWith !== null);
  expect(gone.map(([nick, { closedWith }]) => [nick, closedWith])).toEqual([
    ['ann', 'K-lined: k'],
    ['bob', 'D-lined: d'],
    ['cid', 'G-lined: g'],
    ['king', 'D-lined: d'],
  ]);
  expect(people.fay!.send('PRIVMSG guy :heard?')).toEqual([]);
  expect(people.guy!.received()).toEqual([]);
});

it.each([
  ['kline', '*@192.0.2.1', 'k'],
  ['dline', '192.0.2.1', 'd'],
  ['gline', '*@192.0.2.1', 'g'],
  ['shun', '*@192.0.2.1', 's'],
] as const)(
  'hits nobody by a %s whom an exception spares, of the file or of before, but by others',
  async (kind, mask, spares) => {
    const ban = `${kind},${mask},,,`;
    const hit = kind === 'shun' ? 'silences 1 client' : 'disconnects 1 client';
    const ann = irc.join('ann', '', '192.0.2.1');
    const others = ['k', 'd', 'g', 's'].filter((letter) => letter !== spares).join('');
    expect(await impact(ban, `except,*@192.0.2.1,${spares},,`)).toBe('sets 2 bans');
    expect(await impact(ban, `except,*@192.0.2.1,${others},,`)).toBe(`sets 2 bans, ${hit}`);
    await take(`except,*@192.0.2.1,${spares},,`);
    expect(await impact(ban)).toBe('sets 1 ban');
    expect(await take(ban)).toMatchObject({ imported: 1, disconnected: 0 });
    expect(ann.closedWith).toBeNull();
  },
);

it('says which server would leave the network', async () => {
  vi.spyOn(irc.server.state, 'findServer').mockImplementation((name) =>
    name === 'there.test' ? ({ name } as ReturnType<typeof irc.server.state.findServer>) : undefined,
  );
  expect(await impact('jupe,there.test,,,', 'jupe,nowhere.test,,,')).toBe(
    'sets 2 bans, takes there.test off the network',
  );
});
