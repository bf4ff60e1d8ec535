import { describe, expect, it, vi } from 'vitest';
import type { AuditEntry } from '../../contract/control/audit.ts';
import type { ControlClient } from '../client/control-client.ts';
import { ANY_ENTRY } from './audit-entries.ts';
import { readAll, toCsv, toJson } from './audit-export.ts';

const entry = (id: number, change: Partial<AuditEntry> = {}): AuditEntry => ({
  id,
  time: Date.UTC(2026, 10, 20, 14, 3, 22),
  actor: 'mira',
  from: 'browser',
  action: 'command',
  target: 'ircd',
  command: 'kill',
  args: { nick: 'bob' },
  ok: true,
  outcome: 'done',
  durationMs: 1.5,
  effects: [],
  ...change,
});

/** A recorder that holds entries, and answers at most `page` at once. */
function recorder(entries: readonly AuditEntry[], page = 2) {
  return vi.fn(async (_name: string, args: { before?: number; actor?: string }) => {
    const found = entries.filter(
      ({ id, actor }) => id < (args.before ?? Number.MAX_SAFE_INTEGER) && actor.includes(args.actor ?? ''),
    );
    return { ok: true, result: { entries: found.slice(0, page), more: found.length > page } };
  });
}
const clientOf = (request: unknown) => ({ request }) as Pick<ControlClient, 'request'>;
const quiet = { onProgress: () => {}, signal: new AbortController().signal };

describe('the export of the audit trail', () => {
  it('holds everything that the filter matches, and not only what the page has read', async () => {
    const all = [5, 4, 3, 2, 1].map((id) => entry(id, id === 3 ? { actor: 'jon' } : {}));
    const request = recorder(all);
    const seen: number[] = [];
    const outcome = await readAll(
      clientOf(request),
      { ...ANY_ENTRY, actor: 'mira', outcome: 'ok' },
      { ...quiet, onProgress: (count) => seen.push(count) },
    );
    expect(outcome).toEqual({ ok: true, result: all.filter(({ actor }) => actor === 'mira') });
    expect(seen).toEqual([2, 4]);
    expect(request).toHaveBeenLastCalledWith('audit.query', {
      actor: 'mira',
      ok: true,
      limit: 1_000,
      before: 4,
    });
  });

  it('asks for what is older than the last of each page, however long that is', async () => {
    const all = [7, 6, 5, 4, 3, 2, 1].map((id) => entry(id));
    const request = recorder(all, 3);
    expect(await readAll(clientOf(request), ANY_ENTRY, quiet)).toEqual({ ok: true, result: all });
    expect(request.mock.calls.map(([, { before }]) => before)).toEqual([undefined, 5, 2]);
  });

  it('is no file where a page could not be read, or where it was cancelled', async () => {
    const error = { code: 'history_paused', message: 'down' } as const;
    expect(
      await readAll(
        clientOf(async () => ({ ok: false, error })),
        ANY_ENTRY,
        quiet,
      ),
    ).toEqual({ ok: false, error });
    const aborted = { ...quiet, signal: AbortSignal.abort() };
    expect(await readAll(clientOf(recorder([entry(1)])), ANY_ENTRY, aborted)).toMatchObject({
      ok: false,
      error: { code: 'cancelled' },
    });
  });

  it('is CSV that a spreadsheet reads as it was, and in which nobody can plant a formula', () => {
    const text = toCsv([entry(7, { actor: '=HYPERLINK("x")', outcome: 'a, b\nc', args: {} })]);
    expect(text).toBe(
      'id,time,actor,from,action,target,command,args,ok,outcome,duration_ms,effects,timing\r\n' +
        `7,2026-11-20T14:03:22.000Z,"'=HYPERLINK(""x"")",browser,command,ircd,kill,{},true,"a, b\nc",1.5,[],\r\n`,
    );
  });

  it('is JSON of the entries as they are', () => {
    expect(JSON.parse(toJson([entry(1)]))).toEqual([entry(1)]);
  });

  it.each([
    ['=1', "'=1"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@a', "'@a"],
    ['\ta', "'\ta"],
    ['\ra', `"'\ra"`],
    ['a=1', 'a=1'],
    ['a"b', '"a""b"'],
    ['a\rb', '"a\rb"'],
    ['a b', 'a b'],
  ])('writes the cell %j as %j', (text, cell) => {
    const [, line = ''] = toCsv([entry(7, { outcome: text })]).split(',true,');
    expect(line).toBe(`${cell},1.5,[],\r\n`);
  });

  it('has all of an entry: what failed, its arguments, what it moved and what it waited for', () => {
    const effects = [{ metric: 'm', before: 2, after: 1 }];
    const [, line] = toCsv([
      entry(7, { ok: false, effects, args: { n: 1 }, timing: { queueMs: 9, workMs: 2, ahead: [] } }),
    ]).split('\r\n');
    expect(line).toBe(
      '7,2026-11-20T14:03:22.000Z,mira,browser,command,ircd,kill,"{""n"":1}",false,done,1.5,' +
        '"[{""metric"":""m"",""before"":2,""after"":1}]","{""queueMs"":9,""workMs"":2,""ahead"":[]}"',
    );
  });

  it('is JSON that people can read, with a line end', () => {
    expect(toJson([])).toBe('[]\n');
    expect(toJson([entry(1)])).toMatch(/^\[\n {2}\{\n {4}"id": 1,\n[\s\S]*\}\n\]\n$/);
  });
});
