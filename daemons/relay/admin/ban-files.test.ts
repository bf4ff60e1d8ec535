/** Bans of the relay as a file: what is handed over is taken again, all of a file holds or none, and whom it covers is let go. */
import { mkdir, rm } from 'node:fs/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type BanKind, BanList } from '../net/ban-list.ts';
import { runAs } from '../test-admin.ts';
import { TestRelay } from '../test-relay.ts';
import { bannedBy } from './ban-plan.ts';

let relay: TestRelay;
beforeEach(async () => {
  relay = await TestRelay.start();
});
afterEach(async () => {
  vi.useRealTimers();
  await relay.close();
});

type Row = Record<string, unknown>;
const run = (name: 'bans' | 'add-ban' | 'remove-ban' | 'export-bans' | 'import-bans', args: Row = {}) =>
  runAs(relay, name, args);
const file = (...lines: string[]) => ({ bans: ['kind,mask,reason,expiresAt', ...lines].join('\n') });
const take = (...lines: string[]) => run('import-bans', file(...lines));
const impact = (...lines: string[]) => relay.commands['import-bans'].impact?.(file(...lines));
const rows = async () => ((await run('bans')) as { rows: Row[] }).rows;
const exported = async () => ((await run('export-bans')) as { text: string }).text;
const IDENTITY = 'A'.repeat(43);

it('takes what it handed over into an empty relay, whatever the bans are', async () => {
  vi.useFakeTimers({ now: Date.UTC(2026, 0, 1), toFake: ['Date'] });
  const words = fc.string({ unit: fc.constantFrom('a', '"', ',', "'", '=', 'ü', ' ', '-'), maxLength: 20 });
  const number = fc.nat(255);
  const ban = fc.oneof(
    number.map((n) => ({ kind: 'peer', mask: `peer-${n}` })),
    fc.tuple(number, number).map(([a, b]) => ({ kind: 'cidr', mask: `10.${a}.${b}.0/24` })),
    number.map((n) => ({ kind: 'cidr', mask: `2001:db8:${n}::/48` })),
    number.map((n) => ({ kind: 'identity', mask: `${n}`.padEnd(43, 'A') })),
  );
  const given = fc.tuple(ban, words, fc.nat(5_000)).map(([one, reason, minutes]) => ({
    ...one,
    reason: reason.trim(),
    minutes,
  }));
  await fc.assert(
    fc.asyncProperty(fc.array(given, { minLength: 1, maxLength: 8 }), async (bans) => {
      for (const one of bans) expect(await run('add-ban', one)).toMatchObject({ saved: true });
      const before = await rows();
      const text = await exported();
      expect(await run('import-bans', { bans: text })).toMatchObject({ imported: 0, already: before.length });
      for (const { kind, mask } of before) await run('remove-ban', { kind, mask });
      expect(await rows()).toEqual([]);
      expect(await run('import-bans', { bans: text })).toMatchObject({
        ...{ imported: before.length, already: 0, over: 0, saved: true },
      });
      expect(await rows()).toEqual(before);
      const log = { info: () => {}, error: () => {} };
      expect((await BanList.open(relay.dataDir, log)).all(Date.now())).toEqual(relay.bans.all(Date.now()));
      for (const { kind, mask } of before) await run('remove-ban', { kind, mask });
    }),
    { numRuns: 30 },
  );
});

it('says each line that is wrong, and has set nothing then', async () => {
  await run('add-ban', { kind: 'peer', mask: 'old' });
  const before = await rows();
  const outcome = await take(
    'peer,good,fine,',
    'host,x,,',
    'peer,a!b,,',
    'cidr,nowhere,,',
    'identity,short,,',
    'peer,c,,soon',
    'peer,d,,2040-01-01T00:00:00Z',
    'identity,good,,',
    'cidr,192.0.2.1,,',
    'cidr,192.0.2.1/32,,',
    `peer,${'x'.repeat(256)},,`,
    `peer,e,${'x'.repeat(201)},`,
  );
  expect((outcome as { code: string }).code).toBe('refused');
  expect((outcome as { message: string }).message.split(/; (?=line)|ported\. /)).toEqual([
    'Nothing was im',
    expect.stringMatching(/^line 3: kind: .*"peer"/),
    expect.stringMatching(/^line 4: A peer id has letters/),
    'line 5: nowhere is not an address or a range such as 192.0.2.0/24.',
    'line 6: short is no identity: 43 characters of base64url.',
    'line 7: expiresAt: expected a time such as 2030-01-31T12:00:00Z, or nothing',
    expect.stringMatching(/^line 8: \d+ minutes are too long, expected at most 5256000/),
    'line 9: good is no identity: 43 characters of base64url.',
    'line 11: the same ban as on line 10',
    expect.stringMatching(/^line 12: mask: /),
    expect.stringMatching(/^line 13: reason: /),
  ]);
  await expect(impact('cidr,nowhere,,')).rejects.toThrow('Nothing was imported.');
  expect(await rows()).toEqual(before);
});

