/** What another server may bring, and how long it may take: beyond that it costs itself something, and nobody else. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { toBase64 } from '../../irc/p10/numeric.ts';
import { limits } from '../limits.ts';
import type { MemoryClient } from '../memory-server.ts';
import { blockFor, LinkedServer, MemoryEnd } from './memory-links.ts';

const NOW = Date.UTC(2026, 0, 1);
const S = NOW / 1000;

let clock: FakeClock;
let here: LinkedServer;
let hub: MemoryEnd;
let other: MemoryEnd;
let ann: MemoryClient;

function linked(name: string, numeric: string): MemoryEnd {
  const end = new MemoryEnd();
  here.blocks = [...here.blocks, blockFor(name)];
  here.desk.accept(end);
  says(end, 'PASS :linkpw', `SERVER ${name} 1 ${S} ${S} J10 ${numeric}]]] +h6Bt :x`);
  return end;
}

function says(end: MemoryEnd, ...lines: readonly string[]): string[] {
  end.take();
  for (const line of lines) end.link!.take(line);
  return end.take();
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
  clock = new FakeClock();
  here = new LinkedServer('here.test', 1, clock);
  ann = here.irc.join('ann', 'batch');
  ann.send('JOIN #c');
  hub = linked('hub.test', 'AC');
  other = linked('other.test', 'AD');
  says(other, 'AD EB', 'AD EA');
  ann.received();
});
afterEach(() => {
  here.close();
  vi.useRealTimers();
});

it('a server that stands too far away is asked to be let go, and so nothing is behind it', () => {
  const most = limits.linkHops.default;
  const numeric = (hops: number) => (hops === 1 ? 'AC' : toBase64(100 + hops, 2));
  const lines = Array.from(
    { length: most + 2 },
    (_, i) => `${numeric(i + 1)} S s${i + 2}.test ${i + 2} 0 ${S} P10 ${numeric(i + 2)}]]] +6Bt :x`,
  );
  expect(says(hub, ...lines)).toEqual([`AB SQ s${most + 1}.test 0 :it is more than ${most} servers away`]);
  expect(here.state.findServer(`s${most}.test`)?.hops).toBe(most);
  expect(here.state.servers.size).toBe(most + 2);
  expect(hub.link!.reason).toBeNull();
  here.desk.squit('s3.test', here.state.me, 'x');
  hub.link!.take(`AC SQ s3.test 0 :x`);
  expect([...here.state.servers.keys()]).toEqual(['here.test', 'hub.test', 'other.test', 's2.test']);
});

it('a server that does not end what it tells is waited for a while, then its users join like any others', async () => {
  says(hub, `AC N bob 1 ${S} bob host DAAAIF ACAAA :Bob`, `AC N cid 1 ${S} cid host DAAAIF ACAAB :Cid`);
  says(hub, `AC B #c ${S} ACAAA`);
  const batch = ann.received();
  expect(batch).toHaveLength(2);
  expect(batch[0]).toMatch(/^:here\.test BATCH \+net\w+ netjoin here\.test hub\.test$/);
  expect(hub.link!.bursting).toBe(true);
  await clock.advance(limits.linkJoinMs.default - 1);
  expect(ann.received()).toEqual([]);
  await clock.advance(1);
  expect(ann.received()).toEqual([batch[0]!.replace(/\+(\w+).*/, '-$1')]);
  says(hub, `AC B #c ${S} ACAAB`);
  expect(ann.received()).toEqual([':cid!cid@host JOIN #c']);
  expect([hub.link!.bursting, hub.link!.state]).toEqual([false, 'bursting']);
  says(hub, 'AC EB', 'AC EA');
  expect(ann.received()).toEqual([]);
  expect(hub.link!.state).toBe('linked');
});

it('who has told all in time is not waited for', () => {
  const before = clock.pendingTimers;
  says(hub, 'AC EB', 'AC EA');
  expect(clock.pendingTimers).toBe(before - 1);
});

it('a list of masks takes no more than a channel can do with', () => {
  says(hub, 'AC EB', 'AC EA');
  const most = limits.linkMaskEntries.default;
  for (let i = 0; i < most + 8; i += 4)
    says(hub, `AC M #c +bbbb ${i}!*@* ${i + 1}!*@* ${i + 2}!*@* ${i + 3}!*@* ${S}`);
  const { bans } = here.state.findChannel('#c')!;
  expect([bans.size, bans.has(`${most - 1}!*@*`), bans.has(`${most}!*@*`)]).toEqual([most, true, false]);
  says(hub, `AC M #c -b 0!*@* ${S}`, `AC M #c +b new!*@* ${S}`);
  expect([bans.size, bans.has('new!*@*')]).toEqual([most, true]);
  expect(here.irc.join('x', '', '198.51.100.9').send('JOIN #c')[0]).toContain(' JOIN #c');
});

it('a ban of the network from a time that is far ahead is passed over: nobody could lift it', () => {
  says(hub, 'AC EB', 'AC EA');
  const tenYears = 10 * 365 * 86_400;
  says(other, `AD GL * +*@192.0.2.200 600 ${S + tenYears + 1} ${S + 600} :x`);
  expect(here.irc.server.networkBans.size).toBe(0);
  says(other, `AD GL * +*@192.0.2.200 600 ${S + tenYears} ${S + 600} :x`);
  expect(here.irc.server.networkBans.size).toBe(1);
});

it('a link that fills the memory ends with a reason, and the others stay', () => {
  says(hub, 'AC EB', 'AC EA');
  here.heap = { usedBytes: limits.linkHeapShare.default, limitBytes: 1 };
  let told: readonly string[] = [];
  for (let i = 0; i < 2_000 && hub.link!.reason === null; i++) told = says(hub, 'AC G :!x');
  expect(hub.link!.traffic.linesIn % 1_000).toBe(0);
  const why = 'the memory here for what servers bring is used up, and it has brought most';
  expect([hub.link!.reason, told.at(-1)]).toEqual([why, `AB SQ here.test 0 :${why}`]);
  expect(other.link!.reason).toBeNull();
  for (let i = 0; i < 2_000; i++) says(other, 'AD G :!x');
  expect(other.link!.reason).toBeNull();
});
