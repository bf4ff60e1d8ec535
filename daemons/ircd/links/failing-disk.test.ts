/** What another server says of a channel while our own disk takes nothing. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FaultyDisk } from '../journal/faulty-disk-fixture.ts';
import { journalPath } from '../journal/journal-file.ts';
import { ask } from '../journal/journal-fixture.ts';
import { KeptChannels } from '../journal/keep-channels.ts';
import { blockFor, LinkedServer, MemoryEnd } from './memory-links.ts';

let folder: string;
let here: LinkedServer;
let disk: FaultyDisk;
let kept: KeptChannels | null;
let logged: string[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'failing-disk-'));
  here = new LinkedServer('here.test', 1);
  disk = new FaultyDisk();
  logged = [];
  const note = (event: string, text: string) => void logged.push(`${event}: ${text}`);
  const log = { info: note, error: note } as never;
  kept = await KeptChannels.open({ dataDir: folder, minutes: 30, server: here.irc.server, log, disk });
});
afterEach(async () => {
  kept?.journal.freeze();
  here.close();
  await kept?.close();
  rmSync(folder, { recursive: true });
});

function linked(name: string, numeric: string): MemoryEnd {
  const end = new MemoryEnd();
  const seconds = Math.floor(Date.now() / 1_000);
  here.blocks = [...here.blocks, blockFor(name)];
  end.link = here.network.open(end, null);
  end.link.take('PASS :linkpw');
  end.link.take(`SERVER ${name} 1 1 ${seconds} J10 ${numeric}]]] +h6Bt :x`);
  end.link.take(`${numeric} EB`);
  return end;
}

it('how much a channel keeps holds here, is passed on, is told in the log once, and is on disk when there is room', async () => {
  const ann = here.irc.join('ann');
  await ask(ann, 'JOIN #c', ' 366 ');
  const [one, two] = [linked('one.test', 'AC'), linked('two.test', 'AD')];
  const channel = here.state.findChannel('#c')!;
  const seconds = Math.floor(channel.createdMs / 1_000);
  one.link!.take(`AC N bob 1 ${seconds} ~u 192.0.2.9 DAAAIJ ACAAA :x`);
  await kept!.journal.settled();
  two.take();
  disk.room = 0;
  for (const policy of ['50:6d', '20:1d:members']) {
    one.link!.take(`ACAAA M #c +H ${policy} ${seconds}`);
    await expect.poll(() => ann.received().join()).toContain(` MODE #c +H ${policy}`);
    expect(channel.text('H')).toBe(policy);
    expect(two.take().filter((line) => line.includes(' M #c '))).toEqual([
      expect.stringMatching(new RegExp(`ACAAA M #c \\+H ${policy}( |$)`)),
    ]);
  }
  expect([one.link!.state, two.link!.state, kept!.journal.unsaved]).toEqual(['linked', 'linked', 1]);
  expect(logged).toEqual([expect.stringMatching(/^channels_not_saved: .*ENOSPC.*a crash undoes them/)]);
  expect(readFileSync(journalPath(folder), 'utf8')).not.toContain('"H"');
  disk.room = Number.POSITIVE_INFINITY;
  await expect.poll(() => logged.at(-1)).toMatch(/^channels_saved: /);
  expect(readFileSync(journalPath(folder), 'utf8').trimEnd().split('\n').at(-1)).toContain(
    '"H":"20:1d:members"',
  );
});