it('takes no file of another daemon', async () => {
  const bans = 'mask,reason,by,createdAt,expiresAt,signalbox objects bans 1\n192.0.2.1,,,,,';
  expect(await run('import-bans', { bans })).toMatchObject({
    code: 'refused',
    message: expect.stringContaining(
      'a file of the bans of objects, version 1; expected one of the bans of relay',
    ),
  });
});

it('changes what is otherwise and leaves what is there, and sets no more than there is room for', async () => {
  await run('add-ban', { kind: 'peer', mask: 'ann', reason: 'old' });
  await run('add-ban', { kind: 'peer', mask: 'bob', reason: 'spam' });
  relay.server.setLimits({ max_bans: 3 });
  expect(await impact('peer,ann,new,', 'peer,bob,spam,')).toBe(
    'sets 1 ban, leaves out 1 that is there already',
  );
  expect(await take('peer,ann,new,', 'peer,bob,spam,', 'peer,cat,,')).toMatchObject({
    imported: 2,
    already: 1,
  });
  expect(await rows()).toMatchObject([
    { mask: 'bob', reason: 'spam' },
    { mask: 'ann', reason: 'new' },
    { mask: 'cat', reason: 'no reason given', by: 'root', expiresAt: null },
  ]);
  relay.server.setLimits({ max_bans: 2 });
  expect(await take('peer,ann,newer,', 'peer,dan,,')).toMatchObject({
    message: 'Nothing was imported. line 3: the list of bans has no room for it: 0 are left of 2',
  });
  // A ban of another kind takes the place of one of the same text.
  expect(await take(`identity,${IDENTITY},,`)).toMatchObject({ code: 'refused' });
});

it('lets those go whom the bans cover, each with its reason, and no others', async () => {
  const [ann, bob] = [await relay.greet('rooms', 'ann'), await relay.greet('rooms', 'bob')];
  expect(await impact('peer,ann,spam,', `identity,${IDENTITY},,`, 'peer,nobody,,')).toBe(
    'sets 3 bans, disconnects 1 client',
  );
  expect(await take('peer,ann,spam,', 'peer,nobody,,', 'cidr,192.0.2.0/24,,')).toMatchObject({
    imported: 3,
    disconnected: 1,
  });
  expect(await ann.message()).toMatchObject({ code: 'banned', message: 'You are banned: spam' });
  expect(await impact('cidr,127.0.0.0/8,all,')).toBe('sets 1 ban, disconnects 1 client');
  expect(await take('cidr,127.0.0.0/8,all,')).toMatchObject({ disconnected: 1 });
  expect(await bob.message()).toMatchObject({ code: 'banned', message: 'You are banned: all' });
});

it('compares peer ids, identities and addresses each with bans of that kind', () => {
  const ban = (kind: BanKind, value: string) => ({
    kind,
    value,
    reason: `${kind} ${value}`,
    expiresAt: null,
  });
  const other = `B${'A'.repeat(42)}`;
  const reasonFor = bannedBy([
    ban('peer', 'ann'),
    ban('identity', IDENTITY),
    ban('peer', other),
    ban('cidr', '192.0.2.0/24'),
  ]);
  const peer = (id: string, identity: string | null, address: string) =>
    reasonFor({ id, identity, connection: { address } } as Parameters<typeof reasonFor>[0]);
  expect(peer('ann', null, '10.0.0.1')).toBe('peer ann');
  expect(peer('bob', IDENTITY, '10.0.0.1')).toBe(`identity ${IDENTITY}`);
  expect(peer('bob', other, '10.0.0.1')).toBeNull();
  expect(peer(IDENTITY, null, '10.0.0.1')).toBeNull();
  expect(peer('bob', null, '192.0.2.9')).toBe('cidr 192.0.2.0/24');
  expect(peer('bob', null, '192.0.3.9')).toBeNull();
});

it('says where the bans are in force and not on disk', async () => {
  await rm(relay.dataDir, { recursive: true });
  expect(await take('peer,ann,,')).toMatchObject({
    imported: 1,
    saved: false,
    warning: { code: 'not_saved' },
  });
  await mkdir(relay.dataDir);
});
