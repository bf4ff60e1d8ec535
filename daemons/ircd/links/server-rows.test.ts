/** What `servers` and the Network page show of a network: who is behind whom, with how many users, and what went over each link. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { blockFor, LinkedServer, settle, Wire } from './memory-links.ts';

let hub: LinkedServer;
let here: LinkedServer;
let leaf: LinkedServer;
let wires: readonly Wire[];

beforeEach(() => {
  here = new LinkedServer('here.test', 1);
  hub = new LinkedServer('hub.test', 2);
  leaf = new LinkedServer('leaf.test', 3);
  wires = [new Wire(here, hub), new Wire(hub, leaf)];
});
afterEach(() => [here, hub, leaf].map((server) => server.close()));

const brief = (server: LinkedServer) =>
  server.desk
    .servers()
    .map(({ name, uplink, hops, state, ownUsers, users }) => [name, uplink, hops, state, ownUsers, users]);

it('all servers stand behind the one that they are linked to, and users are counted on each and behind it', () => {
  settle(...wires);
  const two = leaf.irc.join('ann', '#a');
  leaf.irc.join('bob', '#a');
  hub.irc.join('cy', '#a');
  settle(...wires);
  expect(brief(here)).toEqual([
    ['here.test', null, 0, 'here', 0, 3],
    ['hub.test', 'here.test', 1, 'linked', 1, 3],
    ['leaf.test', 'hub.test', 2, 'linked', 2, 2],
  ]);
  expect(brief(hub).map((row) => row[0])).toEqual(['hub.test', 'here.test', 'leaf.test']);
  two.send('QUIT');
  settle(...wires);
  expect(brief(here)[2]).toEqual(['leaf.test', 'hub.test', 2, 'linked', 1, 1]);
});

it('a server says when it was started, also to those who are not linked to it', () => {
  settle(...wires);
  const startedAt = Math.floor(leaf.irc.server.counters.startedMs / 1000) * 1000;
  const [own, peer, behind] = here.desk.servers();
  expect(own).toMatchObject({ startedAt: here.irc.server.counters.startedMs, since: null, kind: null });
  expect(peer).toMatchObject({ numeric: 2, kind: 'signalbox', direction: 'out', since: expect.any(Number) });
  expect(behind).toMatchObject({ numeric: 3, startedAt, kind: null, direction: null, linesIn: null });
});

it('lines and bytes are counted by link, and forgotten with it', () => {
  settle(...wires);
  const of = (server: LinkedServer, name: string) => server.desk.rows().find((row) => row.name === name)!;
  const sent = wires[0]!.log.filter((line) => line.startsWith('> ')).map((line) => line.slice(2));
  const { linesIn, bytesIn, linesOut, bytesOut, sendQueueBytes } = of(hub, 'here.test');
  expect([linesIn, bytesIn]).toEqual([sent.length, sent.reduce((sum, line) => sum + line.length + 2, 0)]);
  expect(of(here, 'hub.test')).toMatchObject({ linesOut: linesIn, bytesOut: bytesIn, linesIn: linesOut });
  expect([bytesOut, sendQueueBytes]).toEqual([of(here, 'hub.test').bytesIn, 0]);
  wires[0]!.cut();
  expect(of(hub, 'here.test')).toMatchObject({ linesIn: null, bytesOut: null, sendQueueBytes: null });
});

it('one that may be linked stands there too, once, whichever way it is linked', () => {
  here.blocks = [...here.blocks, blockFor('leaf.test'), blockFor('away.test')];
  settle(...wires);
  expect(brief(here).slice(2)).toEqual([
    ['leaf.test', 'hub.test', 2, 'linked', 0, 0],
    ['away.test', 'here.test', 1, 'waiting', 0, 0],
  ]);
  wires[1]!.cut();
  settle(wires[0]!);
  expect(brief(here)).toContainEqual(['leaf.test', 'here.test', 1, 'waiting', 0, 0]);
});
