/** Splits and joins of servers, as clients see them: in one batch, or in single lines. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { MemoryClient } from '../memory-server.ts';
import { LinkedServer, settle, Wire } from './memory-links.ts';

const NOW = Date.UTC(2026, 0, 1);

let here: LinkedServer;
let there: LinkedServer;
/** One with batches, one that also has all that comes with them, and one with neither. */
let clients: readonly MemoryClient[];
let wire: Wire;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
  here = new LinkedServer('here.test', 1);
  there = new LinkedServer('there.test', 2);
  clients = [
    here.irc.join('ann', 'batch'),
    here.irc.join('eve', 'batch server-time extended-join away-notify multi-prefix'),
    here.irc.join('old', 'away-notify'),
  ];
  for (const nick of ['bob', 'cid']) {
    const client = there.irc.join(nick, '', '198.51.100.7');
    client.send('JOIN #c', `JOIN #${nick}`, 'AWAY :out');
  }
  for (const client of clients) client.send('JOIN #c');
  clients[0]!.send('JOIN #bob', 'JOIN #lonely');
  for (const client of clients) client.received();
});
afterEach(() => {
  here.close();
  there.close();
  vi.useRealTimers();
});

/** What everybody reads; references of batches are numbered in their order. */
function heard(): string[][] {
  const seen: string[] = [];
  const number = (reference: string) => {
    if (!seen.includes(reference)) seen.push(reference);
    return `ref${seen.indexOf(reference) + 1}`;
  };
  return clients.map((client) =>
    client.received().map((line) => line.replace(/(?<=batch=|BATCH [+-])net[a-z0-9]+/g, number)),
  );
}

function link(): void {
  wire = new Wire(here, there);
  settle(wire);
}

const without = (lines: readonly string[], what: string) => lines.filter((line) => !line.includes(what));
const TIME = 'time=2026-01-01T00:00:00.000Z';

it('joins are one batch for who knows what that is, with status and absences, and single lines for others', () => {
  link();
  const [ann, eve, old] = heard();
  expect(without(ann!, ' +nt')).toEqual([
    ':here.test BATCH +ref1 netjoin here.test there.test',
    '@batch=ref1 :cid!~cid@198.51.100.7 JOIN #c',
    '@batch=ref1 :bob!~bob@198.51.100.7 JOIN #c',
    '@batch=ref1 :there.test MODE #c +o bob',
    '@batch=ref1 :bob!~bob@198.51.100.7 JOIN #bob',
    '@batch=ref1 :there.test MODE #bob +o bob',
    ':here.test BATCH -ref1',
  ]);
  expect(without(eve!, ' +nt').slice(0, 6)).toEqual([
    `@${TIME} :here.test BATCH +ref1 netjoin here.test there.test`,
    `@batch=ref1;${TIME} :cid!~cid@198.51.100.7 JOIN #c * :Real cid`,
    `@batch=ref1;${TIME} :cid!~cid@198.51.100.7 AWAY :out`,
    `@batch=ref1;${TIME} :bob!~bob@198.51.100.7 JOIN #c * :Real bob`,
    `@batch=ref1;${TIME} :bob!~bob@198.51.100.7 AWAY :out`,
    `@batch=ref1;${TIME} :there.test MODE #c +o bob`,
  ]);
  expect(without(eve!, ' +nt').at(-1)).toBe(`@${TIME} :here.test BATCH -ref1`);
  expect(without(old!, ' +nt')).toEqual([
    ':cid!~cid@198.51.100.7 JOIN #c',
    ':cid!~cid@198.51.100.7 AWAY :out',
    ':bob!~bob@198.51.100.7 JOIN #c',
    ':bob!~bob@198.51.100.7 AWAY :out',
    ':there.test MODE #c +o bob',
  ]);
});

it('a split is one batch with one QUIT a user, and a later join is none of it', () => {
  link();
  heard();
  wire.cut();
  const [ann, eve, old] = heard();
  expect(ann).toEqual([
    ':here.test BATCH +ref1 netsplit here.test there.test',
    '@batch=ref1 :bob!~bob@198.51.100.7 QUIT :here.test there.test',
    '@batch=ref1 :cid!~cid@198.51.100.7 QUIT :here.test there.test',
    ':here.test BATCH -ref1',
  ]);
  expect(eve!.map((line) => line.replace(`${TIME}`, '…'))).toEqual([
    '@… :here.test BATCH +ref1 netsplit here.test there.test',
    '@batch=ref1;… :bob!~bob@198.51.100.7 QUIT :here.test there.test',
    '@batch=ref1;… :cid!~cid@198.51.100.7 QUIT :here.test there.test',
    '@… :here.test BATCH -ref1',
  ]);
  expect(old).toEqual([
    ':bob!~bob@198.51.100.7 QUIT :here.test there.test',
    ':cid!~cid@198.51.100.7 QUIT :here.test there.test',
  ]);
  link();
  heard();
  const dan = there.irc.join('dan');
  dan.send('JOIN #c');
  settle(wire);
  expect(heard().map((lines) => lines.map((line) => line.replace(/^@\S+ /, '')))).toEqual([
    [':dan!~dan@192.0.2.1 JOIN #c'],
    [':dan!~dan@192.0.2.1 JOIN #c * :Real dan'],
    [':dan!~dan@192.0.2.1 JOIN #c'],
  ]);
});

it('servers behind the one that comes have batches of their own, with the names of both', () => {
  const far = new LinkedServer('far.test', 3);
  const client = far.irc.join('fay');
  client.send('JOIN #c');
  link();
  heard();
  const farWire = new Wire(there, far);
  settle(farWire, wire);
  expect(without(heard()[0]!, ' +nt')).toEqual([
    ':here.test BATCH +ref1 netjoin there.test far.test',
    '@batch=ref1 :fay!~fay@192.0.2.1 JOIN #c',
    '@batch=ref1 :far.test MODE #c +o fay',
    ':here.test BATCH -ref1',
  ]);
  expect(here.state.findServer('far.test')?.bursting).toBe(false);
  farWire.cut();
  settle(wire);
  expect(heard()[0]).toEqual([
    ':here.test BATCH +ref1 netsplit there.test far.test',
    '@batch=ref1 :fay!~fay@192.0.2.1 QUIT :there.test far.test',
    ':here.test BATCH -ref1',
  ]);
  far.close();
});

it('a split in the midst of a join ends both', () => {
  wire = new Wire(here, there);
  while (!wire.log.some((line) => line.startsWith('< AC B #c '))) wire.step();
  wire.cut();
  const [ann] = heard();
  expect(ann!.map((line) => /BATCH \S+( net\w+)?|JOIN|QUIT|MODE/.exec(line)![0])).toEqual([
    'BATCH +ref1 netjoin',
    'JOIN',
    'JOIN',
    'MODE',
    'BATCH -ref1',
    'BATCH +ref2 netsplit',
    'QUIT',
    'QUIT',
    'BATCH -ref2',
  ]);
});
