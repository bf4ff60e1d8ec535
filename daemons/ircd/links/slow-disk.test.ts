/** While what happens on a channel waits for the disk: what links bring meanwhile. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { WorkAccount, WorkGroup } from '../../runtime/async/work-account.ts';
import { WorkGate } from '../../runtime/async/work-gate.ts';
import type { MemoryClient } from '../memory-server.ts';
import { blockFor, LinkedServer, MemoryEnd } from './memory-links.ts';

const NOW = Date.UTC(2026, 0, 1);
const S = NOW / 1000;

let here: LinkedServer;
let ann: MemoryClient;
let disk: WorkGate;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
  here = new LinkedServer('here.test', 1);
  ann = here.irc.join('ann');
});
afterEach(() => {
  here.close();
  vi.useRealTimers();
});

/** From here on nothing is on disk before {@link settleDisk}. */
function stopDisk(): void {
  disk = new WorkGate();
  disk.holder = new WorkAccount(new WorkGroup());
  here.irc.server.keeper = { problem: null, changed: () => disk, ended: () => {} };
}

function settleDisk(): void {
  const { work } = here.irc.host;
  here.irc.server.keeper = null;
  work.run(disk.holder!, {
    step: () => {
      work.leave(disk);
      return 'done';
    },
  });
}

function linked(name: string, numeric: string): MemoryEnd {
  const end = new MemoryEnd();
  here.blocks = [...here.blocks, blockFor(name)];
  end.link = here.network.open(end, null);
  end.link.take('PASS :linkpw');
  end.link.take(`SERVER ${name} 1 1 ${S} J10 ${numeric}]]] +h6Bt :x`);
  return end;
}

it('no channel of a burst waits, also where it has ended here before', () => {
  // Channels that end are remembered while there are other servers.
  linked('two.test', 'AD');
  for (const name of ['#a', '#b'])
    ann.send(`JOIN ${name}`, `MODE ${name} +s`, `TOPIC ${name} :x`, `PART ${name}`);
  stopDisk();
  const one = linked('one.test', 'AC');
  for (const line of [
    `AC N bob 1 ${S} ~u 192.0.2.9 DAAAIJ ACAAA :x`,
    `AC B #a ${S} +nt ACAAA:o`,
    `AC B #b ${S} +nt ACAAA:o`,
    'AC EB',
  ])
    one.link!.take(line);
  expect(one.link!.state).toBe('linked');
  const { channels } = here.state;
  expect([...channels.values()].map(({ name, topic, members }) => [name, topic, members.length])).toEqual([
    ['#a', 'x', 1],
    ['#b', 'x', 1],
  ]);
});

it('whoever is gone and cannot be told of yet takes no part in a collision', async () => {
  const cid = here.irc.join('cid');
  for (const client of [ann, cid]) client.send('JOIN #c');
  const [one, two] = [linked('one.test', 'AC'), linked('two.test', 'AD')];
  one.take();
  two.take();
  stopDisk();
  // The channel is closed until its mode is on disk, and whoever leaves waits behind it.
  ann.send('MODE #c +s');
  cid.send('QUIT');
  two.take();
  expect(here.state.findUser('cid')?.gone).toBe(true);
  one.link!.take(`AC N cid 1 ${S + 9} ~u 192.0.2.9 DAAAIJ ACAAA :x`);
  expect(here.state.findUser('cid')?.numeric).toBe('ACAAA');
  settleDisk();
  await vi.waitFor(() => expect(two.sent.filter((line) => / [NQ] /.test(line))).toHaveLength(2));
  expect(two.take().filter((line) => / [NQ] /.test(line))).toEqual([
    `AC N cid 2 ${S + 9} ~u 192.0.2.9 DAAAIJ ACAAA :x`,
    'ABAAB Q :Client Quit',
  ]);
  expect(one.take().filter((line) => / D /.test(line))).toEqual([]);
  // The nick is that of the one who came.
  expect(here.state.findUser('cid')?.numeric).toBe('ACAAA');
  expect(ann.send('JOIN #d', 'NICK cid').at(-1)).toContain(' 433 ');
});

it('no server is introduced before those are gone who were on one that was lost', async () => {
  const [one, two, left] = [linked('one.test', 'AC'), linked('two.test', 'AD'), linked('left.test', 'AE')];
  one.link!.take(`AC N bob 1 ${S} ~u 192.0.2.9 DAAAIJ ACAAA :x`);
  ann.send('JOIN #c');
  one.link!.take(`ACAAA J #c ${S}`);
  stopDisk();
  ann.send('MODE #c +s');
  one.link!.gone('Connection lost');
  const again = linked('again.test', 'AC');
  const late = linked('late.test', 'AF');
  two.link!.take(`AD S far.test 2 0 ${S} P10 AG]]] +6 :Far`);
  left.link!.take(`AE S deep.test 2 0 ${S} P10 AH]]] +6 :Deep`);
  for (const end of [late, left]) end.link!.gone('Connection lost');
  expect([again.link!.state, here.state.findServer('far.test'), here.state.findUser('bob')?.numeric]).toEqual(
    ['introducing', undefined, 'ACAAA'],
  );
  settleDisk();
  await vi.waitFor(() => expect(here.state.findServer('far.test')).toBeDefined());
  expect([again.link!.state, late.link!.state, here.state.findUser('bob')]).toEqual([
    'bursting',
    'failed',
    undefined,
  ]);
  expect([...here.state.servers.keys()].sort()).toEqual(['again.test', 'far.test', 'here.test', 'two.test']);
});
