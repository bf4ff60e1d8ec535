/** Bans of the object server as a file: what is handed over is taken again, all of a file holds or none. */
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { TestDaemon } from '../test-daemon.ts';

type Row = Record<string, unknown>;
let daemon: TestDaemon;
beforeEach(async () => {
  daemon = await TestDaemon.start(
    { listen: [{ host: '127.0.0.1', port: 0 }, { path: 'o.sock' }] },
    { a: 'a' },
  );
});
afterEach(() => void vi.useRealTimers());

const file = (...lines: string[]) => ({ bans: ['mask,reason,expiresAt', ...lines].join('\n') });
const take = (...lines: string[]) => daemon.run('import-bans', file(...lines));
const impact = async (...lines: string[]) => await daemon.impact('import-bans', file(...lines));
const rows = async () => ((await daemon.run('bans')) as { rows: Row[] }).rows;

it('takes what it handed over into an empty server, whatever the bans are', async () => {
  vi.useFakeTimers({ now: Date.UTC(2026, 0, 1), toFake: ['Date'] });
  const words = fc.string({ unit: fc.constantFrom('a', '"', ',', "'", '=', 'ü', ' ', '-'), maxLength: 20 });
  const mask = fc.oneof(
    fc.tuple(fc.nat(255), fc.nat(255)).map(([a, b]) => `10.${a}.${b}.0/24`),
    fc.nat(255).map((n) => `2001:db8:${n}::/48`),
  );
  const ban = fc.tuple(mask, words, fc.nat(5_000));
  await fc.assert(
    fc.asyncProperty(fc.array(ban, { minLength: 1, maxLength: 8 }), async (bans) => {
      for (const [mask, reason, minutes] of bans)
        await daemon.run('add-ban', { mask, reason: reason.trim(), minutes });
      const before = await rows();
      const { text } = (await daemon.run('export-bans')) as { text: string };
      const all = before.length;
      expect(await daemon.run('import-bans', { bans: text })).toMatchObject({ imported: 0, already: all });
      for (const { mask } of before) await daemon.run('remove-ban', { mask });
      expect(await rows()).toEqual([]);
      const done = { imported: all, already: 0, over: 0, disconnected: 0, saved: true };
      expect(await daemon.run('import-bans', { bans: text })).toEqual(done);
      expect(await rows()).toEqual(before);
      for (const { mask } of before) await daemon.run('remove-ban', { mask });
    }),
    { numRuns: 30 },
  );
});

it('says each line that is wrong, and has set nothing then', async () => {
  await daemon.run('add-ban', { mask: '198.51.100.1', reason: 'old' });
  const before = await rows();
  const wrong = [
    '192.0.2.1,fine,',
    'unix:,,',
    '192.0.2.2,,60',
    '192.0.2.3,,2040-01-01T00:00:00Z',
    '192.0.2.1/32,,',
    `192.0.2.4,${'x'.repeat(201)},`,
    `${'1'.repeat(65)},,`,
  ];
  const refusal = await take(...wrong).catch((error: Error) => error);
  expect(refusal).toMatchObject({ code: 'refused' });
  expect((refusal as Error).message.split(/; (?=line)|ported\. /)).toEqual([
    'Nothing was im',
    expect.stringMatching(/^line 3: unix: is not an address .* have no address/),
    'line 4: expiresAt: expected a time such as 2030-01-31T12:00:00Z, or nothing',
    expect.stringMatching(/^line 5: \d+ minutes are too long, expected at most 5256000/),
    'line 6: the same ban as on line 2',
    expect.stringMatching(/^line 7: reason: /),
    expect.stringMatching(/^line 8: mask: /),
  ]);
  await expect(impact('unix:,,')).rejects.toThrow('Nothing was imported.');
  const bans = 'kind,mask,signalbox relay bans 1\npeer,ann,';
  await expect(daemon.run('import-bans', { bans })).rejects.toThrow('a file of the bans of relay');
  expect(await rows()).toEqual(before);
});

it('changes what is otherwise and leaves what is there, and sets no more than there is room for', async () => {
  await daemon.run('add-ban', { mask: '192.0.2.1', reason: 'old' });
  await daemon.run('add-ban', { mask: '192.0.2.2', reason: 'spam' });
  await daemon.run('set-limits', { max_bans: 3 });
  const lines = ['192.0.2.1,new,', '192.0.2.2,spam,', '192.0.2.3,,'];
  expect(await impact(...lines)).toBe('sets 2 bans, leaves out 1 that is there already');
  expect(await take(...lines)).toMatchObject({ imported: 2, already: 1 });
  expect(await rows()).toMatchObject([
    { mask: '192.0.2.2/32', reason: 'spam' },
    { mask: '192.0.2.1/32', reason: 'new', by: 'eve' },
    { mask: '192.0.2.3/32', reason: 'no reason given', expiresAt: null },
  ]);
  await expect(take('192.0.2.1,newer,', '192.0.2.4,,')).rejects.toThrow(
    'line 3: the list of bans has no room for it: 0 are left of 3',
  );
});

it('disconnects whom the bans cover, and nobody of a Unix socket', async () => {
  const [tcp, unix] = [await daemon.client(), await daemon.client(1)];
  await tcp.ask('2', 'a');
  await unix.ask('2', 'a');
  expect(await impact('192.0.2.0/24,,', '127.0.0.0/8,,')).toBe('sets 2 bans, disconnects 1 client');
  expect(await take('192.0.2.0/24,,')).toMatchObject({ disconnected: 0 });
  expect(await take('127.0.0.0/8,,')).toMatchObject({ imported: 1, disconnected: 1 });
  await tcp.closed;
  expect(await unix.ask('2', 'a')).toMatchObject({ content: 'a' });
});
