/** MARKREAD (IRCv3 read-marker). */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { setAccount } from '../actions/account.ts';
import { limits } from '../limits.ts';
import { type MemoryClient, MemoryServer } from '../memory-server.ts';
import { ReadMarkers } from '../state/read-markers.ts';

const CAP = 'draft/read-marker';
const NOW = Date.UTC(2026, 0, 1);
const at = (ms: number) => `timestamp=${new Date(ms).toISOString()}`;

let irc: MemoryServer;
let ann: MemoryClient;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
  irc = new MemoryServer();
  ann = irc.join('ann', CAP);
});
afterEach(() => {
  irc.close();
  vi.useRealTimers();
});

const logIn = (client: MemoryClient, account: string | null) => {
  setAccount(irc.server, client.user!, account);
  client.received();
};

it('says how far somebody has read, who only ever reads on', () => {
  expect(ann.send('MARKREAD #c')).toEqual([':irc.test MARKREAD #c *']);
  const heard: [string, number][] = [
    [at(1_000), 1_000],
    [at(500), 1_000],
    [at(1_000), 1_000],
    [at(2_000), 2_000],
    // Nobody has read what is not said yet.
    [at(NOW + 5_000), NOW],
  ];
  for (const [stamp, ms] of heard)
    expect(ann.send(`MARKREAD #C ${stamp}`), stamp).toEqual([`:irc.test MARKREAD #C ${at(ms)}`]);
  expect(ann.send('MARKREAD bob')).toEqual([':irc.test MARKREAD bob *']);
});

it('is told with the names of a channel that somebody enters, under its own name', () => {
  const first = ann.send('JOIN #c');
  expect(first.filter((line) => line.includes('MARKREAD'))).toEqual([':irc.test MARKREAD #c *']);
  expect(first.findIndex((line) => line.includes('MARKREAD'))).toBeLessThan(
    first.findIndex((line) => line.includes(' 366 ')),
  );
  expect(ann.send(`MARKREAD #C ${at(7)}`)).toEqual([`:irc.test MARKREAD #c ${at(7)}`]);
  ann.send('PART #c');
  expect(ann.send('JOIN #c')).toContain(`:irc.test MARKREAD #c ${at(7)}`);
  expect(irc.join('bob').send('JOIN #c').join()).not.toContain('MARKREAD');
});

it('goes to the other clients of the account that asked for it, and to nobody else', () => {
  const [two, other, deaf, late] = [
    irc.join('two', CAP),
    irc.join('other', CAP),
    irc.join('deaf'),
    irc.join('late', CAP),
  ];
  logIn(ann, 'Ann');
  logIn(two, 'ann');
  logIn(deaf, 'ann');
  logIn(other, 'other');
  const told = () => [two, other, deaf, late].map((client) => client.received());
  ann.send(`MARKREAD bob ${at(5)}`);
  const line = `:irc.test MARKREAD bob ${at(5)}`;
  expect(told()).toEqual([[line], [], [], []]);
  ann.send(`MARKREAD bob ${at(4)}`, 'MARKREAD bob');
  expect(told()).toEqual([[], [], [], []]);
  expect(other.send('MARKREAD bob')).toEqual([':irc.test MARKREAD bob *']);
  logIn(late, 'ann');
  logIn(two, null);
  ann.send(`MARKREAD bob ${at(6)}`);
  expect(told()).toEqual([[], [], [], [`:irc.test MARKREAD bob ${at(6)}`]]);
  expect(two.send('MARKREAD bob')).toEqual([':irc.test MARKREAD bob *']);
  ann.drop();
  expect(late.send('MARKREAD bob')).toEqual([`:irc.test MARKREAD bob ${at(6)}`]);
  irc.server.markers.forgetAccount('ANN');
  expect(late.send('MARKREAD bob')).toEqual([':irc.test MARKREAD bob *']);
});

it('says what is wrong', () => {
  const refused: [string, string][] = [
    ['MARKREAD', 'NEED_MORE_PARAMS'],
    ['MARKREAD #c *', 'INVALID_PARAMS #c *'],
    ['MARKREAD #c timestamp=x', 'INVALID_PARAMS #c timestamp=x'],
    ['MARKREAD b!d', 'INVALID_PARAMS b!d'],
  ];
  for (const [line, answer] of refused)
    expect(ann.send(line), line).toEqual([expect.stringContaining(` FAIL MARKREAD ${answer} :`)]);
  expect(irc.join('bob').send('MARKREAD #c')).toEqual([expect.stringContaining(' 421 bob MARKREAD ')]);
});

it('remembers no more than it may', () => {
  const most = limits.readMarkers.default;
  for (let i = 0; i <= most; i++) ann.send(`MARKREAD #${i} ${at(i + 1)}`);
  ann.received();
  expect(ann.send('MARKREAD #0', 'MARKREAD #1')).toEqual([
    ':irc.test MARKREAD #0 *',
    `:irc.test MARKREAD #1 ${at(2)}`,
  ]);
  const markers = new ReadMarkers(2);
  const clients = ['a', 'b', 'c'].map((account) => {
    const client = irc.join(account, CAP);
    logIn(client, account);
    return client.client!;
  });
  markers.advance(clients[0]!, 'x', 1);
  markers.advance(clients[1]!, 'x', 1);
  markers.advance(clients[0]!, 'x', 2);
  markers.advance(clients[2]!, 'x', 1);
  expect(clients.map((client) => markers.get(client, 'x'))).toEqual([2, null, 1]);
});
